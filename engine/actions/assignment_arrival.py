"""An assignment whose mail (派单通知) came through only when it was sent again."""

from datetime import datetime

from sqlmodel import Session

from engine.actions.actor import SYSTEM
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step, Why, take
from engine.actions.unit_work import to_contact
from engine.models import Assignment
from engine.rules.citations import cites
from engine.store import clocks, tickets
from engine.terms import ClockKind, TicketEvent, TicketStatus

# Elsewhere nobody has to call: a return is ruled on, or it was answered.
TO_CALL = (TicketStatus.SIGNED_FOR, TicketStatus.IN_PROGRESS, TicketStatus.SUPERVISED)
WORDS = "派单通知重发后已发出，首次联系时限自此起算"


@cites("house/H-11")
def contact_from_now(session: Session, assignment_id: int, now: datetime) -> None:
    """Start the first contact (首次联系) of a unit that no mail had told of a ticket before.

    Only where it was deemed to have signed (视为签收) and has not called yet: there the limit did
    not begin. It begins once.
    """
    ticket_id = session.get_one(Assignment, assignment_id).ticket_id
    ticket = tickets.lock_ticket(session, ticket_id)
    assignment = session.get_one(Assignment, assignment_id, populate_existing=True)
    over = assignment.ended_at is not None or assignment.contacted_at is not None
    if over or ticket.status not in TO_CALL or _began(session, assignment):
        return
    step = Step(session, SYSTEM, now, rules_in_force(session))
    to_contact(step, ticket, assignment)
    take(step, ticket, TicketEvent.NOTE, Why(WORDS, details={"assignment": assignment_id}))


def _began(session: Session, assignment: Assignment) -> bool:
    own = clocks.of_ticket(session, assignment.ticket_id)
    return any(
        one.assignment_id == assignment.id and one.kind is ClockKind.FIRST_CONTACT for one in own
    )
