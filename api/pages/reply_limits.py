"""By when a sent letter is to be replied to (反馈期限), as its pages say it."""

from collections.abc import Sequence
from typing import NamedTuple

from api.pages.visit import Visit
from engine.actions.bare_grounds import groundless
from engine.actions.taken_back import withdrawn_findings
from engine.actions.told_units import again_key
from engine.models import Clock, Letter, Ticket, TicketEventRecord
from engine.rules.letter_life import GONE_OUT
from engine.rules.reply_words import reply_words
from engine.rules.standing import is_asked_no_more
from engine.store import clocks, tickets
from engine.terms import ClockKind, ClockState, LetterStatus, Role


class Limit(NamedTuple):
    """The clock that a letter's page shows, and whether one to reply again was called off."""

    clock: Clock | None = None
    called_off: bool = False


def reply_limit(visit: Visit, letter: Letter) -> dict[str, object]:
    """Return the clock of the reply to a letter, and whether none is asked for any more (H-96).

    Where a limit to reply again was called off (H-95) that of the reply before is shown, with what
    was found `short` of it. `groundless`: who judges the reply can only accept it.
    """
    clock, called_off = _limit_of(visit, letter) if letter.status in GONE_OUT else Limit()
    judged = visit.role is Role.SUPERVISOR and letter.status is LetterStatus.ANSWERED
    return {
        "clock": clock, "unasked": clock is not None and is_asked_no_more(clock.stop_reason),
        "called_off": called_off, "short": reply_words(letter.kind).short,
        "groundless": judged and groundless(visit.step, letter),
    }  # fmt: skip


def struck_findings(visit: Visit, ticket: Ticket, letter: Letter) -> Sequence[TicketEventRecord]:
    """Return what was found short of replies to a letter and withdrawn since (认定已撤销)."""
    records = tickets.events(visit.session, ticket)
    gone = withdrawn_findings(records)
    return [one for one in records
            if one.seq in gone and one.details.get("sha256") == letter.pdf_sha256]  # fmt: skip


def _limit_of(visit: Visit, letter: Letter) -> Limit:
    own = [one for one in clocks.of_ticket(visit.session, letter.ticket_id)
           if one.letter_id == letter.id and one.kind is ClockKind.RECTIFICATION_REPLY]  # fmt: skip
    if not own:
        return Limit()
    last = own[-1]
    if last.state is not ClockState.SUPERSEDED or is_asked_no_more(last.stop_reason):
        return Limit(last)
    before = [one for one in own if again_key(one) != again_key(last)]
    return Limit(before[-1], called_off=True) if before else Limit(last)
