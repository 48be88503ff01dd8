"""What the caller said (诉求文字), and where it says most: title, opening, demand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import pairs_of
from engine.rules.routing.text import fold, shorten
from engine.rules.routing.tuning import Tuning


@dataclass(frozen=True)
class Span:
    """A stretch of the text and how loud a word in it is; 1 is the plain story of a short text."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Said:
    """Title and body in one spelling.

    `whole` is what ranking reads, of a long text its beginning and its end; `every` all of it.
    `head` is the title, or the opening of a text without one; `focus` is title, opening and
    demands without the story between them; `loud` says how loud each place is; `pairs` are the
    pairs of letters at each place, `gist` those of the focus.
    """

    every: str
    whole: str
    head: str
    focus: str
    spans: tuple[Span, ...]
    side: float
    loud: tuple[float, ...]
    pairs: tuple[int, ...]
    gist: tuple[int, ...]

    def loudness(self, start: int) -> float:
        """How loud a word at this place is; where stretches overlap the last in order decides."""
        return self.loud[start]

    def in_focus(self, start: int, size: int) -> bool:
        """Whether so many letters from this place on stand in the focus."""
        return self.focus is self.whole or any(
            span.start <= start and start + size <= span.end
            for span in self.spans
            if span.weight >= self.side
        )


def read_said(text: str, title: str, tuning: Tuning) -> Said:
    """Fold and shorten; without a title the opening of the text stands in for it."""
    head, tail = int(tuning.head_characters), int(tuning.tail_characters)
    heading, body = fold(title)[:head], fold(text)
    if heading and body.startswith(heading):
        body = body[len(heading) :]
    ahead = f"{heading}。" if heading else ""
    every, whole = ahead + body, ahead + shorten(body, head=head, tail=tail)
    begin = len(ahead) + _greeting_ends(body)
    spans = tuple(_spans(whole, begin, bool(heading), tuning))
    short = len(whole) <= tuning.focus_characters
    pairs = pairs_of(whole)
    focus = whole if short else _joined(whole, spans, tuning.side_weight)
    side = 1.0 if short else tuning.side_weight
    return Said(
        every=every,
        whole=whole,
        head=heading or whole[begin : begin + int(tuning.title_characters)],
        focus=focus,
        spans=spans,
        side=side,
        loud=_loud(len(whole), spans, side),
        pairs=pairs,
        gist=pairs if short else pairs_of(focus),
    )


def _loud(length: int, spans: Iterable[Span], side: float) -> tuple[float, ...]:
    """How loud each place is: of stretches that overlap the last in order decides."""
    loud = [side] * length
    for span in spans:
        end = min(span.end, length)
        loud[span.start : end] = [span.weight] * (end - span.start)
    return tuple(loud)


def _spans(whole: str, begin: int, titled: bool, tuning: Tuning) -> Iterator[Span]:
    """Stretches in rising order of authority, from the opening to the title."""
    words = _words()
    yield Span(begin, begin + int(tuning.opening_characters), tuning.opening_weight)
    for found in words.self_portrait.finditer(whole, begin):
        yield Span(found.start(), found.end(), tuning.self_weight)
    for found in words.demand.finditer(whole, begin):
        if words.asks(found, whole):
            yield Span(found.start(), found.end(), tuning.demand_weight)
    for found in words.addressee.finditer(whole, begin):
        if words.asks(found, whole):
            yield Span(found.start(), found.end(), tuning.addressee_weight)
    for found in words.charge.finditer(whole, begin):
        yield Span(found.start(), found.end(), tuning.charge_weight)
    end = begin - 1 if titled else begin + int(tuning.title_characters)
    yield Span(0, end, tuning.title_weight)


def _joined(whole: str, spans: Iterable[Span], least: float) -> str:
    """Title, opening and demands; who the caller is, is not what the ticket is about."""
    told = (whole[span.start : span.end] for span in spans if span.weight >= least)
    return "。".join(told)


def _greeting_ends(body: str) -> int:
    found = _words().greeting.match(body)
    return found.end() if found else 0


@dataclass(frozen=True)
class _Words:
    greeting: re.Pattern[str]
    demand: re.Pattern[str]
    addressee: re.Pattern[str]
    charge: re.Pattern[str]
    self_portrait: re.Pattern[str]
    please: str
    not_after: str
    not_before: str

    def asks(self, found: re.Match[str], whole: str) -> bool:
        """Whether a lone 请 asks somebody to act, and is not part of 申请, 请假 and the like."""
        start = found.start()
        if whole[start] != self.please:
            return True
        return whole[start + 1 : start + 2] not in self.not_before and (
            not start or whole[start - 1] not in self.not_after
        )


@lru_cache
def _words() -> _Words:
    """The turns of speech of petitions, from petitions.yaml."""
    content = read_yaml("petitions.yaml")
    please = str(content["please"])
    asking = _choices((*content["demand"], please))
    called, office = _choices((*content["addressing"], please)), _choices(content["offices"])
    who, am = _choices(content["first_person"]), _choices(content["being"])
    return _Words(
        greeting=re.compile(f"(?:{_choices(content['greeting'])}|[,:。!])+"),
        demand=re.compile(f"(?:{asking})[^。!?;]{{0,{int(content['demand_characters'])}}}"),
        addressee=re.compile(
            f"(?:{called})[^。!?;,]{{0,{int(content['addressee_characters'])}}}(?:{office})"
        ),
        charge=re.compile(
            f"(?:{_choices(content['charge'])})[^。!?;,]{{1,{int(content['charge_characters'])}}}?"
            f"的(?:{_choices(content['charged'])})"
        ),
        self_portrait=re.compile(
            f"(?:{who})(?:{am})[^。!?;,]{{0,{int(content['portrait_characters'])}}}"
        ),
        please=please,
        not_after=str(content["not_after"]),
        not_before=str(content["not_before"]),
    )


def _choices(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(map(fold, words), key=len, reverse=True)))
