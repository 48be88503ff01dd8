"""Whether a unit owes anything on a ticket now: whom nothing is asked of, nobody urges in bulk."""

from engine.actions import clocks
from engine.actions.step import Step
from engine.errors import ConflictError
from engine.models import Clock, Ticket
from engine.rules.shanghai import spoken_date
from engine.store import clocks as store
from engine.terms import ClockKind, ClockState, TicketStatus

IN_HAND = (ClockKind.HANDLING, ClockKind.FOLLOW_UP)


def clock_in_hand(step: Step, ticket: Ticket) -> Clock | None:
    """Return the clock a unit is answering by, running or paused: its own, else another law's."""
    running = store.running(step.session, ticket.id, IN_HAND)
    return min(running, key=lambda one: IN_HAND.index(one.kind), default=None)


def nothing_owed(step: Step, ticket: Ticket) -> str:
    """Return why the unit has nothing to do now, for a list of what is left out; else nothing."""
    if ticket.status is TicketStatus.CALLBACK_DUE:
        return f"待回访：等的是热线，承办单位不欠答复。{_callback(step, ticket)}要督办的请逐件办。"
    clock = clock_in_hand(step, ticket)
    if clock is not None and clock.state is ClockState.PAUSED:
        return "停表中：承办单位的期限没有在走，请先恢复计时。"
    return ""


def check_owed(step: Step, ticket: Ticket) -> None:
    """Refuse to urge a unit that has nothing to do.

    Raises:
        ConflictError: says what the ticket waits for.
    """
    words = nothing_owed(step, ticket)
    if words:
        raise ConflictError(words)


def _callback(step: Step, ticket: Ticket) -> str:
    found = store.running(step.session, ticket.id, [ClockKind.CALLBACK])
    if not found:
        return ""
    due = spoken_date(found[0].due_on)
    late = clocks.is_overdue(found[0], step.now)
    return f"热线回访{'已超期，本应' if late else '应'}于{due}前完成。"


def new_limit(step: Step, ticket: Ticket) -> Clock | None:
    """Return, unsaved, the clock a unit would get if it had to do the work again now."""
    deadline = clocks.deadline_of(
        ticket, ClockKind.HANDLING, step.now, step.rules, rule=clocks.REWORK_RULE
    )
    if deadline is None:
        return None
    return Clock(ticket_id=ticket.id, kind=ClockKind.HANDLING, **clocks.due_fields(deadline))
