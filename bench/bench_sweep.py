"""What a sweep costs: a thousand clocks due among 10,000 to 1,000,000 open tickets.

Every ticket of the archive is in hand, its requester's and its unit's clock run. First a thousand
clocks have one step due (their breach); then a thousand others a whole ladder, as after an outage:
warnings, breach, reminder. Each step writes its row and its event in the audit chain, each clock
the mails it owes. CPU is the client's and PostgreSQL's. The archive is invented;
`HOTLINE_BENCH_OPEN` sets the sizes, `HOTLINE_BENCH_DUE` how many are due.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench import archive, yardstick
from bench.servers import Meter
from engine import clock
from engine.actions import background
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.setup import demo_accounts, load_reference_data
from engine.flows import orders
from engine.serving import memory
from engine.store import clocks
from engine.store.database import use, work
from engine.store.embedded import embedded_server
from engine.store.migrate import migrate
from engine.terms import ClockKind, TicketKind

DUE = int(os.environ.get("HOTLINE_BENCH_DUE", "1000"))
SIZES = os.environ.get("HOTLINE_BENCH_OPEN", "10000,100000")
FLOOR = "floors of plain SQL: set-based 0.03 ms, row by row 0.11, one commit each 0.30"
TARGETS = "targets: 1,000 due in 1 s, 1 ms CPU an escalation, idle 5 ms, 1,000,000 open 1.5x"
LOOKS = 51
ADDRESSES = """
UPDATE unit SET email = slug || '@demo.invalid', leader_email = slug || '.leader@demo.invalid'
"""
LATER = """
UPDATE clock SET next_rung_at = now() + interval '5 days', state = 'running', stopped_at = NULL,
    due_on = (now() + interval '9 days')::date, due_at = now() + interval '9 days'
WHERE kind IN ('handling', 'requester')
"""
CHOSEN = """
CREATE TABLE chosen AS SELECT id, ticket_id, row_number() OVER (ORDER BY hashint8(id)) AS place
FROM clock WHERE kind = 'handling' ORDER BY place LIMIT %s
"""
MAKE_DUE = """
UPDATE clock SET certificate = %(certificate)s, started_at = now() - interval '20 days',
    due_since = now() - interval '20 days', due_on = (now() - %(ago)s)::date,
    due_at = now() - %(ago)s, next_rung_at = now() - %(ago)s
WHERE id IN (SELECT id FROM chosen WHERE place BETWEEN %(first)s AND %(last)s)
"""
WARNED = """
INSERT INTO rung_taken (clock_id, ticket_id, rung, due_on, fell_due_at, detected_at)
SELECT c.id, c.ticket_id, rung, c.due_on, now() - interval '1 day', now() - interval '1 day'
FROM clock c, unnest(ARRAY['half_time', 'one_day_left', 'due_day']) AS rung
WHERE c.id IN (SELECT id FROM chosen WHERE place BETWEEN %(first)s AND %(last)s)
"""


@dataclass(frozen=True)
class Cost:
    """What a sweep cost: clocks, rungs, seconds, and CPU seconds."""

    clocks: int
    rungs: int
    wall: float
    cpu: float

    def line(self) -> str:
        """Return the figures as they are printed."""
        per_clock, per_rung = (self.cpu / one * 1000 for one in (self.clocks, self.rungs))
        return (
            f"{self.clocks:,} clocks, {self.rungs:,} rungs in {self.wall:.2f} s; CPU "
            f"{per_clock:.2f} ms a clock, {per_rung:.2f} ms a rung"
        )


def main() -> None:
    """Print three lines a size; the last figure says what growth costs."""
    print(FLOOR, TARGETS, sep="\n")
    first: Cost | None = None
    for size in map(int, SIZES.split(",")):
        with _installation(size) as server:
            print(yardstick.line(server.database.url, server.server.get_pid())[0], flush=True)
            idle = _idle()
            _make_due(server.database.url, 1, "1 minute", warned=False)  # prepares statements
            _sweep(server)
            memory.settle()  # as a worker does
            one = _sweep_of(server, 2, "1 minute", warned=True)
            ladder = _sweep_of(server, 3, "1 day", warned=False)
            again = _idle()
        first = first or one
        print(f"{size:>9,} open, idle: {idle:.2f} ms a look, {again:.2f} ms after the sweeps")
        print(f"{'':>15} one step:     {one.line()}; {one.cpu / first.cpu:.2f}x")
        print(f"{'':>15} whole ladder: {ladder.line()}", flush=True)


@contextmanager
def _installation(size: int) -> Iterator[Any]:
    """Yield a server whose database has `size` open tickets and three thousand chosen clocks."""
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as home,
        embedded_server(Path(home)) as server,
    ):
        migrate(use(server.database))
        load_reference_data(clock.now())
        demo_accounts(clock.now())
        certificate = _one_real_certificate()
        archive.build(server.database.url, size, in_hand=size)
        with psycopg.connect(server.database.url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in (ADDRESSES, LATER, "TRUNCATE breach, rung_taken CASCADE"):
                connection.execute(statement)
            connection.execute(CHOSEN, [3 * DUE])
            connection.execute("CREATE TABLE proof AS SELECT %s AS certificate", [certificate])
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        yield server


def _one_real_certificate() -> Jsonb:
    """Take in a ticket and hand it to a unit; return the certificate of the unit's clock."""
    with work() as session:
        step = background.system_step(session, clock.now())
        content = "演示：窗口反复退件一个月"
        new = NewTicket(kind=TicketKind.COMPLAINT, content=content, phone="0772-0000000")
        ticket = accept_ticket(step, replace(new, lead_unit="shijianguan"))
        handling = clocks.one(session, ticket.id, ClockKind.HANDLING)
        assert handling is not None
        return Jsonb(handling.certificate)


def _make_due(url: str, part: int, ago: str, *, warned: bool) -> None:
    """Let the `part`-th of the chosen clocks be due; `warned` ones have only their breach due."""
    with psycopg.connect(url, autocommit=True) as connection:
        (certificate,) = connection.execute("SELECT certificate FROM proof").fetchone() or ({},)
        values = {"certificate": Jsonb(certificate), "ago": ago,
                  "first": (part - 1) * DUE + 1, "last": part * DUE}  # fmt: skip
        connection.execute(MAKE_DUE.replace("%(ago)s", "%(ago)s::interval"), values)
        if warned:
            connection.execute(WARNED, values)


def _idle() -> float:
    """Return the milliseconds of a look that finds nothing, the median of many."""
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        assert background.clocks_due(clock.now(), orders.LIMIT) == []
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _sweep_of(server: Any, part: int, ago: str, *, warned: bool) -> Cost:
    _make_due(server.database.url, part, ago, warned=warned)
    return _sweep(server)


def _sweep(server: Any) -> Cost:
    now = clock.now()
    meter, own = Meter(server.server.get_pid()), time.process_time()
    ids = background.clocks_due(now, orders.LIMIT)
    outcome = orders.watch(background, ids, now)
    wall, cpu = meter.wall(), meter.cpu() + time.process_time() - own
    assert background.set_aside(3)["clocks"] == []
    return Cost(len(ids), sum(outcome.counts.values()), wall, cpu)


if __name__ == "__main__":
    main()
