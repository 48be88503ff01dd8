"""Whether a text is about a unit of the list itself (被反映单位), or only asks it to act."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.rules.routing.catalogue import Catalogue
from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import Ear, Found, Hit, uncovered
from engine.rules.routing.text import fold
from engine.terms import TicketKind

NAMES = "names"
_ENDS = re.compile(r"[。;；!！?？\n]")
_CLAUSES = re.compile(r"[。;；!！?？，,、：:]")
_NEXT = re.compile(r"[;；、,，]?\w{0,5}")
_LISTED = frozenset(["、", "和", "与", "及", "以及", "或", "或者", ",", "，"])


@dataclass(frozen=True)
class Accused:
    """A unit that is itself complained of, and the words that said so."""

    unit: str
    words: str


@dataclass(frozen=True)
class Blame:
    """What a text says of units: the accused, those whose own conduct it is about, all named.

    `passing` are units a report names where somebody went or only did their duty; `officials` says
    in a report, that officers are spoken of without the unit they serve in.
    """

    accused: tuple[Accused, ...] = ()
    acting: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    passing: frozenset[str] = frozenset()
    officials: bool = False


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    unit: str
    name: str
    addressed: bool
    greeted: bool = False


class AccusedFinder:
    """Looks at every mention of a unit or its officers: asked to act, acting, or accused."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = read_yaml("accused.yaml")
        self._before = int(words["characters_before"])
        self._after = int(words["characters_after"])
        self._complaining = tuple(map(fold, words["complaining"]))
        self._misconduct = _any_of(words["misconduct"])
        self._conduct = _any_of(words["conduct"])
        self._not_subject = str(words["not_subject"])
        self._visited = str(words["visited"])
        self._usual = re.compile(f"[^,。;:]{{0,4}}?(?:{_choices(words['usual'])})")
        self._praise = _any_of(words["usual"])
        self._places = frozenset(map(fold, words["not_a_unit"]))
        self._officials = tuple(map(fold, words["officials"]))
        self._person = re.compile(
            f"(?:的)?(?:一名|一个|个别|某些|某|有关|几个|那个)?(?:{_choices(words['persons'])})"
        )
        self._greeting = re.compile(f"[:：](?:{_choices(words['greetings'])})")
        self._asking = _Asking(words)
        self.watchdogs: tuple[str, ...] = tuple(words["watchdogs"])
        self._courtesies = _any_of(words["courtesies"])
        parts = dict(_parts(words))
        self._names = parts | {
            fold(name): unit.name for unit in catalogue.units for name in (unit.name, *unit.aliases)
        }
        self._official_names = frozenset(self._names) - frozenset(parts)
        self.words = frozenset((*self._names, *_other_courts()))
        self._ear = Ear({NAMES: self.words})

    def hits(self, said: str, heard: Iterable[Found] | None = None) -> tuple[Hit, ...]:
        """Return every name of a unit in a folded text, once for both questions below.

        `heard` are the names found in it, where a caller has them at hand.
        """
        found = self._ear.hear(said)[NAMES] if heard is None else heard
        return tuple(Hit(*one) for one in uncovered(said, found) if one[1] in self._names)

    def look(self, said: str, hits: tuple[Hit, ...], kind: TicketKind | None) -> Blame:
        """Return what a folded text says of units; a report accuses every unit it does not ask."""
        mentions = self._mentions(said, hits)
        idle = [one for one in mentions if not one.addressed]
        turned_to = {one.unit for one in mentions if one.addressed} & set(self.watchdogs)
        found: dict[str, Accused] = {}
        for one in mentions:
            words = self._accusation(said, one)
            if not words and kind is TicketKind.REPORT and not one.addressed:
                only_named = one.unit in turned_to and not self._acts(said, one)
                passed = only_named or self._in_passing(said, one)
                words = "" if passed else said[one.start : one.end + 6]
            if words:
                found.setdefault(one.unit, Accused(one.unit, words))
        return Blame(
            accused=tuple(found.values()),
            acting=frozenset(one.unit for one in idle if self._acts(said, one)),
            named=frozenset(one.unit for one in idle if one.name in self._official_names),
            passing=frozenset(one.unit for one in idle) - found.keys(),
            officials=kind is TicketKind.REPORT and self._tells_of_officers(said),
        )

    def _in_passing(self, said: str, one: _Mention) -> bool:
        """Whether a unit is only where somebody went, or did what it is there for (登记、出警)."""
        clause = _ENDS.split(said[one.end : one.end + self._after])[0]
        rest = self._praise.sub("", clause)
        if self._conduct.search(rest) or self._misconduct.search(rest):
            return False
        went = said[max(0, one.start - 1) : one.start] in tuple(self._visited)
        return bool(self._usual.match(clause)) or (went and not self._person.match(clause))

    def _tells_of_officers(self, said: str) -> bool:
        plain = self._courtesies.sub("", said)
        return any(word in plain for word in self._officials)

    def names_in(self, text: str) -> frozenset[str]:
        """Return every unit a text names at all, by name, short name, part or officers."""
        return frozenset(self._names[hit.expression] for hit in self.hits(fold(text)))

    def bare(self, said: str, hits: tuple[Hit, ...]) -> str:
        """Return the text with the names of units blotted out: a name alone decides nothing."""
        pieces, end = [], 0
        for hit in hits:
            if hit.expression in self._official_names:
                pieces.append(said[end : max(end, hit.start)])
                end = max(end, hit.start + len(hit.expression))
        return "□".join([*pieces, said[end:]])

    def _mentions(self, said: str, hits: tuple[Hit, ...]) -> list[_Mention]:
        mentions: list[_Mention] = []
        for hit in hits:
            end = hit.start + len(hit.expression)
            last = mentions[-1] if mentions else None
            joined = last is not None and said[last.end : hit.start] in _LISTED
            person = self._person.match(said, end)
            asked = self._asking.is_asked(said, hit.start, person.end() if person else end)
            if person and not asked.after:
                addressed = False
            else:
                addressed = asked.before or asked.after or bool(joined and last and last.addressed)
            unit = self._names[hit.expression]
            mentions.append(_Mention(hit.start, end, unit, hit.expression, addressed))
        return self._greeted(said, mentions)

    def _greeted(self, said: str, mentions: list[_Mention]) -> list[_Mention]:
        """The mentions, those in a salutation (某局：您好，我们……) taken as asked to act."""
        told: list[_Mention] = []
        for one in reversed(mentions):
            after = told[-1] if told else None
            joined = after is not None and after.greeted and self._next(said, one, after)
            greeted = bool(joined or self._greeting.match(said, one.end))
            told.append(replace(one, greeted=greeted, addressed=one.addressed or greeted))
        return told[::-1]

    def _next(self, said: str, one: _Mention, after: _Mention) -> bool:
        return bool(_NEXT.fullmatch(said[one.end : after.start]))

    def _accusation(self, said: str, one: _Mention) -> str:
        """The words that accuse a unit in any kind of ticket; empty when there are none."""
        after = _ENDS.split(said[one.end : one.end + self._after])[0]
        person = self._person.match(after)
        if one.name in self._places and not person:
            return ""
        misconduct = self._misconduct.search(after)
        if misconduct and not self._asked_between(one, after[: misconduct.start()]):
            return one.name + after[: misconduct.end()]
        before = _CLAUSES.split(said[max(0, one.start - self._before) : one.start])[-1]
        if person and any(word in before for word in self._complaining):
            return before + one.name + person.group()
        return ""

    def _asked_between(self, one: _Mention, between: str) -> bool:
        """Whether the misconduct is another's: the unit is asked to act against it."""
        return one.addressed or self._asking.asks(between)

    def _acts(self, said: str, one: _Mention) -> bool:
        """Whether the unit is the subject (or the agent of 被) of what is complained of."""
        if said[max(0, one.start - 1) : one.start] in tuple(self._not_subject):
            return False
        clause = _ENDS.split(said[one.end : one.end + self._after])[0]
        return bool(self._conduct.search(clause))


@dataclass(frozen=True)
class _Asked:
    before: bool
    after: bool


class _Asking:
    """Whether one mention of a unit asks that unit to act."""

    def __init__(self, words: dict[str, Any]) -> None:
        between = f"(?:{_choices(words['between'])})*"
        self._before = re.compile(f"(?:{_choices(words['addressing'])}){between}$")
        self._towards = re.compile(f"(?:{_choices(words['towards'])}){between}$")
        self._brought = re.compile(f".{{0,4}}(?:{_choices(words['brought'])})")
        self._by = re.compile(f"由{between}$")
        reach = int(words["characters_handled"])
        self._handled = re.compile(f"[^，,。；;]{{0,{reach}}}(?:{_choices(words['handled'])})")
        self._after = re.compile(f"(?:{_choices(words['modal'])})+(?:{_choices(words['asking'])})")
        self._asks = _any_of(words["asking"])

    def is_asked(self, said: str, start: int, end: int) -> _Asked:
        ahead = said[max(0, start - 16) : start]
        following = said[end : end + 12]
        toward = self._towards.search(ahead) and self._brought.match(following)
        by = self._by.search(ahead) and self._handled.match(following)
        return _Asked(
            before=bool(self._before.search(ahead) or toward or by),
            after=bool(self._after.match(following) or by or toward),
        )

    def asks(self, between: str) -> bool:
        return bool(self._asks.search(between))


def _other_courts() -> Iterator[str]:
    """Courts outside the list, such as 鱼峰区法院: what they hold of a name is not our court."""
    for body in read_yaml("not_ours.yaml")["bodies"]:
        yield from (fold(str(word)) for word in body["strong"] if "法院" in str(word))


def _parts(words: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What else means a unit: its offices and officers, and its short word before an officer."""
    for stem, unit in words["stems"].items():
        for person in words["persons"]:
            of = "" if person.startswith("的") else "的"
            yield fold(f"{stem}{person}"), unit
            yield fold(f"{stem}{of}{person}"), unit
    for unit, names in words["parts"].items():
        for name in names:
            yield fold(name), unit


def _choices(words: Iterable[str]) -> str:
    """A regular expression of alternatives, the longest first."""
    return "|".join(map(re.escape, sorted(map(fold, words), key=len, reverse=True)))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_choices(words))
