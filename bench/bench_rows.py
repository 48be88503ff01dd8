"""What one ticket leaves behind: bytes a table, rows and indexes, after whole lives.

    python -m bench.bench_rows [TICKETS]

Real actions on an embedded server: taken in, routed, signed for, contacted, answered, reviewed,
called back and closed; every fifth is late and climbs its ladder. Mails stay in the outbox as sent
ones do. Dead rows are not counted; docs/scaling.md reckons with these figures.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, select, text

from engine.actions import background, callbacks, review, unit_work
from engine.actions.actor import SYSTEM, Actor
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.setup import demo_accounts, load_reference_data
from engine.actions.step import Step
from engine.models import Account, Ticket
from engine.store import tickets
from engine.store.database import Database, use, work
from engine.store.embedded import embedded_database
from engine.store.migrate import migrate
from engine.terms import AnswerOutcome, AttemptResult, CallbackChannel, Satisfaction, TicketKind

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LATE = timedelta(days=22)
MATTER = "营业执照变更登记窗口反复退件，已多次到窗口询问没有结果，影响正常生产请协调处理并书面答复"
ANSWER = "已联系企业核实，窗口一次告知了所缺材料，变更登记已办结，执照已送达，企业表示认可。"
SIZES = """
SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
Act = Callable[[Step, Ticket], object]


def main() -> None:
    """Print bytes a ticket by table, largest first, and their sum."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as home,
        embedded_database(Path(home)) as database,
    ):
        migrate(use(database))
        load_reference_data(NOW)
        demo_accounts(NOW)
        before = _sizes(database)
        for place in range(count):
            life(place, late=place % 5 == 0)
        after = _sizes(database)
    grown = {name: [new - old for new, old in zip(after[name], before[name], strict=True)]
             for name in after}  # fmt: skip
    print(f"{'table':<22}{'rows, B':>10}{'indexes, B':>12}   a ticket, of {count}")
    for name, (rows, indexes) in sorted(grown.items(), key=lambda one: -sum(one[1])):
        if rows + indexes > 20 * count:
            print(f"{name:<22}{rows / count:>10,.0f}{indexes / count:>12,.0f}")
    total = sum(map(sum, grown.values()))
    print(f"{'all':<22}{total / count:>22,.0f}")


def _sizes(database: Database) -> dict[str, list[int]]:
    """Return bytes of rows and indexes by table, without what dead rows of changes take."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        owner.execute(text("VACUUM FULL"))
        return {name: [rows, indexes] for name, rows, indexes in owner.execute(text(SIZES))}


def life(place: int, *, late: bool) -> None:
    """Lead one ticket through a whole life, a late one over the rungs of its ladder."""
    now = NOW + timedelta(minutes=place)
    content = f"{MATTER}，第{place}号地块"
    new = NewTicket(
        kind=TicketKind.COMPLAINT, content=content, phone=f"0772-{place:07}",
        lead_unit="shijianguan", enterprise=f"示例第{place}号企业有限公司",
    )  # fmt: skip
    with work() as session:
        number = accept_ticket(background.system_step(session, now), new).number
    _do(number, now, unit_work.sign_for)
    _do(number, now, unit_work.first_contact)
    if late:
        now += LATE
        background.climb_many(background.clocks_due(now, 100), now)
    solved = AnswerOutcome.SOLVED
    form = unit_work.AnswerForm(outcome=solved, text=ANSWER, contacted=True)
    _do(number, now, lambda step, ticket: unit_work.answer(step, ticket, form))
    _do(number, now, review.approve_answer)
    call = callbacks.CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.REACHED, contacted=True,
        solved=solved, satisfaction=Satisfaction.SATISFIED,
    )  # fmt: skip
    _do(number, now, lambda step, ticket: callbacks.record_attempt(step, ticket, call))


def _do(number: str, now: datetime, act: Act) -> None:
    with work() as session:
        ticket = tickets.ticket_by_number(session, number, lock=True)
        act(replace(background.system_step(session, now), actor=_unit_of(session, ticket)), ticket)


def _unit_of(session: Session, ticket: Ticket) -> Actor:
    """Return somebody of the lead unit, who stands in for whoever acts."""
    query = select(Account).where(Account.unit_id == ticket.lead_unit_id)
    account = session.exec(query).first()
    return replace(SYSTEM, account_id=account.id) if account else SYSTEM


if __name__ == "__main__":
    main()
