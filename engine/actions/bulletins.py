"""Makes bulletins (月度通报、季度监测): figures, scores in groups, cases a person has chosen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.actions.figures import Report, report_of
from engine.actions.step import Step
from engine.documents.bulletin import BulletinData, BulletinFacts, bulletin
from engine.documents.templates import written_moment
from engine.rules.citations import cited_in_full
from engine.rules.indicators import FORMULAS, NOT_APPLICABLE, Figure, in_words
from engine.rules.monitoring import most_cases
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.scoring import Score, scores
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store.typical_cases import TypicalCase, taken_back, typical_cases
from engine.terms import CaseGround, Indicator

Days = tuple[date, date]
CALLED_BACK = "chengzhong-2023-19/113/callback"


@dataclass(frozen=True)
class Draft:
    """A bulletin before anybody signs it: its document, its scores, and the cases proposed."""

    document: BulletinData
    facts: BulletinFacts
    report: Report
    scores: tuple[Score, ...]
    proposed: tuple[TypicalCase, ...]


def draft_bulletin(
    step: Step, days: Days, chosen: Collection[str], as_of: date | None = None
) -> Draft:
    """Return the draft of a period with the chosen cases; nothing is chosen by the machine.

    `as_of` is the day at whose end things stood so; any past day's draft comes out the same again.

    Raises:
        BadInputError: the day is still to come.
    """
    report = report_of(step.session, step.rules, days, as_of, step.now)
    on = report.told_on
    named = [(unit.name, figures) for unit, figures in report.units]
    made = tuple(scores(named, step.rules, on))
    proposed = propose_cases(step, days, report.at)
    told = [one for one in proposed if one.number in chosen]
    facts = BulletinFacts(
        organ=load_settings().organ_name, period=spoken_period(days),
        date=shanghai_date(step.now), words=_words(step, report, told, on),
        indicators=[_indicator(one) for one in report.district],
        units=[unit_row(one, report) for one in made],
    )  # fmt: skip
    return Draft(bulletin(facts), facts, report, made, proposed)


def propose_cases(step: Step, days: Days, at: datetime) -> tuple[TypicalCase, ...]:
    """Return the cases that may be told of a period, as they stood at a moment.

    One of a ticket, and late by no working day is no example. What was taken back since is among
    them where nothing else is told of it: it stood so then (`taken_back` knows it, and nobody may
    choose it).
    """
    most = most_cases(step.rules, min(shanghai_date(at), days[1]))
    found = typical_cases(step.session, days, most, at, past=at < step.now)
    told = [one for one in found if one.ground is not CaseGround.LATE or _worked_days(one, step)]
    late = {one.number: one.ground for one in told if one.ground is CaseGround.LATE}
    gone = taken_back(step.session, late, step.now)
    told.sort(key=lambda one: one.ground is CaseGround.LATE and one.number in gone)
    first: dict[str, TypicalCase] = {}
    for one in told:
        first.setdefault(one.number, one)
    return tuple(first.values())


def spoken_period(days: Days) -> str:
    """Return a period as a bulletin's title says it: 2026年11月, 2026年第4季度, or both dates."""
    first, last = days
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and _is_last_of_month(last)
    if whole and months == 1:
        return f"{first.year}年{first.month}月"
    if whole and months == 3 and first.month % 3 == 1:  # noqa: PLR2004 - a quarter
        return f"{first.year}年第{first.month // 3 + 1}季度"
    return f"{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日"


def _is_last_of_month(day: date) -> bool:
    return day.replace(day=1) != date.fromordinal(day.toordinal() + 1).replace(day=1)


def _words(step: Step, report: Report, told: Sequence[TypicalCase], on: date) -> dict[str, object]:
    found = {one.indicator: one for one in report.district}
    settings = step.rules.parameters

    def said(indicator: Indicator) -> str:
        return in_words(found[indicator], found[indicator].value)

    return {
        "due": found[Indicator.ANSWERED_ON_TIME].raw.n, "heard": found[Indicator.SOLVED].raw.n,
        "on_time": said(Indicator.ANSWERED_ON_TIME), "solved": said(Indicator.SOLVED),
        "satisfied": said(Indicator.SATISFIED), "human": said(Indicator.HUMAN_CALLED_BACK),
        "returned": int(found[Indicator.RETURNED].raw.hit),
        "reworked": int(found[Indicator.REWORKED].raw.hit),
        "demonstration": load_settings().demo_data,
        "basis": cited_in_full(CALLED_BACK), "as_of": written_moment(report.at),
        **not_over(report),
        "least": settings["scoring.minimum_count"].on(on).value,
        "ranking": settings["scoring.ranking"].on(on).value,
        "good": [case_words(one, step) for one in told if one.good],
        "bad": [case_words(one, step) for one in told if not one.good],
    }  # fmt: skip


def not_over(report: Report) -> dict[str, object]:
    """Return the words by which a document says that its period was not over."""
    last = report.until
    return {"running": report.running, "last": f"{last.year}年{last.month}月{last.day}日"}


def _worked_days(one: TypicalCase, step: Step) -> int:
    """Return over how many working days a case went; late by none is no example."""
    # 24 o'clock of a day, when limits end and figures are made, is the beginning of the next.
    end = shanghai_date(one.until or one.at - timedelta(microseconds=1))
    first = shanghai_date(one.since if one.good else one.since - timedelta(microseconds=1))
    return step.rules.calendar.working_days_between(first, end)


def case_words(one: TypicalCase, step: Step) -> str:
    """Return a case as a bulletin tells it: from facts alone, so that nobody can be known by it."""
    return f"{_matter(one)}，{one.unit}{_told(one, step)}。"


def _matter(one: TypicalCase) -> str:
    """Return what tells cases apart and nobody by it: day, kind, and what of the task list."""
    on = shanghai_date(one.accepted_at)
    about = load_catalogue().indicators(one.rows)
    return (
        f"{on.month}月{on.day}日，某企业反映一件{one.kind.label}{f'（{about}）' if about else ''}"
    )


_TOLD = {
    CaseGround.UNSOLVED: "答复后回访，诉求人说没有解决",
    CaseGround.DISSATISFIED: "答复后回访，诉求人不满意",
    CaseGround.REWORKED: "答复后回访，诉求人说没有解决或不满意，已退回重办",
    CaseGround.RETURN_REFUSED: "退单，裁定不同意，仍由其办理",
}


def _told(one: TypicalCase, step: Step) -> str:
    if one.ground in _TOLD:
        return _TOLD[one.ground]
    days = _worked_days(one, step)
    if one.good:
        return f"{f'用{days}个工作日' if days else '当日'}答复，诉求人满意"
    return f"超期{days}个工作日{'才答复' if one.until else '仍未答复'}"


def _indicator(one: Figure) -> tuple[str, ...]:
    return (one.indicator.label, FORMULAS[one.indicator].words, str(one.raw.n),
            in_words(one, one.value), adjusted_words(one), target_words(one))  # fmt: skip


def adjusted_words(one: Figure) -> str:
    """Return an adjusted figure, with its own n where cases were left out."""
    said = in_words(one, one.adjusted)
    return said if one.fair.n == one.raw.n else f"{said}\nn={one.fair.n}"


def target_words(one: Figure) -> str:
    """Return the target of a figure; nothing where there is none."""
    return "" if one.target is None else f"{one.target}%"


def unit_row(one: Score, report: Report) -> tuple[str, ...]:
    """Return a unit's line of the annex: every figure beside its own n, raw and adjusted."""
    figures = next(found for unit, found in report.units if unit.name == one.unit)
    by_indicator = {figure.indicator: figure for figure in figures}
    rates = [by_indicator[i] for i in (Indicator.ANSWERED_ON_TIME, Indicator.SATISFIED)]
    cells = [cell for rate in rates for cell in (
        with_n(in_words(rate, rate.value), rate.raw.n),
        with_n(in_words(rate, rate.adjusted), rate.fair.n))]  # fmt: skip
    group = f"{one.group}第{one.rank}" if one.rank else one.group
    return (group, one.unit, *cells, with_n(points(one.value), one.n),
            with_n(points(one.adjusted), one.fair_n))  # fmt: skip


def with_n(words: str, n: int) -> str:
    """Return a figure with its n below it."""
    return f"{words}\nn={n}"


def points(value: float | None) -> str:
    """Return a score with one decimal, or 不适用."""
    return NOT_APPLICABLE if value is None else f"{value:.1f}"
