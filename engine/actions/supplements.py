"""Adds to an open ticket what the requester says later (补充)."""

from engine.actions.step import Step, Why, take
from engine.errors import BadInputError
from engine.models import Ticket, TicketEventRecord
from engine.store.database import wake
from engine.terms import TicketEvent

# A technical limit of this system, not a rule of any document.
LONGEST = 5_000


def add_supplement(step: Step, ticket: Ticket, text: str) -> TicketEventRecord:
    """Write a supplement to a locked ticket; the words are kept in the event's details.

    Raises:
        BadInputError: nothing was written, or too much.
        RefusedTransitionError: the ticket's life is over.
    """
    words = text.strip()
    if not words or len(words) > LONGEST:
        message = f"补充内容写 1 到 {LONGEST} 字。"
        raise BadInputError(message, fields={"text": message})
    why = Why("诉求人补充了情况", details={"text": words})
    record = take(step, ticket, TicketEvent.SUPPLEMENT, why)
    wake(step.session, "ticket")
    return record
