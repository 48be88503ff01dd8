"""Rules that outweigh duty words (硬规则): who owes whom, a procurement number, wages, courts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import RuleError
from engine.rules.routing.catalogue import Catalogue
from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import Found
from engine.rules.routing.said import Said
from engine.rules.routing.text import fold


@dataclass(frozen=True)
class HardRule:
    """One rule: all groups of `needs` heard, the first ahead of `before`, nothing of `unless`."""

    id: str
    label: str
    group: str
    unit: str
    points: float
    rows: tuple[int, ...]
    needs: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]
    before: tuple[str, ...]
    near: int

    def fires(self, said: str, present: frozenset[str]) -> tuple[str, ...]:
        """The words of each group that were heard, or nothing; `present` are the words there."""
        for group in self.needs:
            if present.isdisjoint(group):
                return ()
        heard = tuple(next(word for word in group if word in present) for group in self.needs)
        barred = not present.isdisjoint(self.unless)
        fits = not barred and self._comes_first(said) and self._stand_close(said)
        return heard if fits else ()

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Every group of words the rule listens to."""
        return (*self.needs, self.unless)

    def speaks_in(self, bare: str) -> bool:
        """Whether one of its words is left where the names of units are blotted out."""
        return any(word in bare for group in self.needs for word in group)

    def _comes_first(self, said: str) -> bool:
        """Whether the first group is heard before the words it must precede."""
        later = _first(said, self.before)
        return later < 0 or 0 <= _first(said, self.needs[0]) < later

    def _stand_close(self, said: str) -> bool:
        """Whether the first two groups are heard within `near` characters, if that is asked."""
        if not self.near:
            return True
        return any(
            any(
                other in said[max(0, at - self.near) : at + len(word) + self.near]
                for other in self.needs[1]
            )
            for word in self.needs[0]
            for at in _places(said, word)
        )


def _places(said: str, word: str) -> Iterator[int]:
    at = said.find(word)
    while at >= 0:
        yield at
        at = said.find(word, at + 1)


def _first(said: str, words: tuple[str, ...]) -> int:
    return min((at for word in words if (at := said.find(word)) >= 0), default=-1)


@dataclass(frozen=True)
class Fired:
    """A rule that fired, and on which words."""

    rule: HardRule
    words: tuple[str, ...]


class HardRules:
    """The rules in their order, and the words they listen for."""

    def __init__(self, rules: tuple[HardRule, ...]) -> None:
        self.rules = rules
        self.words = frozenset(word for rule in rules for group in rule.groups() for word in group)
        self._letters = tuple(word for word in self.words if len(word) == 1)

    def fired(self, said: Said, heard: Iterable[Found], bare: str) -> tuple[Fired, ...]:
        """The rules that fire on a text: of each group the first; `bare` is it without unit names.

        Only title, opening and demand are heard: a story tells of debts and courts by the way.
        """
        fired: dict[str, Fired] = {}
        present = self._present(said, heard)
        for rule in self.rules:
            if rule.group in fired or not (words := rule.fires(said.focus, present)):
                continue
            if rule.speaks_in(bare):
                fired[rule.group] = Fired(rule, words)
        return tuple(fired.values())

    def _present(self, said: Said, heard: Iterable[Found]) -> frozenset[str]:
        words = {word for at, word in heard if said.in_focus(at, len(word))}
        return frozenset(words).union([letter for letter in self._letters if letter in said.focus])


def load_hard_rules(catalogue: Catalogue) -> HardRules:
    """The rules of hard_rules.yaml, in their order.

    Raises:
        RuleError: a rule names a unit that is neither in the list nor among the bodies outside it.
    """
    content = read_yaml("hard_rules.yaml")
    known = {unit.name for unit in catalogue.units}
    known |= {body["name"] for body in read_yaml("not_ours.yaml")["bodies"]}
    words = {name: tuple(fold(word) for word in group) for name, group in content["words"].items()}
    rules = tuple(_rule(entry, words) for entry in content["rules"])
    for rule in rules:
        if rule.unit not in known:
            message = f"hard_rules.yaml 的规则 {rule.id} 指向没有登记的单位“{rule.unit}”"
            raise RuleError(message)
    return HardRules(rules)


def _rule(entry: Mapping[str, Any], words: Mapping[str, tuple[str, ...]]) -> HardRule:
    return HardRule(
        id=entry["id"],
        label=entry["label"],
        group=entry.get("group", entry["id"]),
        unit=entry["unit"],
        points=float(entry["points"]),
        rows=tuple(entry.get("rows", ())),
        needs=tuple(words[name] for name in entry["needs"]),
        unless=tuple(word for name in entry.get("unless", ()) for word in words[name]),
        before=words[entry["before"]] if "before" in entry else (),
        near=int(entry.get("near", 0)),
    )
