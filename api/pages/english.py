"""The desks in English (英文界面): the same templates, reworded from one catalogue (en.po).

What people wrote (requests, answers, reasons), names of units and the engine's own sentences about
one ticket stay as they are; letters and mails are Chinese always.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.messages.pofile import read_po
from jinja2 import BaseLoader, Environment, Undefined
from jinja2.ext import Extension

from api.pages.wording import HAN, reworded
from api.pages.words import MIDNIGHT, due_hour
from engine.models import Clock
from engine.rules.shanghai import SHANGHAI
from engine.terms import Term

CATALOGUE = Path(__file__).resolve().parents[2] / "templates" / "pages" / "en.po"
WORDS = "words"  # the context of what programs say: tags, names of lists, short answers
ONE = re.compile(r"\b1 ((?:working )?(?:day|hour|minute))s\b")
NUMBERED = re.compile(r"([A-Z]{1,4}\d{8,})：(.*)", re.DOTALL)  # what is said of one ticket
PLACE = re.compile(r"\{(\d+)\}")


@cache
def messages(context: str = "") -> dict[str, str]:
    """Return the English of every message: of the templates, or with WORDS of the programs."""
    with CATALOGUE.open("rb") as file:
        found = read_po(file, locale="en")
    return {
        str(one.id): str(one.string) for one in found
        if one.id and one.string and (one.context or "") == context
    }  # fmt: skip


def in_english(message: str) -> str:
    """Return a template's message in English; one that the catalogue lacks stays Chinese."""
    return messages().get(message, message)


@cache
def _labels() -> dict[str, str]:
    """Return the English of every term of the field by its Chinese label."""
    return {one.label: term_in_english(one) for kind in Term.__subclasses__() for one in kind}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return how to know a sentence with something in it, the most particular first."""
    filled = [one for one in messages(WORDS).items() if PLACE.search(one[0])]
    longest = sorted(filled, key=lambda one: -len(PLACE.sub("", one[0])))
    return [(_pattern(asked), said) for asked, said in longest]


def _pattern(message: str) -> re.Pattern[str]:
    parts = PLACE.split(message)
    return re.compile("(.*)".join(re.escape(one) for one in parts[::2]), re.DOTALL)


@lru_cache(maxsize=4096)
def said_in_english(text: str) -> str:
    """Return what a program says in English: a tag, a name, a short sentence; else as it is."""
    if not HAN.search(text):
        return text
    if about := NUMBERED.fullmatch(text):
        return f"{about[1]}: {said_in_english(about[2])}"
    whole = messages(WORDS).get(text) or messages().get(text) or _labels().get(text)
    if whole:
        return whole
    for pattern, said in _patterns():
        if found := pattern.fullmatch(text):
            return _filled(said, [said_in_english(one) for one in found.groups()])
    return text


def lines_in_english(text: str) -> str:
    """Return what a program says in several lines, each in English."""
    return "\n".join(said_in_english(one) for one in text.splitlines())


def _filled(said: str, inside: list[str]) -> str:
    whole = PLACE.sub(lambda one: inside[int(one[1])], said).strip()
    return ONE.sub(r"1 \1", whole)


def term_in_english(term: Term) -> str:
    """Return the English of a term of the field: its value, as words."""
    known = messages(WORDS).get(term.label)
    return known or term.value.replace("_", " ")


class _Reworded(Extension):
    """Rewords a template before it is compiled, so that a page in English costs no more."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return reworded(source, in_english)


class English(Environment):
    """An environment whose templates speak English, terms of the field included."""

    def __init__(self, loader: BaseLoader, **options: Any) -> None:
        """Take the options of the Chinese environment."""
        super().__init__(loader=loader, extensions=[_Reworded], **options)
        self.filters.update(
            say=lambda text: said_in_english(str(text)),
            lines=lines_in_english,
            due=due_in_english,
            day=day_in_english,
            spoken=date_in_english,
            clock_name=lambda clock: term_in_english(clock.kind),
            map_terms=lambda kinds: [(one.value, term_in_english(one)) for one in kinds],
        )

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute; the label of a term in English."""
        if attribute == "label" and isinstance(obj, Term):
            return term_in_english(obj)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any | Undefined:
        """Return an item; the label of a term in English."""
        if argument == "label" and isinstance(obj, Term):
            return term_in_english(obj)
        return super().getitem(obj, argument)


def date_in_english(on: date) -> str:
    """Return a date: Fri 9 Oct."""
    return format_date(on, "EEE d MMM", locale="en")


def due_in_english(clock: Clock) -> str:
    """Return when a clock runs out: Fri 9 Oct 24:00."""
    return f"{date_in_english(clock.due_on)} {due_hour(clock)}"


def day_in_english(moment: datetime) -> str:
    """Return a moment with its weekday; midnight ends the day before."""
    local = moment.astimezone(SHANGHAI)
    if local.time() == time(0):
        return f"{date_in_english(local.date() - timedelta(days=1))} {MIDNIGHT}"
    return f"{date_in_english(local.date())} {local:%H:%M}"
