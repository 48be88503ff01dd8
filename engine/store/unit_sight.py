"""What of a ticket's course its units know of (单位看得到的经过): one rule for pages and API.

The policy of the table says the same once more (engine/store/row_security.py).
"""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from engine.models import Clock, TicketEventRecord
from engine.rules.letter_life import FELL, RECALLED
from engine.terms import ClockState, TicketEvent

# Clues handed on (移交) are not units' to see; how the hotline came to write a letter, or not to
# send it, is its own affair.
NOT_FOR_UNITS = frozenset({
    TicketEvent.PROPOSE_REFERRAL, TicketEvent.PROPOSE_LETTER, TicketEvent.DRAFT_LETTER,
    TicketEvent.REVIEW_LETTER, TicketEvent.REJECT_LETTER, TicketEvent.APPROVE_LETTER,
    TicketEvent.VOID_LETTER, TicketEvent.RECALL_LETTER,
})  # fmt: skip
INTERNAL = "internal"  # in the details of a note that is the hotline's own affair likewise


def for_units(event: TicketEventRecord) -> bool:
    """Return whether units may know of such an event at all."""
    hidden = event.details.get("restricted") or event.details.get(INTERNAL)
    return event.event not in NOT_FOR_UNITS and not hidden


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
        if for_units(one) and not (one.event is TicketEvent.SEND_LETTER
                                   and one.seq < back.get(one.details.get("sha256"), 0))
    ]  # fmt: skip


def called_back(session: Session, events: Sequence[TicketEventRecord]) -> frozenset[int]:
    """Return the ids of those of these events that are sendings called back since (撤回发函)."""
    sendings = [one for one in events if one.event is TicketEvent.SEND_LETTER]
    if not sendings:
        return frozenset()
    query = select(TicketEventRecord).where(
        col(TicketEventRecord.ticket_id).in_({one.ticket_id for one in sendings}),
        TicketEventRecord.event == TicketEvent.RECALL_LETTER,
    )
    recalls = session.exec(query).all()
    return frozenset(sent.id for sent in sendings if any(_takes_back(one, sent) for one in recalls))


def _takes_back(recall: TicketEventRecord, sent: TicketEventRecord) -> bool:
    same = recall.details.get("sha256") == sent.details.get("sha256")
    return same and recall.ticket_id == sent.ticket_id and recall.seq > sent.seq


def was_asked(clock: Clock) -> bool:
    """Return whether anybody was ever told of a limit: not of one whose letter was called back."""
    return clock.state is not ClockState.SUPERSEDED or clock.stop_reason not in (RECALLED, FELL)
