"""What supervisors change in the lexicon (词库修改), laid over the shipped files."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from engine.rules.routing.text import fold

REMOVED = ""


class Edit(NamedTuple):
    """An expression of a unit and the tier it now has; no tier: the unit no longer has it."""

    unit: str
    expression: str
    tier: str


Edits = tuple[Edit, ...]


def edited(words: Mapping[str, Any], unit: str, edits: Edits) -> dict[str, list[str]]:
    """Return a unit's expressions by tier after the edits; the other units' edits do nothing."""
    own = {one.expression: one.tier for one in edits if one.unit == unit}
    tiers = ("strong", "usual", "weak")
    kept = {
        tier: [str(word) for word in words.get(tier, ()) if fold(str(word)) not in own]
        for tier in tiers
    }
    for expression, tier in own.items():
        if tier in kept:
            kept[tier].append(expression)
    return kept


def with_edit(edits: Edits, one: Edit) -> Edits:
    """Return the edits with `one` in the place of an earlier word on the same expression."""
    others = [edit for edit in edits if (edit.unit, edit.expression) != (one.unit, one.expression)]
    return tuple(sorted((*others, one)))


def read_edits(stored: Iterable[Iterable[str]]) -> Edits:
    """Return edits from their JSON."""
    return tuple(Edit(*map(str, one)) for one in stored)


def digest(edits: Edits, corrections: Mapping[str, float]) -> str:
    """Return a short word that is the same only for the same edits and corrections."""
    content = json.dumps([edits, sorted(corrections.items())], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
