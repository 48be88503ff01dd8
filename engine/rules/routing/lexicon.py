"""The duty words of every unit (职责词库), and of the bodies that are not in the list."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

from engine.rules.routing.catalogue import Catalogue, Unit
from engine.rules.routing.cues import CueFinder, HeardCue, load_cues
from engine.rules.routing.edits import REMOVED, Edits, digest, edited
from engine.rules.routing.files import lexicon_files, read_text, read_yaml
from engine.rules.routing.matcher import Matcher
from engine.rules.routing.text import fold
from engine.rules.routing.tuning import Tuning

DUTIES, ROWS = "duties", "rows"
TIERS = ("strong", "usual", "weak")


@dataclass(frozen=True)
class Body:
    """A body outside the list (清单外单位) and the words that tell the caller where to turn."""

    name: str
    turn_to: str


@dataclass(frozen=True)
class Lexicon:
    """Expressions and what each is worth to whom; owners are unit names or names of bodies.

    `weight` is the tier's value before length and sharing; `names` are the units' own names;
    `neutral` are words of nobody; `often` are the rows businesses complain of most; `removed` is
    what supervisors took from a unit, which silences the unit's pairs of words too.
    """

    worth: Mapping[str, Mapping[str, float]]
    bodies: Mapping[str, Body]
    row_words: Mapping[str, tuple[int, ...]]
    often: frozenset[int]
    weight: Mapping[str, Mapping[str, float]]
    names: frozenset[str]
    version: str
    neutral: frozenset[str]
    cues: CueFinder = field(repr=False, compare=False)
    removed: frozenset[tuple[str, str]] = frozenset()

    def lists(self) -> dict[str, Iterable[str]]:
        """What an ear must hear for the lexicon: duty words, words of the rows, pairs."""
        return {DUTIES: (*self.worth, *self.neutral), ROWS: self.row_words, **self.cues.lists}

    def is_silent(self, cue: HeardCue) -> bool:
        """Whether a supervisor took one of the two words from the unit."""
        return any((cue.owner, word) in self.removed for word in cue.words)

    @cached_property
    def matcher(self) -> Matcher:
        """Finds the duty words alone, and the neutral words that hide them."""
        return Matcher((*self.worth, *self.neutral))


def load_lexicon(catalogue: Catalogue, tuning: Tuning, edits: Edits = ()) -> Lexicon:
    """Read every lexicon file, lay the supervisors' edits over it, and weigh the expressions."""
    tiers: dict[str, dict[str, float]] = defaultdict(dict)
    for unit in catalogue.units:
        _add_names(tiers, unit, tuning)
        _add(tiers, unit.name, unit_words(unit, edits), tuning)
    bodies = read_yaml("not_ours.yaml")["bodies"]
    for body in bodies:
        _add(tiers, body["name"], body, tuning)
    every = _with_typos(tiers)
    common = _common()
    worth = {
        words: _shared(owners, words, tuning.common_word if words in common else 1.0, tuning)
        for words, owners in every.items()
    }
    row_words = _row_words()
    return Lexicon(
        worth=worth,
        bodies={body["name"]: Body(body["name"], body["turn_to"]) for body in bodies},
        row_words=row_words,
        often=frozenset(map(int, read_yaml("row_words.yaml")["often"])),
        weight=every,
        names=frozenset(fold(n) for unit in catalogue.units for n in (unit.name, *unit.aliases)),
        version=_version() + (f"+{digest(edits, {})[:8]}" if edits else ""),
        neutral=_neutral(),
        cues=load_cues(frozenset({u.name for u in catalogue.units} | {b["name"] for b in bodies})),
        removed=frozenset((one.unit, one.expression) for one in edits if one.tier == REMOVED),
    )


def unit_words(unit: Unit, edits: Edits = ()) -> dict[str, list[str]]:
    """A unit's expressions by tier, the supervisors' edits laid over its file."""
    return edited(_shipped(unit.slug), unit.name, edits)


@cache
def _shipped(slug: str) -> Mapping[str, Any]:
    name = f"lexicon/{slug}.yaml"
    return read_yaml(name) if name in lexicon_files() else {}


def _add(
    tiers: dict[str, dict[str, float]], owner: str, words: Mapping[str, Any], tuning: Tuning
) -> None:
    for tier in TIERS:
        weight = getattr(tuning, f"{tier}_word")
        for word in words.get(tier, ()):
            owners = tiers[fold(str(word))]
            owners[owner] = max(weight, owners.get(owner, 0.0))


def _add_names(tiers: dict[str, dict[str, float]], unit: Unit, tuning: Tuning) -> None:
    for name in (unit.name, *unit.aliases):
        tiers[fold(name)][unit.name] = tuning.named_unit


def _shared(
    owners: Mapping[str, float], words: str, told: float, tuning: Tuning
) -> dict[str, float]:
    """Longer expressions are worth more, and those of several owners less to each.

    `told` is the share that is left of a word everybody uses.
    """
    scale = (
        told * (len(words) / 2) ** tuning.length_power / len(owners) ** tuning.shared_word_discount
    )
    return {owner: weight * scale for owner, weight in owners.items()}


def _with_typos(tiers: Mapping[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Add the usual misspellings of an expression, unless they are an expression themselves."""
    every = dict(tiers)
    for right, wrongs in read_yaml("typos.yaml")["typos"].items():
        for words, owners in tiers.items():
            if right in words:
                for wrong in wrongs:
                    every.setdefault(words.replace(right, wrong), owners)
    return every


def _neutral() -> frozenset[str]:
    """Compounds that belong to nobody and hide the expressions inside them."""
    return frozenset(fold(str(word)) for word in read_yaml("neutral.yaml")["words"])


def _common() -> frozenset[str]:
    """Words that are in every kind of ticket, and say little of whose it is."""
    return frozenset(fold(str(word)) for word in read_yaml("neutral.yaml")["common"])


def _row_words() -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, words in read_yaml("row_words.yaml")["rows"].items():
        for word in words:
            found[fold(str(word))].append(int(number))
    return {word: tuple(numbers) for word, numbers in found.items()}


@lru_cache
def _version() -> str:
    """The day in routing.yaml and a digest of every word: it changes whenever a word does."""
    names = ("not_ours.yaml", "row_words.yaml", "hard_rules.yaml", "typos.yaml", "routing.yaml",
             "neutral.yaml", "accused.yaml", "petitions.yaml",
             "cues.yaml", "examples.yaml")  # fmt: skip
    digest = hashlib.sha256()
    for name in (*lexicon_files(), *names):
        digest.update(read_text(name).encode())
    return f"{read_yaml('routing.yaml')['since'].isoformat()}-{digest.hexdigest()[:8]}"
