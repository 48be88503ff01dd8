"""1,000 assignment mails with their .ics to a local SMTP sink, beside bare smtplib in the same run.

    python -m bench.bench_mail

Wall time, for a mail server is waited for, with the load of the machine beside it; and the CPU of
this process, which a busy machine stretches less. The sink is a process of its own.
"""

import os
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from sqlmodel import Session, col, func, select, text

from engine.actions import background
from engine.actions.actor import SYSTEM
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.rules_in_force import rules_in_force
from engine.actions.setup import load_reference_data
from engine.actions.step import Step
from engine.models import OutboxMessage
from engine.settings import load_settings
from engine.store import tickets
from engine.store.database import use, work
from engine.store.embedded import embedded_database
from engine.store.migrate import migrate
from engine.terms import MessageStatus, NoticeKind, TicketKind

MAILS, TARGET_SECONDS, BATCH = 1_000, 20, 100
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
COPIES = f"""
INSERT INTO outbox_message (key, recipient, message_id, kind, ticket_id, unit_id, subject, text,
  html, created_at, status, next_attempt_at, attempts, last_error)
SELECT 'bench:' || n, 'unit' || n || '@demo.invalid', '<bench' || n || '@hotline>', kind,
  ticket_id, unit_id, subject, text, html, created_at, 'pending', created_at, 0, ''
FROM outbox_message, generate_series(1, {MAILS}) n WHERE id = :id
"""
FILES = """
INSERT INTO outbox_attachment (message_id, name, content_type, data)
SELECT m.id, a.name, a.content_type, a.data FROM outbox_message m, outbox_attachment a
WHERE m.key LIKE 'bench:%' AND a.message_id = :id
"""


def owe(session: Session) -> None:
    """Hand one ticket over as the desk does, and owe its assignment mail a thousand times."""
    step = Step(session, SYSTEM, NOW, rules_in_force(session))
    new = NewTicket(kind=TicketKind.COMPLAINT, content="营业执照变更拖延", phone="0772-0000000",
                    enterprise="演示企业甲")  # fmt: skip
    ticket = accept_ticket(step, new)
    unit = tickets.unit_by_name(session, "shijianguan")
    unit.email = "shijianguan@demo.invalid"
    session.flush()
    dispatch(step, ticket, Dispatch(unit, (), "试派"))
    found = select(OutboxMessage.id).where(OutboxMessage.kind == NoticeKind.ASSIGNMENT)
    first = session.exec(found).first()
    session.connection().execute(text(COPIES), {"id": first})
    session.connection().execute(text(FILES), {"id": first})
    session.connection().execute(text("UPDATE outbox_message SET status = 'superseded' "
                                      "WHERE key NOT LIKE 'bench:%'"))  # fmt: skip


def ours() -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    while ids := background.messages_due(NOW + timedelta(minutes=1), BATCH):
        background.deliver(ids, NOW + timedelta(minutes=1))
    return time.perf_counter() - began, time.process_time() - used


def bare(port: int, message: bytes) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for one in range(MAILS):
            server.sendmail("hotline@localhost", [f"unit{one}@demo.invalid"], message)
    return time.perf_counter() - began


@contextmanager
def sink() -> Iterator[int]:
    """Run an SMTP server that takes everything and keeps nothing; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    handler = "aiosmtpd.handlers.Sink"
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", handler, "-l", f"127.0.0.1:{port}"]
    with subprocess.Popen(command) as server:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.1)
        yield port
        server.kill()


def an_assignment() -> bytes:
    with work() as session:
        found = session.exec(select(OutboxMessage).where(OutboxMessage.key == "bench:1")).one()
    made = EmailMessage()
    made.set_content(found.text, cte="base64")
    made.add_alternative(found.html, subtype="html", cte="base64")
    return made.as_bytes(policy=SMTP)


def main() -> None:
    with sink() as port, tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOTLINE_VAR": home, "HOTLINE_SMTP_URL": f"smtp://127.0.0.1:{port}"}
        load_settings.cache_clear()
        with embedded_database(Path(home)) as database:
            migrate(use(database))
            load_reference_data(NOW)
            with work() as session:
                owe(session)
            measured(port)


def measured(port: int) -> None:
    seconds, cpu = ours()
    with work() as session:
        sent = select(func.count()).where(col(OutboxMessage.status) == MessageStatus.SENT)
        count = session.exec(sent).one()
    floor = bare(port, an_assignment())
    print(f"floor: bare smtplib        {floor:8.2f} s wall      1.0 × floor")
    print(f"{count:,} mails from outbox   {seconds:8.2f} s wall {seconds / floor:8.1f} × floor")
    print(f"of it CPU of this process  {cpu:8.2f} s")
    print(f"target                     {TARGET_SECONDS:8.2f} s; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
