"""A rectification letter not answered in time (整改函逾期): what is so of its reply by now.

A reply that came late is no silence, and one that was accepted leaves nothing to hand over for.
"""

from datetime import date, datetime

from engine.actions.step import Step
from engine.actions.told_units import asked_in_time
from engine.documents.letter_data import written_date
from engine.documents.templates import written_after, written_moment
from engine.models import Clock, Letter
from engine.rules.shanghai import shanghai_date
from engine.rules.standing import is_asked_no_more
from engine.store import letters as store
from engine.store.desk_unit import reply_clocks
from engine.terms import LetterStatus

FOUND = {LetterStatus.ACCEPTED: "，已获认可", LetterStatus.INSUFFICIENT: "，经认定整改不到位"}
MOOT = "整改函的反馈已获认可，自动提议的移交不再需要；认为情况恶劣的，可另行提议。"


def words_of(letter: Letter, clock: Clock) -> str:
    """Return what a missed reply limit shows: that nothing came, or when it came and what of it."""
    within = f"{letter.number}，期限{written_date(clock.due_on)}"
    came = _came(letter, clock)
    if came is not None:
        found = FOUND.get(letter.status, "")
        return f"整改函逾期反馈（{within}，{written_moment(came)}反馈{found}）"
    what = "整改不到位后逾期未再反馈" if letter.replied_at else "整改函逾期未反馈"
    return f"{what}（{within}）"


def sent_on(letter: Letter) -> date:
    """Return the day a letter left, the last time it was sent, or was to leave."""
    return shanghai_date(letter.sent_at or letter.approved_at or letter.proposed_at)


def state_of(step: Step, letter: Letter) -> str:
    """Return what is so of the reply to a letter, as a clause that follows the letter's own day."""
    if letter.status is LetterStatus.SENT or letter.replied_at is None:
        return "，尚未反馈"
    sent = sent_on(letter)
    came = f"，{written_after(shanghai_date(letter.replied_at), sent)}反馈"
    again = _again(step, letter, sent) if letter.status is LetterStatus.INSUFFICIENT else ""
    return f"{came}{FOUND.get(letter.status, '，尚待认定')}{again}"


def _again(step: Step, letter: Letter, sent: date) -> str:
    """Return until when a reply that was not enough may be made again, or that it was not."""
    clock = reply_clocks(step.session, [letter]).get(letter.id)
    if clock is None or clock.stopped_at is not None:
        return ""
    if step.now < clock.due_at:
        return f"，再次反馈期限{written_after(clock.due_on, sent)}"
    return "，逾期未再反馈" if asked_in_time(step.session, clock) else ""


def moot_referrals(step: Step, letter: Letter) -> list[Letter]:
    """Return the referrals the engine proposed for a letter's late reply alone, locked.

    One that somebody drafted, or that other tickets joined, is people's to decide.
    """
    found = store.proposed_referrals(step.session, letter.unit_id)
    return [one for one in found if not one.facts.get("joined") and _rests_on(step, one, letter)]


def _rests_on(step: Step, referral: Letter, letter: Letter) -> bool:
    clock = step.session.get(Clock, referral.facts.get("reply_clock", 0))
    return clock is not None and clock.letter_id == letter.id


def _came(letter: Letter, clock: Clock) -> datetime | None:
    """Return when the reply to that limit came: it stops its clock, after its breach is told."""
    answered = letter.replied_at if letter.status is LetterStatus.ANSWERED else None
    return answered if is_asked_no_more(clock.stop_reason) else clock.stopped_at or answered
