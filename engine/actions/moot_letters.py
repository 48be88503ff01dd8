"""Whether what a letter rests on is so still (依据是否成立): else nobody passes it on."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.actions.bare_grounds import grounds_of, touched_among
from engine.actions.earlier_letters import UNDRAFTED, earlier_grounds, letter_lines
from engine.actions.evidence import evidence_for
from engine.actions.excused_breaches import excused_note
from engine.actions.fallen_lines import gone_letters, gone_lines, uncorrected, unmended
from engine.actions.ground_evidence import gone_among, refusal_of, unproved
from engine.actions.proofs import proofs_of
from engine.actions.recallable import may_recall
from engine.actions.referral_reasons import moot
from engine.actions.step import Step
from engine.actions.unit_share import told_unit
from engine.errors import ConflictError
from engine.models import Letter, Ticket
from engine.rules.letter_life import GONE_OUT
from engine.terms import LetterKind, LetterStatus, RectificationGround

PASSED_ON = (LetterStatus.DRAFTED, LetterStatus.REVIEWED, LetterStatus.SIGNED)
SAID_SO = "函已发出，不能再改；请发更正函，写明哪些依据已不成立。"
HELD = "邮件还没有送出：请撤回发送，然后作废；仍须发函的，作废后重新提议。"
GROUNDLESS = (LetterKind.REMINDER, LetterKind.CORRECTION)  # they claim none


@dataclass(frozen=True)
class Fallen:
    """What a letter says that is so no more, a line each, and what is to be done.

    `evidence` are the fallen lines as they stand in the letter and the grounds that nothing proves,
    without why.
    """

    lines: tuple[str, ...]
    what_now: str
    evidence: tuple[str, ...] = ()
    groundless: bool = False


def known_evidence(step: Step, ticket: Ticket, letter: Letter) -> list[str]:
    """Return the lines a letter may rest on: the ticket's record, and earlier letters."""
    earlier, unit_id = [], told_unit(letter)
    if letter.kind is LetterKind.REFERRAL:
        earlier = letter_lines(step, unit_id)
    return [*earlier, *evidence_for(step, ticket, unit_id)]


def nothing_behind(step: Step, letter: Letter) -> str:
    """Return why a proposal is needed no more on what the record shows now; else nothing.

    While one of its grounds is proved, or is a person's judgement, a draft can be made. A reminder
    (催办) claims no ground: what it was proposed for may be gone, and it may be drafted still. Of a
    referral (移交) the engine's own reasons count.
    """
    if letter.status not in UNDRAFTED:
        return ""
    if letter.kind is LetterKind.REFERRAL:
        return moot(step, letter)
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    lines = known_evidence(step, ticket, letter)
    if letter.kind in GROUNDLESS:
        gone = gone_lines(step, ticket, gone_among(lines, letter.evidence))
        return f"{'；'.join(one.words for one in gone)}。" if gone else ""
    grounds = grounds_of(letter)
    bare = unproved(grounds, lines, proofs_of(step, ticket), {})
    return unproved_words(step, ticket, bare) if len(bare) == len(grounds) else ""


def unproved_words(step: Step, ticket: Ticket, bare: Sequence[RectificationGround]) -> str:
    """Return why those grounds can't be chosen, and which missed limits are excused; or nothing."""
    return refusal_of(bare) + excused_note(step, ticket) if bare else ""


def fallen(step: Step, letter: Letter) -> Fallen | None:
    """Return what a letter that is drawn up or was sent says that is so no more; else None.

    A kept line whose event the record takes for nothing any more (its breach was withdrawn, say),
    and a ground that the other lines don't prove (the panel found the matter settled, say). Of a
    referral (移交) the earlier letters it rests on or names, too. What was sent says so until a
    correction (更正函) of it has gone out.
    """
    if letter.status not in (*PASSED_ON, *GONE_OUT):
        return None
    out = letter.status in GONE_OUT
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    own = evidence_for(step, ticket, told_unit(letter))
    told = gone_lines(step, ticket, gone_among(own, letter.evidence))
    told += gone_letters(step, letter) if letter.kind is LetterKind.REFERRAL else []
    kept = [one for one in letter.evidence if one not in {gone.line for gone in told}]
    grounds = [] if letter.kind in GROUNDLESS else grounds_of(letter)
    bare = unproved(grounds, kept, proofs_of(step, ticket), earlier_grounds(step, kept))
    whole = bool(bare) and len(bare) == len(grounds)
    if out:
        told, bare = uncorrected(step, letter, told), unmended(step, ticket, letter, bare)
    if not told and not bare:
        return None
    lines = (*(one.words for one in told), *(f"“{one.label}”已没有依据" for one in bare))
    known = (*(one.line for one in told), *(one.label for one in bare))
    what_now = HELD if out and may_recall(step, letter) else _what_now(letter, whole=whole)
    return Fallen(lines, what_now, known, whole)


def refuse_fallen(step: Step, letter: Letter) -> None:
    """Refuse to pass on (核稿、签发、发出) a letter that rests on what is so no more.

    Raises:
        ConflictError: says what fell and what to do.
    """
    if found := fallen(step, letter):
        said = "；".join(found.lines)
        message = f"这份{letter.kind.label}的依据已不成立：{said}。{found.what_now}"
        raise ConflictError(message)


def fallen_among(step: Step, letters: Sequence[Letter]) -> frozenset[int]:
    """Return which of these letters say what is so no more, for a list of them.

    Only those where something since the draft may have taken a ground are looked at: on their own
    ticket, or of a referral on any.
    """
    touched = touched_among(step, letters)
    looked = (one for one in letters if one.id in touched or one.kind is LetterKind.REFERRAL)
    return frozenset(one.id for one in looked if fallen(step, one))


def _what_now(letter: Letter, *, whole: bool) -> str:
    if letter.status in GONE_OUT:
        return SAID_SO
    if letter.status is LetterStatus.SIGNED:
        return "不能发出，请作废；仍须发函的，作废后重新提议。"
    if whole:
        return "请选“不发”；另有事由或新的依据的，请退回修改。"
    return "请退回修改，去掉已不成立的事由和依据。"
