"""Promises on which a matter is closed (承诺): followed until somebody has looked (跟踪问效).

The promise is made with an answer, runs from its review on, outlives the closed ticket, and ends
with a verification by a person: see `verifying`.
"""

from dataclasses import dataclass
from datetime import date

from engine.actions import clocks
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import Answer, Promise, Ticket
from engine.rules.promises import missing_in_promise
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.rules.time_limits import clock_deadline
from engine.store import clocks as clock_store
from engine.store import promises as store
from engine.store.row_security import as_house
from engine.terms import ClockKind, PromiseState, TicketEvent

SHORTEST_REPORT = 6
LONGEST_REPORT = 500


@dataclass(frozen=True, kw_only=True)
class PromiseForm:
    """A promise as typed with an answer: what will be done, and by which day."""

    text: str
    due_on: date | None


def offer(step: Step, ticket: Ticket, answer: Answer, form: PromiseForm) -> Promise:
    """Write a promise that comes with an answer; it stands once the answer has passed review.

    Raises:
        BadInputError: the words are too few, or the day is not within reach.
    """
    today = shanghai_date(step.now)
    fields = missing_in_promise(form.text, form.due_on, today, step.rules)
    if fields or form.due_on is None:
        raise BadInputError("".join(fields.values()), fields=fields)
    promise = Promise(
        ticket_id=ticket.id, answer_id=answer.id, unit_id=_unit_of(ticket),
        state=PromiseState.OFFERED, text=form.text.strip(), promised_on=form.due_on,
        made_at=step.now,
    )  # fmt: skip
    step.session.add(promise)
    step.session.flush()
    words = f"承诺于{form.due_on.year}年{spoken_date(form.due_on)}前办结：{promise.text}"
    details = {"promise": promise.id, "promised_on": form.due_on.isoformat()}
    take(step, ticket, TicketEvent.PROMISE, Why(words, details=details))
    return promise


def _unit_of(ticket: Ticket) -> int:
    if ticket.lead_unit_id is None:
        message = f"工单 {ticket.number} 没有主办单位，不能立承诺。"
        raise ConflictError(message)
    return ticket.lead_unit_id


def stand(step: Step, ticket: Ticket) -> None:
    """Let the promise of an approved answer stand: its clock runs to the promised day."""
    promise = store.open_one(step.session, ticket.id)
    if promise is None or promise.state is not PromiseState.OFFERED:
        return
    days = (promise.promised_on - shanghai_date(promise.made_at)).days
    deadline = clock_deadline(
        ClockKind.PROMISE, promise.made_at, step.rules, kind=ticket.kind, urgency=ticket.urgency,
        accepted_on=shanghai_date(ticket.accepted_at), working_days=days,
    )  # fmt: skip
    if deadline is None:
        return
    clock = clocks.start_counted(
        step, ticket, ClockKind.PROMISE, promise.unit_id, promise.made_at, deadline
    )
    promise.state, promise.clock_id = PromiseState.STANDING, clock.id
    step.session.flush()


def drop(step: Step, ticket: Ticket, why: str) -> None:
    """End a promise that no longer closes anything: the unit has to answer anew."""
    promise = store.open_one(step.session, ticket.id)
    if promise is None:
        return
    settle(step, ticket, promise, PromiseState.ENDED, why)


def settle(step: Step, ticket: Ticket, promise: Promise, state: PromiseState, why: str) -> None:
    """End the following of a promise in `state`, and its clocks.

    One after the other: an overdue promise that no sweep has seen yet owes a verification first.
    """
    promise.state, promise.settled_at, promise.end_reason = state, step.now, why
    for kind in (ClockKind.PROMISE, ClockKind.VERIFICATION):
        clocks.stop(step, ticket, [kind], why)
    step.session.flush()


def owe_verification(step: Step, ticket: Ticket) -> None:
    """Start the hotline's time to verify (核查时限), unless it runs already."""
    if not clock_store.running(step.session, ticket.id, [ClockKind.VERIFICATION]):
        clocks.start(step, ticket, ClockKind.VERIFICATION)


def report(step: Step, ticket: Ticket, text: str) -> Promise:
    """Say that a promise was kept (报告兑现): its clock stops, and the hotline has to verify.

    Raises:
        BadInputError: the report says too little.
        NotPermittedError: the promise is not the actor's unit's.
        ConflictError: no promise stands on the ticket, or it was reported already.
    """
    promise = standing(step, ticket, (PromiseState.STANDING,))
    if step.actor.role is not None and promise.unit_id != step.actor.unit_id:
        message = f"工单 {ticket.number} 的承诺不是您单位作出的。"
        raise NotPermittedError(message)
    words = text.strip()
    if not SHORTEST_REPORT <= len(words) <= LONGEST_REPORT:
        said = f"兑现情况写 {SHORTEST_REPORT} 至 {LONGEST_REPORT} 个字，写清何时、怎样办好的。"
        raise BadInputError(said, fields={"text": said})
    details = {"promise": promise.id}
    take(step, ticket, TicketEvent.REPORT_PROMISE, Why(f"报告兑现：{words}", details=details))
    promise.state, promise.report = PromiseState.REPORTED, words
    promise.reported_at, promise.reported_by_id = step.now, step.actor.account_id
    clocks.stop(step, ticket, [ClockKind.PROMISE], "已报告兑现")
    with as_house(step.session):
        owe_verification(step, ticket)
    return promise


def standing(step: Step, ticket: Ticket, states: tuple[PromiseState, ...]) -> Promise:
    """Return the promise on a ticket that is in one of those states.

    Raises:
        ConflictError: there is none; the message says how it stands.
    """
    promise = store.open_one(step.session, ticket.id)
    if promise is None or promise.state not in states:
        state = f"现为“{promise.state.label}”" if promise else "没有在跟踪的承诺"
        message = f"工单 {ticket.number} {state}，请刷新后再看。"
        raise ConflictError(message)
    return promise
