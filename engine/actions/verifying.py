"""Verifies promises (核查承诺): a person looks, in the field or by telephone, and what follows."""

from dataclasses import dataclass, replace
from datetime import date

from engine.actions import callbacks, clocks
from engine.actions.actor import SYSTEM
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import take_in_tidy
from engine.actions.intake_checks import NewTicket
from engine.actions.own_words import Own
from engine.actions.promises import settle, standing
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError
from engine.lifecycle import FINAL
from engine.models import Clock, Promise, Ticket, Unit, Verification
from engine.rules.callback import reworks_used_up
from engine.rules.citations import clause
from engine.rules.promises import Visit, missing_in_verification
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import promises as store
from engine.store import tickets
from engine.terms import (
    ClockKind,
    PromiseState,
    TicketEvent,
    VerificationResult,
    VerificationWay,
)


@dataclass(frozen=True, kw_only=True)
class VerificationForm:
    """A verification as typed: how and when, what was found, where, by what evidence, with whom."""

    way: VerificationWay
    result: VerificationResult
    done_on: date | None
    evidence: str
    place: str = ""
    companion_id: int | None = None


def verify(step: Step, ticket: Ticket, form: VerificationForm) -> Verification:
    """Record a verification (核查) by a person of the hotline, and act on what was found.

    Met: the promise is kept. Not met before its day: it is followed on. Not met after it: the
    matter comes back to its unit.

    Raises:
        BadInputError: evidence, day, place or the second person in the field is missing.
        ConflictError: no promise stands on the ticket.
    """
    promise = standing(step, ticket, store.TO_VERIFY)
    _check(step, promise, form)
    row = Verification(
        promise_id=promise.id, ticket_id=ticket.id, at=step.now,
        done_on=form.done_on or shanghai_date(step.now), way=form.way, result=form.result,
        place=form.place.strip(), evidence=form.evidence.strip(),
        by_id=step.actor.account_id or 0, with_id=form.companion_id,
    )  # fmt: skip
    step.session.add(row)
    step.session.flush()
    words = f"{form.way.label}：{form.result.label}。{row.evidence}"
    details = {"promise": promise.id, "way": form.way.value, "result": form.result.value}
    take(step, ticket, TicketEvent.VERIFY_PROMISE, Why(words, details=details))
    _act(step, ticket, promise, form.result)
    return row


def _check(step: Step, promise: Promise, form: VerificationForm) -> None:
    others = {form.companion_id} - {None, step.actor.account_id}
    if form.companion_id is not None and others:
        store.companion(step.session, form.companion_id)
    visit = Visit(way=form.way, done_on=form.done_on, place=form.place, evidence=form.evidence,
                  persons=1 + len(others))  # fmt: skip
    today = shanghai_date(step.now)
    fields = missing_in_verification(visit, shanghai_date(promise.made_at), today, step.rules)
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _act(step: Step, ticket: Ticket, promise: Promise, result: VerificationResult) -> None:
    if result is VerificationResult.MET:
        settle(step, ticket, promise, PromiseState.KEPT, "核查已兑现")
        return
    clock = step.session.get_one(Clock, promise.clock_id)
    if step.now < clock.due_at:
        _watch_on(step, ticket, promise, clock)
        return
    settle(step, ticket, promise, PromiseState.BROKEN, "核查未兑现")
    _bring_back(step, ticket, promise)


def _watch_on(step: Step, ticket: Ticket, promise: Promise, clock: Clock) -> None:
    """Follow a promise on whose day has not come: a report too early changes nothing."""
    promise.state = PromiseState.STANDING
    clocks.stop(step, ticket, [ClockKind.VERIFICATION], "核查未兑现，继续跟踪")
    if clock.stopped_at is not None:
        clocks.resume(step, ticket, [ClockKind.PROMISE], "核查未兑现，继续计时",
                      stopped_at=clock.stopped_at)  # fmt: skip


def _bring_back(step: Step, ticket: Ticket, promise: Promise) -> None:
    """Bring a matter back whose promise was found broken (未兑现), by the engine itself.

    While the ticket is open it is reworked, or supervised where it was reworked before. A closed
    one stays closed: its follow-on (续办件) goes to the same unit under supervision, and figures
    already published never change.
    """
    day = f"{promise.promised_on.year}年{spoken_date(promise.promised_on)}"
    reason = Own(f"承诺{day}前办结，核查未兑现")
    if ticket.status in FINAL:
        promise.follow_on_id = _follow_on(replace(step, actor=SYSTEM), ticket, promise, reason).id
        return
    if reworks_used_up(ticket.reworks, step.rules, shanghai_date(ticket.accepted_at)):
        callbacks.supervise(replace(step, actor=SYSTEM), ticket, reason)
    else:
        callbacks.order_rework(replace(step, actor=SYSTEM), ticket, reason)


def _follow_on(step: Step, ticket: Ticket, promise: Promise, reason: str) -> Ticket:
    """Make the follow-on ticket of a closed one, with its unit, under supervision."""
    child = take_in_tidy(step, _new(step, ticket)).ticket
    unit = step.session.get_one(Unit, promise.unit_id)
    why = Own(f"续办 {ticket.number}：{reason}")
    order = Dispatch(unit, (), why, tuple(ticket.task_rows))
    dispatch(step, child, order)
    callbacks.supervise(step, child, why)
    law = clause("house/H-86").label
    for one, other, words in ((ticket, child, "另立续办件"), (child, ticket, "续办原件")):
        details = {"follow_on": other.number}
        take(step, one, TicketEvent.NOTE, Why(f"{words} {other.number}", law, details))
    return child


def _new(step: Step, ticket: Ticket) -> NewTicket:
    who = tickets.requester_of(step.session, ticket)
    accused = step.session.get(Unit, ticket.accused_unit_id) if ticket.accused_unit_id else None
    return NewTicket(
        kind=ticket.kind, content=ticket.content, title=ticket.title, phone=who.phone,
        enterprise=who.enterprise, credit_code=who.credit_code, contact_name=who.contact_name,
        place=ticket.place, answer_by=who.answer_by, urgency=ticket.urgency, source=ticket.source,
        confidential=ticket.confidential, demonstration=ticket.demonstration, parent_id=ticket.id,
        accused_unit=accused.name if accused else "",
    )  # fmt: skip
