"""What a supervisor's list is asked for, read from the address or a form, and said in words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request

from api.pages.forms import Form
from api.pages.naming import unit_meant
from api.pages.visit import Visit
from engine.actions.figures import first_day, not_to_come
from engine.errors import BadInputError
from engine.models import Unit
from engine.rules.ranking import period_of
from engine.rules.shanghai import shanghai_date, typed_day
from engine.store.desk_filters import TicketFilter
from engine.terms import Rung, Term, TicketKind, TicketScope

FIELDS = ("scope", "unit", "kind", "rung", "since", "until")
Choice = TypeVar("Choice", bound=Term)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Asked:
    """A filter as it was typed, as the store takes it, and what is wrong with it."""

    form: Form
    wanted: TicketFilter
    unit: Unit | None
    error: BadInputError | None = None

    @property
    def query(self) -> str:
        """Return the filter as the end of an address, for links that keep it."""
        typed = [(name, text) for name in FIELDS[1:] if (text := self.form.text(name))]
        return urlencode([("scope", self.wanted.scope.value), *typed])

    @property
    def words(self) -> str:
        """Return the conditions as one line, for a head and the first sheet of an export."""
        wanted = self.wanted
        said = [
            wanted.scope.label, self.unit.name if self.unit else "",
            wanted.kind.label if wanted.kind else "",
            f"现到“{wanted.rung.label}”" if wanted.rung else "",
            f"{wanted.since} 起受理" if wanted.since else "",
            f"{wanted.until} 止受理" if wanted.until else "",
        ]  # fmt: skip
        return "；".join(one for one in said if one)


def from_address(request: Request) -> Form:
    """Return the fields of an address as a form."""
    return Form({name: request.query_params.getlist(name) for name in request.query_params})


class Reading:
    """Reads the fields of a filter one by one and keeps what cannot be understood."""

    def __init__(self, visit: Visit, form: Form) -> None:
        """Read for a visit, from a form or an address."""
        self.visit, self.form = visit, form
        self.fields: dict[str, str] = {}

    @property
    def error(self) -> BadInputError | None:
        """Return all that was wrong, beside its fields; nothing when all was understood."""
        fields = self.fields
        return BadInputError("".join(fields.values()), fields=fields) if fields else None

    def day(self, name: str) -> date | None:
        """Return the day typed in a field."""
        found = self._read(name, date.fromisoformat, "“{}”不是日期，请写成 2026-11-01。")
        try:
            return typed_day(found) if found else None
        except ValueError as error:
            self.fields[name] = str(error)
        return None

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last day typed; nothing is between days the wrong way round."""
        since, until = self.day("since"), self.day("until")
        if since and until and until < since:
            self.fields["until"] = f"截止日 {until} 早于起始日 {since}，请对调或改正。"
        return since, until

    def term(self, name: str, kind: type[Choice]) -> Choice | None:
        """Return the word of the field's dictionary chosen in a field."""
        return self._read(name, kind.parse, "没有“{}”这个选项。")

    def unit(self, name: str) -> Unit | None:
        """Return the unit meant in a field, by name or pinyin initials."""
        text = self.form.text(name).strip()
        try:
            return unit_meant(self.visit.session, text, name) if text else None
        except BadInputError as error:
            self.fields[name] = str(error)
        return None

    def _read(self, name: str, how: Callable[[str], Value], words: str) -> Value | None:
        text = self.form.text(name).strip()
        try:
            return how(text) if text else None
        except ValueError:
            self.fields[name] = words.format(text[:20])
        return None


def asked(visit: Visit, form: Form, scope: TicketScope = TicketScope.OVERDUE) -> Asked:
    """Return what a list is asked for; what cannot be understood is said and left out."""
    read = Reading(visit, form)
    unit = read.unit("unit")
    since, until = read.days()
    wanted = TicketFilter(
        scope=read.term("scope", TicketScope) or scope,
        unit_id=unit.id if unit else None,
        kind=read.term("kind", TicketKind), rung=read.term("rung", Rung),
        since=since, until=until,
    )  # fmt: skip
    return Asked(form, wanted, unit, read.error)


@dataclass(frozen=True)
class Period:
    """A period of days, both included, and what is wrong with how it was typed."""

    since: date
    until: date
    unit: Unit | None
    error: BadInputError | None

    @property
    def query(self) -> str:
        """Return the period as the end of an address."""
        return urlencode({"since": self.since, "until": self.until})


def past_day(visit: Visit, form: Form) -> tuple[date | None, BadInputError | None]:
    """Return the day at whose end figures are wanted (截至), and what is wrong with it."""
    read = Reading(visit, form)
    day = read.day("on")
    try:
        not_to_come(day or shanghai_date(visit.now), visit.now)
    except BadInputError as error:
        return None, error
    first, until = first_day(visit.rules), read.day("until")
    for name, one in (("on", day), ("until", until)):
        if one is not None and one < first:
            read.fields[name] = f"指标最早从 {first} 算起，请写这一天或以后的日期。"
    return (None, read.error) if read.error else (day, None)


def period(visit: Visit, form: Form) -> Period:
    """Return the period asked for, the running period of statistics where none is."""
    read = Reading(visit, form)
    today = shanghai_date(visit.now)
    first, last = period_of(today, visit.rules)
    since, until = read.days()
    unit = read.unit("unit")
    return Period(since or first, until or max(last, since or last), unit, read.error)


def figures_asked(visit: Visit, form: Form) -> tuple[Period, date | None, BadInputError | None]:
    """Return the period and the day (截至) figures are wanted of.

    Of days before there were any it is the running period.
    """
    asked = period(visit, form)
    day, wrong = past_day(visit, form)
    if wrong:
        asked = replace(period(visit, Form({})), error=wrong)
    return asked, None if asked.error else day, asked.error
