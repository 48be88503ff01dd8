"""Rehearsals (推演): lives lived by the real actions, to prove what the rehearsal tells of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import col, select

from engine.actions import callbacks, review, unit_work
from engine.actions.actor import SYSTEM, Actor
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.step import Step
from engine.actions.sweep import climb
from engine.models import Account, Clock, RungTaken, Ticket
from engine.rules.rehearsal import Climbed, Life, Ran, run
from engine.rules.rule_set import RuleSet
from engine.store import tickets
from engine.store.database import work
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    ClockKind,
    TicketStatus,
)

CHECKED = frozenset({
    ClockKind.REQUESTER, ClockKind.HANDLING, ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT,
    ClockKind.REVIEW, ClockKind.CALLBACK,
})  # fmt: skip
WORDS = "推演用的虚构诉求，营业执照变更窗口反复要求补材料"
ANSWER, BASIS = "推演用的虚构答复，已办结并告知。", "推演用的虚构依据"
Act = Callable[[Step, Ticket], object]


def last_moment(life: Life, now: datetime) -> datetime:
    """Return until when a life can be lived again: its call, or its approval, or now.

    What a requester said without being heard out (已尽力未接通) is not lived.
    """
    if life.called_at is not None:
        heard = life.solved is not None and life.satisfaction is not None
        return life.called_at if heard else life.approved_at or life.called_at
    return now


def disagreement(life: Life, rules: RuleSet, now: datetime, place: int) -> str:
    """Live a life by the real actions in this process's database; say where the rehearsal differs.

    It writes: the database must be a scratch one, never an installation's. `place` tells its
    requester from others.
    """
    until = last_moment(life, now)
    told = run(life, rules, until)
    number = _lived(life, rules, until, place)
    real = _climbed(number)
    rehearsed = sorted((one for one in told.climbed if one.clock in CHECKED), key=_order)
    if sorted(real, key=_order) != rehearsed:
        return f"{life.number}：推演 {rehearsed}；真实流程 {real}"
    return _other_deadline(number, told)


def _other_deadline(number: str, told: Ran) -> str:
    """Return in words which clock the engine started to another deadline; empty where none."""
    clocks = _clocks(number)
    for one in told.clocks:
        real = clocks.get(one.kind)
        if real != (one.started_at, one.deadline.due_at):
            return f"{told.life.number}：{one.kind.label}，推演 {one}；真实流程 {real}"
    return ""


def _clocks(number: str) -> Mapping[ClockKind, tuple[datetime, datetime]]:
    """Return when each clock of a ticket began and fell due; of each kind the first."""
    query = (
        select(Clock).join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .where(Ticket.number == number).order_by(col(Clock.id).desc())
    )  # fmt: skip
    with work() as session:
        return {one.kind: (one.started_at, one.due_at) for one in session.exec(query)}


def _order(one: Climbed) -> tuple[datetime, str, str]:
    return one.at, one.clock.value, one.rung.value


def _lived(life: Life, rules: RuleSet, until: datetime, place: int) -> str:
    new = NewTicket(kind=life.kind, urgency=life.urgency, content=WORDS,
                    phone=f"0772-{place:07}", enterprise=f"推演企业{place}")  # fmt: skip
    number: str = _at(life.accepted_at, rules, lambda step: accept_ticket(step, new).number)
    for at, act in _acts(life, until):
        _sweep(number, rules, at)
        _do(at, rules, number, act)
    if life.called_at is None:
        _sweep(number, rules, until)
    return number


def _acts(life: Life, until: datetime) -> list[tuple[datetime, Act]]:
    """Return what happens to a ticket after its intake, in order; what never came is left out."""
    acts: list[tuple[datetime | None, Act]] = [
        (life.dispatched_at, lambda step, one: dispatch(
            step, one, Dispatch(tickets.unit_by_name(step.session, life.unit), (), "推演"))),
        (life.signed_at, unit_work.sign_for),
        (life.contacted_at, unit_work.first_contact),
        (life.answered_at, partial(_answer, life)),
        (life.approved_at, review.approve_answer),
        (life.called_at, partial(_call, life)),
    ]  # fmt: skip
    return [(at, act) for at, act in acts if at is not None and at <= until]


def _at(now: datetime, rules: RuleSet, what: Callable[[Step], Any]) -> Any:
    with work() as session:
        return what(Step(session, SYSTEM, now, rules))


def _do(now: datetime, rules: RuleSet, number: str, act: Act) -> None:
    _at(now, rules, lambda step: _try(step, number, act))


def _try(step: Step, number: str, act: Act) -> None:
    """Do one thing; what was deemed signed already is not signed for again."""
    ticket = tickets.ticket_by_number(step.session, number, lock=True)
    if act is unit_work.sign_for and ticket.status is not TicketStatus.DISPATCHED:
        return
    act(step, ticket)


def _answer(life: Life, step: Step, ticket: Ticket) -> None:
    query = select(Account).where(Account.unit_id == ticket.lead_unit_id, col(Account.active))
    account = step.session.exec(query.order_by(col(Account.id)).limit(1)).one()
    outcome = life.outcome or AnswerOutcome.SOLVED
    form = unit_work.AnswerForm(
        outcome=outcome, text=ANSWER, contacted=True, legal_basis=BASIS
    )  # fmt: skip
    unit_work.answer(replace(step, actor=Actor.of(account)), ticket, form)


def _call(life: Life, step: Step, ticket: Ticket) -> None:
    form = callbacks.CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.REACHED, contacted=True,
        solved=life.solved, satisfaction=life.satisfaction,
    )  # fmt: skip
    callbacks.record_attempt(step, ticket, form)


def _sweep(number: str, rules: RuleSet, until: datetime) -> None:
    """Climb what falls due on a ticket until a moment, each step at its own time."""
    query = (
        select(Clock.id, Clock.next_rung_at)
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .where(Ticket.number == number, Clock.state == "running",
               col(Clock.next_rung_at) <= until)
        .order_by(col(Clock.next_rung_at), col(Clock.id))
    )  # fmt: skip
    while _climbed_one(query.limit(1), rules):
        pass


def _climbed_one(query: Any, rules: RuleSet) -> bool:
    """Climb the next step that falls due, in one transaction; return whether there was one."""
    with work() as session:
        found = session.exec(query).first()
        if found is None:
            return False
        clock_id, at = found
        return bool(climb(Step(session, SYSTEM, at, rules), clock_id))


def _climbed(number: str) -> list[Climbed]:
    columns: tuple[Any, ...] = (Clock.kind, RungTaken.rung, RungTaken.fell_due_at)
    query = (
        select(*columns)
        .join(Clock, col(Clock.id) == col(RungTaken.clock_id))
        .join(Ticket, col(Ticket.id) == col(RungTaken.ticket_id))
        .where(Ticket.number == number)
    )
    with work() as session:
        return [Climbed(*row) for row in session.exec(query) if row[0] in CHECKED]
