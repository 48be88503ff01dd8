"""Makes the figures (指标): from the kept summaries, or again as they stood on any past day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from engine.errors import BadInputError
from engine.models import Unit
from engine.rules.indicators import Count, Figure, figure, tax_figure
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import early_sight, standing_counts, unit_figures
from engine.store import figure_days as store
from engine.store.api_views import lock_names
from engine.store.figure_cases import AskedCases, DayCount, counted
from engine.store.figure_days import Sums
from engine.store.histories import units_by_id
from engine.terms import Indicator

# What a slow transaction wrote is committed by then: its events are looked at once more.
OVERLAP = timedelta(minutes=10)
CHUNK = 31
TAX = "shuiwu"
NONE = Sums(Count(), Count())


@dataclass(frozen=True)
class Report:
    """The figures of a period as they stood at a moment: the district's, and each unit's."""

    since: date
    until: date
    at: datetime
    district: tuple[Figure, ...]
    units: tuple[tuple[Unit, tuple[Figure, ...]], ...]
    tax: tuple[Figure, ...]

    @property
    def running(self) -> bool:
        """Return whether the period was not over yet at that moment."""
        return self.at < end_of_day(self.until)

    @property
    def told_on(self) -> date:
        """Return the day whose targets and weights it goes by: its last, or the last so far."""
        return _told_on((self.since, self.until), self.at)


def cases(
    session: Session, rules: RuleSet, days: tuple[date, date], at: datetime, *, past: bool
) -> Iterable[DayCount]:
    """Return the counts of some days as they stood at a moment, counted from the cases.

    `past` is whether anything may have happened since.
    """
    return counted(session, asked_cases(rules, days, at, past=past))


def asked_cases(rules: RuleSet, days: tuple[date, date], at: datetime, *, past: bool) -> AskedCases:
    """Return what to ask for the cases of some days as they stood at a moment."""
    on, settings = shanghai_date(at), rules.parameters
    return AskedCases(
        since=days[0], until=days[1], at=at, known_later=past,
        human=tuple(settings["callback.human_channels"].on(on).value),
        reaching=tuple(settings["callback.reaching_results"].on(on).value),
        verified=tuple(settings["callback.verified_rows"].on(on).value),
    )  # fmt: skip


def not_to_come(day: date, now: datetime) -> date:
    """Return a day that has begun.

    Raises:
        BadInputError: it is still to come.
    """
    if day > shanghai_date(now):
        message = f"截至日 {day} 还没有到，请写今天或更早的日期。"
        raise BadInputError(message, fields={"on": message})
    return day


# All that figures go by: there are none of a day on which one of these was not in force yet.
GONE_BY = (
    "scoring.satisfaction_weights", "scoring.weights", "scoring.minimum_count", "scoring.ranking",
    "scoring.on_time_target", "callback.coverage", "callback.human_channels",
    "callback.reaching_results", "callback.verified_rows",
)  # fmt: skip


def first_day(rules: RuleSet) -> date:
    """Return the first day of which there can be figures."""
    return max(rules.parameters[key].values[0].since for key in GONE_BY)


def report_on(
    session: Session, rules: RuleSet, days: tuple[date, date], day: date, now: datetime
) -> Report:
    """Return a period's figures as they stood at the end of a day, made again from the cases.

    Today's are as of now: a limit that is not over yet is not late.

    Raises:
        BadInputError: the day is still to come.
    """
    at = min(end_of_day(not_to_come(day, now)), now)
    found: dict[int, dict[Indicator, Sums]] = {}
    for one in cases(session, rules, days, at, past=True):
        _add(found.setdefault(one.unit_id, {}), one.indicator, Sums(one.raw, one.fair))
    return _report(session, rules, days, at, found)


def _add(of_unit: dict[Indicator, Sums], indicator: Indicator, more: Sums) -> None:
    before = of_unit.get(indicator, NONE)
    of_unit[indicator] = Sums(before.raw + more.raw, before.fair + more.fair)


def report_of(
    session: Session, rules: RuleSet, days: tuple[date, date], day: date | None, now: datetime
) -> Report:
    """Return a period's figures as they stood at the end of a day, or as they are kept now.

    Raises:
        BadInputError: the day is still to come.
    """
    if day is None:
        return report_now(session, rules, days, now)
    return report_on(session, rules, days, day, now)


def report_now(session: Session, rules: RuleSet, days: tuple[date, date], now: datetime) -> Report:
    """Return a period's figures from the kept summaries, as of when those were brought up.

    While there are none yet (a first start, an update) they are counted, and right at once.
    """
    at = store.mark(session)
    if at is None:
        return report_on(session, rules, days, shanghai_date(now), now)
    return _report(session, rules, days, at, store.by_unit(session, *days))


def months_now(
    session: Session, rules: RuleSet, months: Sequence[tuple[date, date]], now: datetime
) -> tuple[Report, list[Report]]:
    """Return the figures of months that follow each other, together and each, read at once.

    Of each month there are the district's alone.
    """
    at, whole = store.mark(session), (months[0][0], months[-1][1])
    if at is None:
        return report_now(session, rules, whole, now), [
            replace(report_now(session, rules, days, now), units=(), tax=()) for days in months
        ]
    units, each = store.by_month(session, *whole)
    return _report(session, rules, whole, at, units), [
        _district(rules, days, at, each.get(days[0], {})) for days in months
    ]


def district_now(
    session: Session, rules: RuleSet, days: tuple[date, date], now: datetime
) -> Report:
    """Return the district's figures of a period alone, from the kept summaries."""
    at = store.mark(session)
    if at is None:
        return replace(report_now(session, rules, days, now), units=(), tax=())
    return _district(rules, days, at, store.sums(session, *days))


def _district(
    rules: RuleSet, days: tuple[date, date], at: datetime, sums: Mapping[Indicator, Sums]
) -> Report:
    return Report(*days, at, _figures(sums, rules, _told_on(days, at)), (), ())


def _told_on(days: tuple[date, date], at: datetime) -> date:
    return min(shanghai_date(at - timedelta(microseconds=1)), days[1])


def _report(
    session: Session, rules: RuleSet, days: tuple[date, date], at: datetime,
    found: Mapping[int, Mapping[Indicator, Sums]],
) -> Report:  # fmt: skip
    on = _told_on(days, at)
    # In registry order; one that is no longer active keeps the figures it had.
    every = units_by_id(session)
    units = [every[id_] for id_ in sorted(found)]
    made = tuple((one, _figures(found[one.id], rules, on)) for one in units)
    tax = next((figures for one, figures in made if one.slug == TAX), ())
    against = (tax_figure(one, rules, on) for one in tax)
    return Report(
        *days, at, _figures(_all_units(found), rules, on), made, tuple(t for t in against if t)
    )


def _all_units(found: Mapping[int, Mapping[Indicator, Sums]]) -> Mapping[Indicator, Sums]:
    total: dict[Indicator, Sums] = {}
    for one in found.values():
        for indicator, more in one.items():
            _add(total, indicator, more)
    return total


def _figures(found: Mapping[Indicator, Sums], rules: RuleSet, on: date) -> tuple[Figure, ...]:
    sums = ((indicator, found.get(indicator, NONE)) for indicator in Indicator)
    return tuple(figure(indicator, one.raw, one.fair, rules, on) for indicator, one in sums)


def refresh(session: Session, rules: RuleSet, now: datetime) -> int:
    """Bring the kept summaries up to now; return how many days were counted again.

    Doing it twice, or in two processes at once, changes nothing.
    """
    lock_names(session, ["figures"])
    since = store.mark(session)
    days = _every_day(session) if since is None else store.touched(session, since - OVERLAP, now)
    for first, last in _stretches(days):
        store.count_again(session, asked_cases(rules, (first, last), now, past=False))
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        unit_figures.keep_days(session, span, now)
    store.add_up(session, days)
    standing_counts.keep(session, now)
    early_sight.keep(session, since and since - OVERLAP, store.seen(session), now)
    store.set_mark(session, now)
    return len(days)


def _every_day(session: Session) -> list[date]:
    found = store.all_days(session)
    if found is None:
        return []
    return [found[0] + timedelta(days=n) for n in range((found[1] - found[0]).days + 1)]


def _stretches(days: list[date]) -> Iterable[tuple[date, date]]:
    """Yield runs of days that follow each other, no longer than a month."""
    start = 0
    for place in range(1, len(days) + 1):
        ends = place == len(days) or days[place] - days[place - 1] > timedelta(days=1)
        if ends or place - start == CHUNK:
            yield days[start], days[place - 1]
            start = place
