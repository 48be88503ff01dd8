"""Exports: 10,000 tickets as Excel, beside openpyxl's own writer and a bare read of the rows."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from sqlmodel import Session

from engine.actions import exporting
from engine.actions.actor import SYSTEM
from engine.actions.rules_in_force import rules_in_force
from engine.actions.setup import load_reference_data
from engine.actions.step import Step
from engine.store.breach_ledger import BreachFilter
from engine.store.database import Database, use, work
from engine.store.desk_filters import TicketFilter
from engine.store.embedded import embedded_database
from engine.store.migrate import migrate
from engine.terms import TicketScope

ROWS = 10_000
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
FILL = """
INSERT INTO ticket (number, source, kind, urgency, status, title, content, place, confidential,
  demonstration, accepted_at, designated, panel_approved, reworks, returns, routing_error,
  task_rows, catalogue_version, version, lead_unit_id)
SELECT 'LZ' || n, 'bench', 'complaint', 'normal', 'in_progress', '营业执照变更拖延 ' || n, '', '',
  false, false, '2026-11-02 01:00+00', false, false, 0, 0, '', '[1]', '', 1,
  (SELECT min(id) FROM unit) FROM generate_series(1, {rows}) n
"""
CLOCKS = """
INSERT INTO clock (ticket_id, kind, state, started_at, due_on, due_at, due_status, due_since,
  stop_reason,
  certificate, pauses, past, stuck_reason)
SELECT id, 'requester', 'running', accepted_at, '2026-11-16', '2026-11-16 16:00+00', 'confirmed',
  accepted_at,
  '', '{}', '[]', '[]', '' FROM ticket
"""

ASSIGNMENTS = """
INSERT INTO assignment (ticket_id, unit_id, role, task_rows, dispatched_at, deemed_signed,
  end_reason, opinion)
SELECT id, lead_unit_id, 'lead', '[]', accepted_at, false, '', '' FROM ticket
"""
EVENTS = """
INSERT INTO ticket_event (ticket_id, seq, event, at, recorded_at, actor_kind, actor_name,
  from_status, to_status, reason, citation, details, words_digest, link)
SELECT t.id, e.seq, e.event, t.accepted_at + e.hours * interval '1 hour', t.accepted_at, 'system',
  '系统', e.was, e.becomes, '', '', '{}', decode(repeat('00', 32), 'hex'),
  decode(repeat('00', 32), 'hex')
FROM ticket t, (VALUES (1, 'accept', 0, NULL, 'accepted'),
  (2, 'dispatch', 0, 'accepted', 'dispatched'), (3, 'sign_for', 1, 'dispatched', 'signed_for'),
  (4, 'first_contact', 3, 'signed_for', 'in_progress'),
  (5, 'warn', 100, 'in_progress', 'in_progress'),
  (6, 'breach', 340, 'in_progress', 'in_progress'),
  (7, 'escalate', 345, 'in_progress', 'in_progress')) e (seq, event, hours, was, becomes)
"""
BREACHES = """
INSERT INTO breach (clock_id, ticket_id, unit_id, kind, task_rows, true_at, detected_at, judgement,
  judgement_reason)
SELECT c.id, c.ticket_id, t.lead_unit_id, 'requester', t.task_rows, c.due_at, c.due_at, '', ''
FROM clock c JOIN ticket t ON t.id = c.ticket_id
"""
RUNGS = """
INSERT INTO rung_taken (clock_id, ticket_id, rung, due_on, fell_due_at, detected_at)
SELECT c.id, c.ticket_id, r, c.due_on, c.due_at, c.due_at
FROM clock c, unnest(ARRAY['breach', 'l1_reminder', 'l2_supervision']) r
"""
MAILS = """
INSERT INTO outbox_message (key, recipient, message_id, kind, ticket_id, subject, text, html,
  created_at, status, next_attempt_at, attempts, last_error)
SELECT 'clock:' || id || ':20261116:' || r, 'unit@demo.invalid', '<' || id || r || '@hotline>',
  'breach', ticket_id, '', '', '', due_at, 'sent', due_at, 1, ''
FROM clock, unnest(ARRAY['breach', 'l1_reminder']) r
"""


def fill(database: Database, rows: int) -> None:
    """Put tickets into an empty database with all that an export reads of them."""
    first = FILL.format(rows=rows)
    with database.engine.begin() as connection:
        for one in (first, CLOCKS, ASSIGNMENTS, EVENTS, BREACHES, RUNGS, MAILS, "ANALYZE"):
            connection.exec_driver_sql(one)


def ledger(session: Session) -> BytesIO:
    target = BytesIO()
    step = Step(session, SYSTEM, NOW, rules_in_force(session))
    exporting.write(step, exporting.breaches(step, BreachFilter(), "全部"), target)
    return target


def spent(what: Callable[[], object]) -> str:
    """Return the CPU seconds of this process, and the seconds it took with the database."""
    before, began = time.process_time(), time.perf_counter()
    what()
    return f"{time.process_time() - before:.2f} {time.perf_counter() - began:14.2f}"


def export(session: Session) -> BytesIO:
    target = BytesIO()
    step = Step(session, SYSTEM, NOW + timedelta(0), rules_in_force(session))
    made = exporting.tickets(step, TicketFilter(TicketScope.OPEN), "在办")
    exporting.write(step, made, target)
    return target


def plain(session: Session) -> None:
    step = Step(session, SYSTEM, NOW, rules_in_force(session))
    list(exporting.tickets(step, TicketFilter(TicketScope.OPEN), "在办").table.rows)


def openpyxl(session: Session) -> None:
    step = Step(session, SYSTEM, NOW, rules_in_force(session))
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in exporting.tickets(step, TicketFilter(TicketScope.OPEN), "在办").table.rows:
        sheet.append([one.isoformat() if hasattr(one, "isoformat") else one for one in row])
    book.save(BytesIO())


def main() -> None:
    with tempfile.TemporaryDirectory() as home, embedded_database(Path(home)) as database:
        migrate(use(database))
        load_reference_data(NOW)
        fill(database, ROWS)
        with work() as session:
            export(session)
            print(f"{ROWS} 行                进程 CPU 秒   连数据库用时（秒）")
            print(f"  导出 Excel            {spent(lambda: export(session))}   承诺 ≤ 2")
            print(f"  导出超期台账          {spent(lambda: ledger(session))}   承诺 ≤ 2")
            print(f"  只读出、整理成行      {spent(lambda: plain(session))}")
            print(f"  openpyxl write_only   {spent(lambda: openpyxl(session))}")
            print(f"  文件 {len(export(session).getvalue()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
