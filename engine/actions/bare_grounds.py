"""Which grounds of a letter nothing on its ticket's record proves any more (事由已没有依据)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from engine.actions.evidence import evidence_for
from engine.actions.ground_evidence import gone_among, unproved
from engine.actions.proofs import proofs_of
from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.rules.standing import nothing_stands
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, RectificationGround

CLAIMING = (LetterKind.RECTIFICATION, LetterKind.SUPERVISION)
"""Letters that hold grounds against their unit, from the record of their own ticket."""


def grounds_of(letter: Letter) -> list[RectificationGround]:
    """Return the grounds a letter names."""
    return [RectificationGround.parse(one) for one in letter.grounds]


def bare_grounds(step: Step, letter: Letter) -> list[RectificationGround]:
    """Return which grounds of a letter that claims some the lines it keeps prove no more.

    What a person judged (态度恶劣) needs no event, and stands.
    """
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    gone = gone_among(evidence_for(step, ticket, letter.unit_id), letter.evidence)
    kept = [one for one in letter.evidence if one not in gone]
    return unproved(grounds_of(letter), kept, proofs_of(step, ticket), {})


def groundless(step: Step, letter: Letter) -> bool:
    """Return whether nothing stands any more of what a letter held against its unit (H-96)."""
    claims = letter.kind in CLAIMING
    return claims and nothing_stands(len(letter.grounds), len(bare_grounds(step, letter)))


def groundless_among(step: Step, letters: Sequence[Letter]) -> AbstractSet[int]:
    """Return which of these letters are groundless; only those that something touched since."""
    touched = touched_among(step, letters)
    return frozenset(one.id for one in letters if one.id in touched and groundless(step, one))


def touched_among(step: Step, letters: Sequence[Letter]) -> AbstractSet[int]:
    """Return of which of these letters something since the draft may have taken a ground."""
    at = ticket_store.evidence_touched(step.session, [one.ticket_id for one in letters])
    drawn = ((one, one.drafted_at) for one in letters if one.ticket_id in at)
    return frozenset(one.id for one, drafted in drawn if drafted and drafted <= at[one.ticket_id])
