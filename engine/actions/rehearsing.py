"""Rehearsals (推演): past tickets as lives, and lives lived by the real actions to prove them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import col, select

from engine.actions import review, unit_work
from engine.actions.actor import SYSTEM, Actor
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.step import Step
from engine.actions.sweep import climb
from engine.models import Account, Clock, RungTaken, Ticket
from engine.rules.rehearsal import Climbed, Life, Ran
from engine.rules.rule_set import RuleSet
from engine.store import tickets
from engine.store.database import work
from engine.terms import AnswerOutcome, ClockKind, TicketStatus

CHECKED = frozenset({
    ClockKind.REQUESTER, ClockKind.HANDLING, ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT,
    ClockKind.REVIEW,
})  # fmt: skip
WORDS = "推演用的虚构诉求，营业执照变更窗口反复要求补材料"
ANSWER = "推演用的虚构答复，已办结并告知。"
Act = Callable[[Step, Ticket], object]


def disagreement(ran: Ran, rules: RuleSet) -> str:
    """Live a life by the real actions in this process's database; say where the rehearsal differs.

    It writes: the database must be a scratch one, never an installation's.
    """
    real = sorted(_lived(ran.life, rules), key=_order)
    told = sorted((one for one in ran.climbed if one.clock in CHECKED), key=_order)
    if real == told:
        return ""
    return f"{ran.life.number}：推演 {told}；真实流程 {real}"


def _order(one: Climbed) -> tuple[datetime, str, str]:
    return one.at, one.clock.value, one.rung.value


def _lived(life: Life, rules: RuleSet) -> list[Climbed]:
    new = NewTicket(kind=life.kind, content=WORDS, phone=f"0772-{int(life.number[1:]):07}",
                    enterprise=f"推演企业{life.number}")  # fmt: skip
    number = _at(life.accepted_at, rules, lambda step: accept_ticket(step, new).number)
    for at, act in _acts(life):
        _sweep(number, rules, at)
        _do(at, rules, number, act)
    return _climbed(number)


def _acts(life: Life) -> list[tuple[datetime, Act]]:
    """Return what happens to a ticket after its intake, in order; what never came is left out."""
    acts: list[tuple[datetime | None, Act]] = [
        (life.dispatched_at, lambda step, one: dispatch(
            step, one, Dispatch(tickets.unit_by_name(step.session, life.unit), (), "推演"))),
        (life.signed_at, unit_work.sign_for),
        (life.contacted_at, unit_work.first_contact),
        (life.answered_at, _answer),
        (life.approved_at, review.approve_answer),
    ]  # fmt: skip
    return [(at, act) for at, act in acts if at is not None]


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


def _answer(step: Step, ticket: Ticket) -> None:
    query = select(Account).where(Account.unit_id == ticket.lead_unit_id, col(Account.active))
    account = step.session.exec(query.order_by(col(Account.id)).limit(1)).one()
    form = unit_work.AnswerForm(outcome=AnswerOutcome.SOLVED, text=ANSWER, contacted=True)
    unit_work.answer(replace(step, actor=Actor.of(account)), ticket, form)


def _sweep(number: str, rules: RuleSet, until: datetime) -> None:
    """Climb what falls due on a ticket until a moment, each step at its own time."""
    query = (
        select(Clock.id, Clock.next_rung_at)
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .where(Ticket.number == number, Clock.state == "running",
               col(Clock.next_rung_at) <= until)
        .order_by(col(Clock.next_rung_at), col(Clock.id))
    )  # fmt: skip
    while (clock := _next(query)) is not None:
        clock_id, at = clock
        if not _at(at, rules, partial(climb, clock_id=clock_id)):
            return


def _next(query: Any) -> Any:
    with work() as session:
        return session.exec(query.limit(1)).first()


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
