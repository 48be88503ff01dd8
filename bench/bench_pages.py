"""What the desks' pages cost the server with 10,000, 100,000 and 1,000,000 tickets.

    python -m bench.bench_pages [TICKETS ...]

CPU per request of the server's process and of the database behind it, one client, after a warm-up.
The floor reads one row by its primary key through FastAPI and psycopg, in the same run.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.archive import build
from bench.servers import Meter, server

SIZES = (10_000, 100_000, 1_000_000)
REQUESTS, WARM_UP = 12, 4
PAGES = (
    ("huawu", "GET /desk?list=dispatch"),
    ("huawu", "GET /desk?list=review"),
    ("huawu", "GET /desk?list=rule"),
    ("huawu", "GET /desk?list=callback"),
    ("huawu", "GET /desk?list=callback&kind=complaint&unit=区税务局"),
    ("huawu", "GET /desk?list=today"),
    ("huawu", "GET /desk?list=today&who=all"),
    ("huawu", "GET /drafts"),
    ("huawu", "GET /tickets/new"),
    ("huawu", "GET /tickets/{number}"),
    ("shijianguan", "GET /unit"),
    ("shijianguan", "GET /tickets/{number}"),
    ("zhuguan1", "GET /supervise"),
    ("zhuguan1", "GET /supervise/approvals"),
    ("zhuguan1", "GET /supervise/tickets"),
    ("zhuguan1", "GET /supervise/tickets?unit=区税务局&kind=complaint"),
    ("zhuguan1", "GET /supervise/tickets?scope=today"),
    ("zhuguan1", "GET /supervise/tickets?scope=open"),
    ("zhuguan1", "GET /supervise/tickets?scope=callback"),
    ("zhuguan1", "GET /supervise/tickets?scope=closed"),
    ("zhuguan1", "GET /supervise/tickets?scope=closed&after={half}"),
    ("zhuguan1", "GET /supervise/tickets?scope=closed&unit=区税务局&kind=report"),
    ("zhuguan1", "GET /supervise/tickets?scope=all&kind=report"),
    ("zhuguan1", "GET /supervise/tickets?scope=all&unit=区税务局&kind=complaint"),
    ("zhuguan1", "GET /supervise/tickets?scope=all&since={old}&until={old}"),
    ("zhuguan1", "GET /supervise/tickets?scope=closed&until={old}"),
    ("zhuguan1", "GET /supervise/tickets?scope=all&until=2020-01-01"),
    ("zhuguan1", "GET /supervise/tickets?scope=all&rung=l4_letter"),
    ("zhuguan1", "GET /supervise/tickets?scope=all&rung=half_time"),
    ("zhuguan1", "GET /supervise/breaches"),
    ("zhuguan1", "GET /supervise/breaches?after={half}"),
    ("zhuguan1", "GET /supervise/breaches?unit=区税务局"),
    ("zhuguan1", "GET /supervise/breaches?limit=requester"),
    ("zhuguan1", "GET /supervise/breaches?judgement=confirmed"),
    ("zhuguan1", "GET /supervise/breaches?judgement=excused"),
    ("zhuguan1", "GET /supervise/breaches?since={old}&until={old}"),
    ("zhuguan1", "GET /supervise/breaches?task=7"),
    ("zhuguan1", "GET /supervise/breaches?indicator={indicator}"),
    ("zhuguan1", "GET /supervise/exclusions"),
    ("zhuguan1", "GET /supervise/promises"),
    ("zhuguan1", "GET /supervise/retention"),
    ("zhuguan1", "GET /knowledge"),
    ("zhuguan1", "GET /routing"),
    ("zhuguan1", "GET /letters"),
    ("zhuguan1", "GET /letters?after={mail}"),
    ("zhuguan1", "GET /mails"),
    ("zhidu", "GET /audit"),
    ("zhidu", "GET /audit?before={half}"),
    ("zhidu", "GET /audit?action=dispatch"),
    ("zhidu", "GET /audit?action=panel_rule"),
    ("zhidu", "GET /audit?person=没有这人"),
    ("zhidu", "GET /audit?since={old}&until={old}"),
    ("zhidu", "GET /audit?until=2020-01-01"),
    ("zhidu", "GET /audit?log=changes"),
    ("zhidu", "GET /audit?log=changes&person=演示7"),
    ("zhidu", "GET /audit?log=changes&action=reset_password"),
    ("zhidu", "GET /audit?log=changes&since={old}&until={old}"),
    ("guanli", "GET /admin"),
    ("guanli", "GET /admin/outbox"),
    ("guanli", "GET /admin/outbox?before={mail}"),
    ("guanli", "GET /admin/accounts"),
    ("guanli", "GET /admin/units"),
    ("guanli", "GET /admin/sessions"),
    ("huawu", "search {number}"),
    ("huawu", "search 0123"),
    ("huawu", "search 第123号企业"),
    ("huawu", "search sld123h"),
    ("huawu", "search sld"),
    ("huawu", "search 营业执照"),
    ("huawu", "search 不合理条件 态度冷淡"),
    ("huawu", "search 第4321号地块"),
    ("huawu", "search 没有这样的词"),
    ("shijianguan", "search 营业执照"),
)
PEOPLE = """
INSERT INTO account (username, name, role, unit_id, email, password_hash, active,
    must_change_password, failed_sign_ins, created_at)
SELECT 'bench' || i, '演示' || i, 'handler', (SELECT min(id) FROM unit), '', '', true, false, 0,
       now()
FROM generate_series(1, 500) i
"""


@contextmanager
def database() -> Iterator[tuple[str, int]]:
    """Yield the address of a migrated database with one real ticket, and its server's process."""
    from engine.actions.setup import demo_accounts, load_reference_data
    from engine.clock import now
    from engine.store.database import use
    from engine.store.embedded import embedded_server
    from engine.store.migrate import migrate

    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as running:
        migrate(use(running.database))
        load_reference_data(now())
        demo_accounts(now())
        _quiet(running.database.url)
        yield running.database.url, running.server.get_pid()


def _quiet(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "autovacuum = off", "max_wal_size = '8GB'"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(PEOPLE)


def one_real_ticket() -> None:
    """Take one ticket in, so that the archive's open ones have a real certificate."""
    from engine.actions.actor import SYSTEM
    from engine.actions.intake import accept_ticket
    from engine.actions.intake_checks import NewTicket
    from engine.actions.step import Step
    from engine.clock import now
    from engine.rules.rule_set import load_rules
    from engine.store.database import work
    from engine.terms import TicketKind

    with work() as session:
        step = Step(session, SYSTEM, now(), load_rules("CN-GX"))
        new = NewTicket(
            kind=TicketKind.COMPLAINT, content="窗口反复要求补材料", phone="0772-2800000"
        )
        accept_ticket(step, new)


def sign_in(who: str) -> dict[str, str]:
    """Return the headers of somebody who is signed in."""
    from sqlmodel import select

    from engine.actions.sessions import Browser, open_session
    from engine.clock import now
    from engine.models import Account
    from engine.store.database import work

    with work() as session:
        account = session.exec(select(Account).where(Account.username == who)).one()
        secret = open_session(session, account, now(), Browser()).secret
    return {"Cookie": f"hotline_session={secret}"}


def a_ticket_of(who: str) -> str:
    """Return the number of an open ticket that somebody may see."""
    from sqlmodel import col, select

    from engine.models import Account, Ticket
    from engine.store.database import work

    with work() as session:
        account = session.exec(select(Account).where(Account.username == who)).one()
        query = select(Ticket.number).where(Ticket.status == "in_progress")
        if account.unit_id:
            query = query.where(Ticket.lead_unit_id == account.unit_id)
        return str(session.exec(query.order_by(col(Ticket.id).desc()).limit(1)).one())


class Desk:
    """A browser of somebody at a desk: asks for pages and reads them to the end."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {**headers, "Origin": f"http://127.0.0.1:{port}"}
        self.token = ""

    def ask(self, page: str) -> bytes:
        """Return a page; "search WORDS" sends the form of the search."""
        what, _, rest = page.partition(" ")
        if what == "search":
            return self._send("POST", "/search", urlencode({"q": rest, "csrf": self._csrf()}))
        return self._send("GET", quote(rest, safe="/?=&%"))

    def _csrf(self) -> str:
        if not self.token:
            found = re.search(rb'name="csrf" value="([^"]*)"', self._send("GET", "/keys"))
            self.token = found[1].decode() if found else ""
        return self.token

    def _send(self, method: str, path: str, body: str | None = None) -> bytes:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self.connection.request(method, path, body, {**self.headers, **form})
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 303):
            raise AssertionError(path, answer.status, said[:2000].decode())
        return said


def cost(desk: Desk, page: str, meter: tuple[int, int]) -> float:
    """Return the milliseconds of CPU that one request of a page costs server and database."""
    for _ in range(WARM_UP):
        desk.ask(page)
    used = Meter(*meter)
    for _ in range(REQUESTS):
        desk.ask(page)
    return 1000 * used.cpu() / REQUESTS


def measure(url: str, postgres: int, size: int) -> dict[str, float]:
    """Return the cost of every page, and of the floor."""
    from api.pages.ledger_filter import indicators
    from engine.clock import now

    old = now() - timedelta(days=500)
    keys = {"half": quote(f"{size // 2}~{old.isoformat()}"), "mail": size // 2,
            "old": old.date(), "indicator": indicators()[0]}  # fmt: skip
    found = {}
    with server("floor", url) as (port, process):
        found["floor: one row by primary key"] = cost(Desk(port, {}), "GET /tickets/77",
                                                      (process, postgres))  # fmt: skip
    with server("ours", url, HOTLINE_DEMO_DATA="1") as (port, process):
        for who, page in PAGES:
            number = a_ticket_of(who) if "{number}" in page else ""
            desk = Desk(port, sign_in(who))
            asked = page.format(number=number, **keys)
            found[f"{who} {page}"] = cost(desk, asked, (process, postgres))
    return found


def main() -> None:
    """Print the figures of every size side by side."""
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    found: dict[int, dict[str, float]] = {}
    with database() as (url, postgres):
        for size in sizes:
            one_real_ticket()
            print(f"{size:>9,} tickets built in {build(url, size):.0f} s", flush=True)
            found[size] = measure(url, postgres, size)
    print(f"\nms of CPU a request (load {os.getloadavg()[0]:.1f})")
    print(f"{'':78}" + "".join(f"{size:>12,}" for size in sizes))
    for name in found[sizes[0]]:
        print(f"{name:78}" + "".join(f"{found[size][name]:12.1f}" for size in sizes))


if __name__ == "__main__":
    main()
