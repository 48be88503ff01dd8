"""Rehearsed lives in a scratch database (临时库), whole years at once, for the pages' own figures.

What is written is what the real actions would leave behind as far as figures read it; a test and
every report prove so on lives that real actions have led.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from engine.actions.figures import Report, report_on
from engine.models import Account, Unit
from engine.rules.callback import after_callback
from engine.rules.escalation import MISSED
from engine.rules.rehearsal import Climbed, Life, Ran, Ticked
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import (
    AnswerOutcome,
    CallbackState,
    ClockKind,
    Satisfaction,
    TicketEvent,
    TicketStatus,
)

CLOCKS_EACH = 8  # a life has fewer; its clocks are numbered from eight times its own number
TITLE = "推演用的虚构诉求"
TABLES: Mapping[str, str] = {
    "ticket": "id number source kind urgency status title content place confidential demonstration "
              "accepted_at closed_at lead_unit_id designated panel_approved reworks returns "
              "routing_error task_rows catalogue_version version",
    "assignment": "id ticket_id unit_id role task_rows dispatched_at signed_at deemed_signed "
                  "contacted_at answered_at ended_at end_reason opinion",
    "clock": "id ticket_id assignment_id unit_id kind state started_at due_since due_on due_at "
             "due_status stopped_at stop_reason certificate pauses past stuck_reason",
    "rung_taken": "clock_id ticket_id rung fell_due_at detected_at due_on",
    "breach": "clock_id ticket_id unit_id kind task_rows true_at detected_at judgement "
              "judgement_reason",
    "answer": "ticket_id assignment_id outcome text legal_basis answered_by_id answered_at review "
              "review_reason",
    "callback": "id ticket_id round state human_required why opened_at done_at contacted solved "
                "satisfaction",
    "callback_attempt": "callback_id ticket_id at called_by channel result contacted solved "
                        "satisfaction words",
    "ticket_event": "ticket_id seq event at recorded_at actor_kind actor_name to_status reason "
                    "citation details words_digest link",
}  # fmt: skip
UNITS = (ClockKind.HANDLING, ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT)
DIGEST = b"\0" * 32


def figures_of(session: Session, ran: Sequence[Ran], rules: RuleSet, now: datetime) -> Report:
    """Return the figures of rehearsed lives as the pages would show them; nothing stays behind.

    The session's database must be a scratch one: its tickets are removed first.
    """
    write(session, ran, rules)
    return report_of(session, ran, rules, now)


def report_of(session: Session, ran: Sequence[Ran], rules: RuleSet, now: datetime) -> Report:
    """Return the figures of what stands in the database, over the days these lives fall in."""
    first = min(shanghai_date(one.life.accepted_at) for one in ran)
    return report_on(session, rules, (first, shanghai_date(now)), shanghai_date(now), now)


def write(session: Session, ran: Sequence[Ran], rules: RuleSet) -> None:
    """Write rehearsed lives in bulk, every table in one go, in the place of all tickets there."""
    units = {name: id_ for id_, name in session.exec(select(Unit.id, Unit.name))}
    account = session.exec(select(Account.id).order_by(col(Account.id)).limit(1)).one()
    rows: dict[str, list[Sequence[object]]] = {name: [] for name in TABLES}
    for place, one in enumerate(ran, start=1):
        for table, row in _Written(place, one, units[one.life.unit], account, rules).rows():
            rows[table].append(row)
    with unguarded(session):
        session.connection().execute(text("TRUNCATE ticket CASCADE"))
        for table, columns in TABLES.items():
            _copy(session, table, columns.split(), rows[table])


@contextmanager
def unguarded(session: Session) -> Iterator[None]:
    """Let a transaction write as the owner of the tables does, past keys and triggers."""
    run = session.connection().exec_driver_sql
    run("SET LOCAL ROLE NONE")
    run("SET LOCAL session_replication_role = replica")
    yield
    run("SET LOCAL session_replication_role = origin")


def _copy(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    raw: Any = session.connection().connection
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


class _Written:
    """One rehearsed life as rows: what each table would hold of it."""

    def __init__(self, place: int, ran: Ran, unit: int, account: int, rules: RuleSet) -> None:
        """Take a life with its number, its unit and whoever answered."""
        self.place, self.ran, self.life = place, ran, ran.life
        self.unit, self.account, self.rules = unit, account, rules

    def rows(self) -> Iterator[tuple[str, Sequence[object]]]:
        """Yield the rows with their tables."""
        yield "ticket", self._ticket()
        yield "assignment", self._assignment()
        for place, one in enumerate(self.ran.clocks):
            yield "clock", self._clock(place, one)
        numbers = {one.kind: self._id(place) for place, one in enumerate(self.ran.clocks)}
        for step in self.ran.climbed:
            yield from self._climbed(numbers[step.clock], step)
        life = self.life
        if life.answered_at is not None:
            yield "answer", (self.place, self.place, life.outcome or AnswerOutcome.SOLVED, "", "",
                             self.account, life.answered_at, "", "")  # fmt: skip
        if life.called_at is not None and self._heard():
            yield from self._called(life, life.called_at)

    def _heard(self) -> bool:
        return self.life.solved is not None and self.life.satisfaction is not None

    def _id(self, place: int) -> int:
        return self.place * CLOCKS_EACH + place

    def _closed(self) -> bool:
        return self.life.called_at is not None and self._follows() is TicketEvent.CLOSE

    def _follows(self) -> TicketEvent | None:
        if not self._heard():
            return None
        on = shanghai_date(self.life.accepted_at)
        said = self.life.solved, self.life.satisfaction
        return after_callback(*said, reworks=0, rules=self.rules, on=on)[0]

    def _ticket(self) -> Sequence[object]:
        life = self.life
        status = TicketStatus.CLOSED if self._closed() else TicketStatus.IN_PROGRESS
        return (
            self.place, f"T{self.place}", "rehearsal", life.kind, life.urgency, status, TITLE, "",
            "", False, False, life.accepted_at, life.called_at if self._closed() else None,
            self.unit, False, False, 0, 0, "", "[]", "", 1,
        )  # fmt: skip

    def _assignment(self) -> Sequence[object]:
        life, signed = self.life, self.ran.signed_at
        closed = self._closed()
        return (
            self.place, self.place, self.unit, "lead", "[]", life.dispatched_at, signed,
            signed is not None and signed != life.signed_at, life.contacted_at or life.answered_at,
            life.answered_at, life.called_at if closed else None, "办结" if closed else "", "",
        )  # fmt: skip

    def _clock(self, place: int, one: Ticked) -> Sequence[object]:
        of_unit = one.kind in UNITS
        rule = one.deadline.counted.parameter
        proof = {"rule": rule.key, "unit": rule.unit}
        called = one.kind is ClockKind.CALLBACK and one.stopped_at is not None
        return (
            self._id(place), self.place, self.place if of_unit else None,
            self.unit if of_unit else None, one.kind, "stopped" if one.stopped_at else "running",
            one.started_at, one.started_at, one.deadline.due_on, one.deadline.due_at,
            one.deadline.status, one.stopped_at, CallbackState.REACHED.label if called else "",
            json.dumps(proof), "[]", "[]", "",
        )  # fmt: skip

    def _climbed(self, clock: int, step: Climbed) -> Iterator[tuple[str, Sequence[object]]]:
        yield "rung_taken", (clock, self.place, step.rung, step.at, step.at, shanghai_date(step.at))
        if step.rung in MISSED:
            unit = self.unit if step.clock in UNITS else None
            yield "breach", (clock, self.place, unit, step.clock, "[]", step.at, step.at, "", "")

    def _called(self, life: Life, at: datetime) -> Iterator[tuple[str, Sequence[object]]]:
        said: tuple[AnswerOutcome | None, Satisfaction | None] = (life.solved, life.satisfaction)
        human = self.ran.calls_on is not None
        opened = life.approved_at or at
        yield "callback", (self.place, self.place, 1, CallbackState.REACHED, human, "", opened, at,
                           True, *said)  # fmt: skip
        yield "callback_attempt", (self.place, self.place, at, "", "human_call", "reached", True,
                                   *said, "")  # fmt: skip
        follows = self._follows()
        if follows is TicketEvent.ORDER_REWORK:
            yield "ticket_event", (self.place, 1, follows, at, at, "system", "推演",
                                   TicketStatus.REWORK, "", "", "{}", DIGEST, DIGEST)  # fmt: skip
