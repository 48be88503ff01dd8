"""Which findings of a breach somebody saw (看过的认定): nobody judges one from an old page."""

from engine.actions.step import Step
from engine.errors import ConflictError, NotFoundError
from engine.models import Breach
from engine.store import findings as store
from engine.store import tickets

CHANGED = "您打开页面以后，这条超期的认定变了，没有再记一次。请看过现在的认定再决定。"


def findings_seen(step: Step, breach_id: int) -> str:
    """Return the mark of a breach's findings as they stand: each of them and its state changes it.

    The mark of a breach without any is not empty, so that a form without one passes nothing.
    """
    found = store.of_breach(step.session, breach_id)
    return ".".join(["0", *(f"{one.id}-{one.state.value}" for one in found)])


def check_findings_seen(step: Step, breach_id: int, seen: str) -> None:
    """Refuse a judgement from a page that showed other findings; the ticket is locked by it.

    Raises:
        NotFoundError: there is no such breach.
        ConflictError: a finding was made, agreed to or ended since that page was opened.
    """
    breach = step.session.get(Breach, breach_id)
    if breach is None:
        message = "没有这条超期记录。"
        raise NotFoundError(message)
    tickets.lock_ticket(step.session, breach.ticket_id)
    if seen != findings_seen(step, breach_id):
        raise ConflictError(CHANGED)
