"""What people do at the desks besides moving tickets: see a number."""

from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError
from engine.models import Requester, Ticket
from engine.store import tickets as store
from engine.terms import TicketEvent

LONGEST_REASON, LEAST_REASON = 100, 2
UNASKED = "请写明为什么要看号码，例如“回访”“首次联系”。"


def unmask(step: Step, ticket: Ticket, reason: str) -> Requester:
    """Show who brought a locked ticket and leave a trace of it (查看号码).

    Raises:
        BadInputError: no reason was given; one sign, or signs alone, are none.
    """
    said = stated(reason, "reason", UNASKED, LONGEST_REASON)
    if sum(one.isalnum() for one in said) < LEAST_REASON:
        raise BadInputError(UNASKED, fields={"reason": UNASKED})
    take(step, ticket, TicketEvent.UNMASK, Why(f"查看号码：{said}"))
    return store.requester_of(step.session, ticket)
