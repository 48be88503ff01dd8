"""What of a ticket's course its units know of (单位看得到的经过)."""

from collections.abc import Iterable

from engine.models import TicketEventRecord
from engine.terms import TicketEvent

# How the hotline came to write a letter, or not to send it, is its own affair.
AMONG_THEMSELVES = frozenset({
    TicketEvent.PROPOSE_LETTER, TicketEvent.DRAFT_LETTER, TicketEvent.REVIEW_LETTER,
    TicketEvent.REJECT_LETTER, TicketEvent.APPROVE_LETTER, TicketEvent.VOID_LETTER,
    TicketEvent.RECALL_LETTER,
})  # fmt: skip
INTERNAL = "internal"  # in the details of a note that is the hotline's own affair likewise


def for_units(event: TicketEventRecord) -> bool:
    """Return whether units may know of an event: clues handed on are not theirs to see (移交)."""
    return event.event is not TicketEvent.PROPOSE_REFERRAL and not event.details.get("restricted")


def seen_by_units(events: Iterable[TicketEventRecord]) -> list[TicketEventRecord]:
    """Return the events that a unit reads: of a letter that it was sent, and what followed.

    A sending that was called back (撤回发函) brought it nothing. The audit and the hotline's own
    pages have all of it.
    """
    known = list(events)
    back = {one.details.get("sha256"): one.seq for one in known
            if one.event is TicketEvent.RECALL_LETTER}  # fmt: skip
    return [
        one for one in known
        if for_units(one) and one.event not in AMONG_THEMSELVES and not one.details.get(INTERNAL)
        and not (one.event is TicketEvent.SEND_LETTER
                 and one.seq < back.get(one.details.get("sha256"), 0))
    ]  # fmt: skip
