"""What a 整改函 says where its page has no room for every record: what proves its grounds alone."""

from collections.abc import Sequence
from dataclasses import replace

from engine.actions.evidence import NUMBERED
from engine.actions.ground_evidence import Earlier, by_ground, proofs_alone
from engine.actions.letter_limits import Began, Breaches, certificates_of, clocks_behind, limits_of
from engine.actions.proofs import Proofs
from engine.documents.letter_texts import RectificationFacts
from engine.models import Clock
from engine.terms import RectificationGround

Claims = tuple[Sequence[RectificationGround], Sequence[str], Proofs, Earlier]
"""Grounds, kept lines, what proves grounds, and what earlier letters were about."""


def shorter_of(
    facts: RectificationFacts, claims: Claims, main: Clock, breaches: Breaches, began: Began
) -> RectificationFacts | None:
    """Return a letter's facts with the lines and limits alone that its grounds rest on.

    Nothing where a kept line would be lost: an event the annex does not tell of.
    """
    grounds, lines, proofs, earlier = claims
    missed = {seq for seq, clock in breaches.items() if clock.id == main.id}
    kept = proofs_alone(grounds, lines, proofs, earlier, missed)
    told = {one.number for one in facts.history}
    if not all(_told(line, told) for line in lines if line not in kept):
        return None
    behind = clocks_behind(kept, breaches)
    certificate, *more = certificates_of(main, behind, began)
    return replace(
        facts, grounds=by_ground(grounds, kept, proofs, earlier), beside=(),
        certificate=certificate, more_certificates=tuple(more), limits=limits_of(main, behind),
    )  # fmt: skip


def _told(line: str, events: set[int]) -> bool:
    return any(int(seq) in events for seq in NUMBERED.findall(line))
