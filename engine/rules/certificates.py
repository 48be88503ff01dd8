"""The deadline certificate (期限凭证): every day counted or skipped, why, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from engine.rules.adjustments import Extension, Pause
from engine.rules.certificate_words import sentence
from engine.rules.citations import Citation, cites
from engine.rules.counting import HOUR_UNITS, Count
from engine.rules.pauses import paused_days
from engine.rules.working_days import Day
from engine.terms import ClockKind, DayKind, DueStatus, LimitUnit, Term, TicketKind

_UNITS = {unit.value: unit for unit in LimitUnit}
_DAY_KINDS = {kind.value: kind for kind in DayKind}


class CountedDay(NamedTuple):
    """One day of a deadline: how it was treated, its number if it counts, and why."""

    on: date
    kind: DayKind
    number: int | None
    reason: str


@dataclass(frozen=True)
class Certificate:
    """What is needed to prove a due date years later; moments are UTC, dates Shanghai."""

    rule: str
    clock: ClockKind
    kind: TicketKind
    started_at: datetime
    started_on: date
    limit: int
    unit: LimitUnit
    due_on: date
    due_at: datetime
    status: DueStatus
    days: tuple[CountedDay, ...]
    calendar_region: str
    calendar_version: str
    rules_version: str
    rules_on: date
    rule_since: date
    pauses: tuple[Pause, ...]
    extensions: tuple[Extension, ...]
    citation: Citation

    def sentence(self, began: str = "") -> str:
        """Return in one Chinese sentence why the deadline falls on its day; `began` from what."""
        return sentence(self, began)

    def to_json(self) -> dict[str, Any]:
        """Return the certificate as JSON-safe data, dates in ISO form."""
        return {name: _to_json(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Certificate":
        """Return the certificate that `to_json` wrote."""
        read = {name: _READERS.get(name, _as_is)(stored[name]) for name in cls.__dataclass_fields__}
        return cls(**read)


@cites("house/H-49")
def certificate_of(count: Count, due_on: date, due_at: datetime, status: DueStatus) -> Certificate:
    """Return the proof of a due date already found."""
    unit = _UNITS[count.parameter.unit]
    return Certificate(
        rule=count.parameter.key,
        clock=count.clock,
        kind=count.kind,
        started_at=count.started_at.astimezone(UTC),
        started_on=count.started_on,
        limit=count.limit,
        unit=unit,
        due_on=due_on,
        due_at=due_at,
        status=status,
        days=_days(count, unit, due_on),
        calendar_region=count.rules.calendar.region,
        calendar_version=count.rules.calendar.version,
        rules_version=count.rules.parameters.version,
        rules_on=count.rules_on,
        rule_since=count.value.since,
        pauses=count.pauses,
        extensions=count.extensions,
        citation=count.value.citation,
    )


def _days(count: Count, unit: LimitUnit, due_on: date) -> tuple[CountedDay, ...]:
    if unit in HOUR_UNITS:
        return (CountedDay(count.started_on, DayKind.RECEIVED, None, "自起算时刻连续计算"),)
    first, *later = count.rules.calendar.days_between(count.started_on, due_on)
    days = [CountedDay(first.on, DayKind.RECEIVED, None, "起算当日不计")]
    if unit == LimitUnit.CALENDAR_DAY:
        return (*days, *_natural_days(later, count.limit))
    paused = paused_days(count.pauses, count.rules, count.rules_on) if count.pauses else ()
    number = 0
    for on, working, reason, _, kind in later:
        if on in paused:
            days.append(CountedDay(on, DayKind.PAUSED, None, "停表"))
        elif working:
            number += 1
            days.append(CountedDay(on, kind, number, reason))
        else:
            days.append(CountedDay(on, kind, None, reason))
    return tuple(days)


def _natural_days(days: list[Day], limit: int) -> list[CountedDay]:
    """Every day counts; days past the limit are those on which the last day may not fall."""
    return [
        CountedDay(day.on, DayKind.COUNTED, number, day.reason)
        if number <= limit
        else CountedDay(day.on, day.kind, None, f"最后一日遇休息日顺延（{day.reason}）")
        for number, day in enumerate(days, start=1)
    ]


def _to_json(value: Any) -> Any:
    if isinstance(value, CountedDay):
        return {"on": value.on.isoformat(), "kind": value.kind.value, "number": value.number,
                "reason": value.reason}  # fmt: skip
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, (Citation, Pause, Extension)):
        return value.to_json()
    return value.value if isinstance(value, Term) else value


def _as_is(value: Any) -> Any:
    return value


def _read_days(stored: list[dict[str, Any]]) -> tuple[CountedDay, ...]:
    return tuple(
        CountedDay(date.fromisoformat(d["on"]), _DAY_KINDS[d["kind"]], d["number"], d["reason"])
        for d in stored
    )


_READERS: dict[str, Any] = {
    "clock": ClockKind,
    "kind": TicketKind,
    "unit": _UNITS.__getitem__,
    "status": DueStatus,
    "started_at": datetime.fromisoformat,
    "due_at": datetime.fromisoformat,
    "started_on": date.fromisoformat,
    "due_on": date.fromisoformat,
    "rules_on": date.fromisoformat,
    "rule_since": date.fromisoformat,
    "days": _read_days,
    "pauses": lambda stored: tuple(Pause.from_json(pause) for pause in stored),
    "extensions": lambda stored: tuple(Extension.from_json(item) for item in stored),
    "citation": Citation.from_json,
}
