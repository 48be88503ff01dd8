"""What a sweep costs: a thousand clocks due among 10,000 to 1,000,000 open tickets.

Each clock has a whole ladder to catch up: warnings, breach, reminder. Every rung writes its event
in the audit chain, every clock the mails it owes, in a transaction of its own. CPU is the client's
and PostgreSQL's, a rung. The archive is invented; `HOTLINE_BENCH_OPEN` sets the sizes.
"""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench import archive
from bench.servers import Meter
from engine import clock
from engine.actions import background
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.setup import demo_accounts, load_reference_data
from engine.store import clocks
from engine.store.database import use, work
from engine.store.embedded import embedded_server
from engine.store.migrate import migrate
from engine.terms import ClockKind, TicketKind

DUE = int(os.environ.get("HOTLINE_BENCH_DUE", "1000"))
SIZES = os.environ.get("HOTLINE_BENCH_OPEN", "10000,100000")
FLOOR = "floor: row by row, one commit each, plain SQL 0.30 ms; django-helpdesk 5.9, Znuny 17.1"
# Every ticket of the archive is in hand, and its handling clock runs, its next step far away.
OPEN_ALL = """
DELETE FROM breach; DELETE FROM rung_taken; DELETE FROM clock WHERE kind <> 'handling';
UPDATE ticket SET status = 'in_progress', closed_at = NULL, confidential = false;
UPDATE assignment SET ended_at = NULL, end_reason = '', answered_at = NULL, signed_at = accepted_at
    FROM ticket WHERE ticket.id = assignment.ticket_id;
UPDATE unit SET email = slug || '@demo.invalid', leader_email = slug || '.leader@demo.invalid';
UPDATE clock SET state = 'running', stopped_at = NULL, stop_reason = '', stuck_reason = '',
    certificate = %s, started_at = now() - interval '8 days',
    due_since = now() - interval '8 days', due_on = (now() + interval '9 days')::date,
    due_at = now() + interval '9 days',
    next_rung_at = now() + interval '5 days';
"""
MAKE_DUE = """
UPDATE clock SET due_on = (now() - interval '1 day')::date, due_at = now() - interval '1 day',
    next_rung_at = now() - interval '1 day'
WHERE id IN (SELECT id FROM clock ORDER BY hashint8(id) LIMIT %s)
"""


def main() -> None:
    """Print a line a size; the last column says what growth costs."""
    print(FLOOR)
    print(f"{'open':>10} {'rungs':>6} {'wall s':>8} {'CPU ms each':>12} {'idle ms':>8}  growth")
    first = 0.0
    for size in map(int, SIZES.split(",")):
        climbed, wall, cpu, idle = _measured(size)
        first = first or cpu
        told = (
            f"{size:>10,} {climbed:>6,} {wall:>8.2f} {cpu:>12.2f} {idle:>8.2f} {cpu / first:.2f}x"
        )
        print(told, flush=True)


def _measured(size: int) -> tuple[int, float, float, float]:
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as home,
        embedded_server(Path(home)) as server,
    ):
        migrate(use(server.database))
        load_reference_data(clock.now())
        demo_accounts(clock.now())
        certificate = _one_real_certificate()
        archive.build(server.database.url, size)
        with psycopg.connect(server.database.url, autocommit=True) as connection:
            for statement in OPEN_ALL.split(";")[:-1]:
                connection.execute(statement, [certificate] if "%s" in statement else None)
            connection.execute("VACUUM ANALYZE")
            idle = _idle()
            connection.execute(MAKE_DUE, [DUE])
        return *_sweep(server), idle


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


def _idle() -> float:
    """Milliseconds of a look that finds nothing, the median of many."""
    times = []
    for _ in range(51):
        began = time.perf_counter()
        assert background.clocks_due(clock.now(), 1000) == []
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1000


def _sweep(server: Any) -> tuple[int, float, float]:
    now = clock.now()
    background.clocks_due(now, 1)
    meter, own = Meter(server.server.get_pid()), time.process_time()
    rungs = [background.climb_one(one, now) for one in background.clocks_due(now, DUE)]
    wall, cpu = meter.wall(), meter.cpu() + time.process_time() - own
    assert all(rungs), background.set_aside(3)
    climbed = sum(map(len, rungs))
    return climbed, wall, cpu / climbed * 1000


if __name__ == "__main__":
    main()
