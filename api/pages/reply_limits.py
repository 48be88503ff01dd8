"""By when a sent letter is to be replied to (反馈期限), as its pages say it."""

from api.pages.visit import Visit
from engine.actions.bare_grounds import groundless
from engine.models import Letter
from engine.rules.letter_life import GONE_OUT
from engine.rules.standing import is_asked_no_more
from engine.store import desk_unit
from engine.terms import LetterStatus, Role


def reply_limit(visit: Visit, letter: Letter) -> dict[str, object]:
    """Return the clock of the reply to a letter, and whether none is asked for any more (H-96).

    `groundless`: who judges the reply can only accept it.
    """
    found = desk_unit.reply_clocks(visit.session, [letter]) if letter.status in GONE_OUT else {}
    clock = found.get(letter.id)
    judged = visit.role is Role.SUPERVISOR and letter.status is LetterStatus.ANSWERED
    return {
        "clock": clock, "unasked": clock is not None and is_asked_no_more(clock.stop_reason),
        "groundless": judged and groundless(visit.step, letter),
    }  # fmt: skip
