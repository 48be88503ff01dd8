"""Adds to an open ticket what the requester says later (补充)."""

from engine.actions.characters import visible
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError
from engine.models import Ticket, TicketEventRecord
from engine.store import tickets as store
from engine.store.database import wake
from engine.terms import TicketEvent

# A technical limit of this system, not a rule of any document.
LONGEST = 5_000


def add_supplement(
    step: Step, ticket: Ticket, text: str, *, sent_as: str = ""
) -> TicketEventRecord:
    """Write a supplement to a locked ticket; the words are kept in the event's details.

    `sent_as` names the form it came by: the same form sent twice is one supplement.

    Raises:
        BadInputError: nothing was written, or too much.
        RefusedTransitionError: the ticket's life is over.
    """
    words = text.strip()
    if not visible(words) or len(words) > LONGEST:
        message = f"补充内容写 1 到 {LONGEST} 字。"
        raise BadInputError(message, fields={"text": message})
    made = _made_by(step, ticket, sent_as)
    if made is not None:
        return made
    details = {"text": words, "form": sent_as} if sent_as else {"text": words}
    why = Why("诉求人补充了情况", details=details)
    record = take(step, ticket, TicketEvent.SUPPLEMENT, why)
    wake(step.session, "ticket")
    return record


def _made_by(step: Step, ticket: Ticket, sent_as: str) -> TicketEventRecord | None:
    """Return the supplement that a form has made already."""
    found = store.events(step.session, ticket) if sent_as else ()
    return next((one for one in found if one.details.get("form") == sent_as), None)
