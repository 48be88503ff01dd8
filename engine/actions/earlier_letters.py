"""Letters a unit was sent before (既往整改函), as a referral names them: what became of each."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from engine.actions.bare_grounds import bare_grounds, groundless_among, grounds_of, touched_among
from engine.actions.evidence import evidence_for
from engine.actions.ground_evidence import EARLIER, Earlier, gone_among
from engine.actions.late_replies import sent_on, state_of
from engine.actions.step import Step
from engine.actions.unit_share import told_unit
from engine.documents.letter_data import written_date
from engine.documents.templates import written_after
from engine.models import Letter, Ticket
from engine.rules.letter_life import GONE_OUT
from engine.rules.shanghai import shanghai_date
from engine.rules.standing import NOTHING_STANDS
from engine.store import letters as store
from engine.terms import LetterKind, LetterStatus, RectificationGround

UNDRAFTED = (LetterStatus.PROPOSED, LetterStatus.REJECTED)
NO_EVIDENCE = {LetterStatus.VOIDED: "没有发出，已作废", LetterStatus.SIGNED: "发送已撤回，没有发出"}
NAMED = "named"  # in the facts of a referral: the letters it named as it was drawn up


def letters_in_window(step: Step, unit_id: int) -> list[Letter]:
    """Return the rectification letters a unit was sent within the window, oldest first.

    One of which nothing stands any more counts no more (H-96).
    """
    today = shanghai_date(step.now)
    days = step.rules.parameters["rectification.referral_window"].on(today).value
    found = store.sent_to_unit_since(step.session, unit_id, step.now - timedelta(days=days + 1))
    since = today - timedelta(days=days)
    recent = sorted((one for one in found if sent_on(one) > since), key=lambda one: one.id)
    gone = groundless_among(step, recent)
    return [one for one in recent if one.id not in gone]


def letter_lines(step: Step, unit_id: int) -> list[str]:
    """Return an evidence line for each rectification letter of the window."""
    return [_line_of(step, one) for one in letters_in_window(step, unit_id)]


def _line_of(step: Step, letter: Letter) -> str:
    return f"{naming(letter)}{_corrected(step, letter)}{state_of(step, letter)}"


def naming(letter: Letter) -> str:
    """Return how a referral names a letter: 2026年11月20日发整改函（…号）."""
    return f"{written_date(sent_on(letter))}发{letter.kind.label}（{letter.number}）"


def _corrected(step: Step, letter: Letter) -> str:
    """Return by which letters (更正函) a letter was corrected since, as a clause after its day."""
    found = store.corrections_of(step.session, letter.id)
    out = ((one, written_after(sent_on(one), sent_on(letter))) for one in found
           if one.status in GONE_OUT)  # fmt: skip
    return "".join(f"，{on}发更正函（{one.number}）" for one, on in out)


def named_letters(step: Step, lines: Sequence[str]) -> Mapping[str, Letter]:
    """Return of the lines of a referral's evidence that name an earlier letter which that is."""
    numbers = {line: found[1] for line in lines if (found := EARLIER.search(line))}
    letters = {one.number: one for one in store.by_numbers(step.session, set(numbers.values()))}
    return {line: letters[number] for line, number in numbers.items()}


def no_evidence(step: Step, letters: Sequence[Letter]) -> Mapping[int, str]:
    """Return which of these earlier letters count and prove nothing any more, and why.

    They were not sent (called back, voided), or nothing stands of what they held against a unit.
    """
    gone = groundless_among(step, letters)
    unsent = {one.id: NO_EVIDENCE.get(one.status, "没有发出")
              for one in letters if one.status not in GONE_OUT}  # fmt: skip
    return {**dict.fromkeys(gone, NOTHING_STANDS), **unsent}


def earlier_grounds(step: Step, lines: Sequence[str]) -> Earlier:
    """Return of these lines that name an earlier letter what that letter still stands for."""
    named = named_letters(step, lines)
    touched = touched_among(step, [*named.values()])
    return {line: _standing(step, one, touched) for line, one in named.items()}


def _standing(
    step: Step, letter: Letter, touched: AbstractSet[int]
) -> frozenset[RectificationGround]:
    if letter.status not in GONE_OUT:
        return frozenset()
    bare = bare_grounds(step, letter) if letter.id in touched else []
    return frozenset(grounds_of(letter)) - frozenset(bare)


def lines_now(step: Step, letter: Letter) -> list[str]:
    """Return a letter's evidence; what a referral says of replies is what is so of them by now.

    What nobody has drafted yet is shown without the lines that are evidence no more.
    """
    lines = _still(step, letter) if letter.status in UNDRAFTED else letter.evidence
    named = named_letters(step, lines)
    gone = no_evidence(step, [*named.values()])
    stand = {line: one for line, one in named.items() if one.id not in gone}
    if letter.status in UNDRAFTED:
        lines = [line for line in lines if line in stand or line not in named]
    return [_line_of(step, stand[line]) if line in stand else line for line in lines]


def _still(step: Step, letter: Letter) -> list[str]:
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    gone = gone_among(evidence_for(step, ticket, told_unit(letter)), letter.evidence)
    return [line for line in letter.evidence if line not in gone]


def of_unit_before(step: Step, referral: Letter) -> list[Letter]:
    """Return the letters a referral may name of those its unit was sent, with their corrections."""
    sent = [one for one in store.sent_to_unit(step.session, told_unit(referral))
            if one.kind is not LetterKind.REFERRAL]  # fmt: skip
    gone = groundless_among(step, sent)
    kept = [one for one in sent if one.id not in gone and one.corrects_id not in gone]
    before = {one.id for one in kept if one.id < referral.id}
    return [one for one in kept if one.id in before or one.corrects_id in before]
