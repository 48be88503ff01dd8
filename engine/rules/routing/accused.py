"""Whether a complaint is about a unit of the list itself (被反映单位)."""

import re
from dataclasses import dataclass

from engine.rules.routing.catalogue import Catalogue
from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import Hit, Matcher
from engine.rules.routing.text import fold


@dataclass(frozen=True)
class Accused:
    """A unit that is itself complained of, and the words that said so."""

    unit: str
    words: str


class AccusedFinder:
    """Looks for a unit's name with words of misconduct in the same breath."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = read_yaml("accused.yaml")
        self._before = int(words["characters_before"])
        self._after = int(words["characters_after"])
        self._near = int(words["characters_addressing"])
        self._addressing = tuple(map(fold, words["addressing"]))
        self._asking = tuple(map(fold, words["asking"]))
        self._complaining = tuple(fold(word) for word in words["complaining"])
        self._misconduct = re.compile("|".join(map(re.escape, map(fold, words["misconduct"]))))
        persons = "|".join(map(re.escape, words["persons"]))
        self._person = re.compile(f"(?:的)?(?:一名|个别|某些|某|有关)?(?:{persons})")
        self.watchdogs: tuple[str, ...] = tuple(words["watchdogs"])
        self._names = {
            fold(name): unit.name
            for unit in catalogue.units
            for name in (unit.name, *unit.aliases)
            if name not in words["not_a_unit"]
        }
        self._matcher = Matcher(self._names)

    def find(self, said: str) -> tuple[Accused, ...]:
        """The accused units, each once, in the order of the text."""
        found: dict[str, Accused] = {}
        for hit in self._matcher.find(said):
            words = self._accusation(said, hit)
            if words:
                unit = self._names[hit.expression]
                found.setdefault(unit, Accused(unit, words))
        return tuple(found.values())

    def _accusation(self, said: str, hit: Hit) -> str:
        end = hit.start + len(hit.expression)
        after = re.split(r"[。;！!?]", said[end : end + self._after])[0]
        misconduct = self._misconduct.search(after)
        if misconduct and not self._is_addressed(said, hit, after[: misconduct.start()]):
            return hit.expression + after[: misconduct.end()]
        before = re.split(r"[。;，,！!?]", said[max(0, hit.start - self._before) : hit.start])[-1]
        person = self._person.match(after)
        if person and any(word in before for word in self._complaining):
            return before + hit.expression + person.group()
        return ""

    def _is_addressed(self, said: str, hit: Hit, between: str) -> bool:
        """Whether the unit is asked to act against somebody else."""
        before = said[max(0, hit.start - self._near) : hit.start]
        called = any(word in before for word in self._addressing)
        return called or any(word in between for word in self._asking)
