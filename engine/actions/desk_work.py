"""What people do at the desks besides moving tickets: see a number."""

from engine.actions.step import Step, Why, take
from engine.errors import BadInputError
from engine.models import Requester, Ticket
from engine.store import tickets as store
from engine.terms import TicketEvent


def unmask(step: Step, ticket: Ticket, reason: str) -> Requester:
    """Show who brought a locked ticket and leave a trace of it (查看号码).

    Raises:
        BadInputError: no reason was given.
    """
    if not reason.strip():
        words = "请写明为什么要看号码，例如“回访”“首次联系”。"
        raise BadInputError(words, fields={"reason": words})
    take(step, ticket, TicketEvent.UNMASK, Why(f"查看号码：{reason.strip()[:100]}"))
    return store.requester_of(step.session, ticket)
