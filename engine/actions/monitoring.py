"""The quarter's monitoring report (季度监测报告, 第132、134项), drafted from the same templates.

Its figures are those of the pages: the quarter, the one before, and month by month.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from engine.actions.bulletins import (
    CALLED_BACK,
    Draft,
    adjusted_words,
    case_words,
    not_over,
    propose_cases,
    spoken_period,
    target_words,
    unit_row,
    with_n,
)
from engine.actions.figures import Report, district_now, months_now
from engine.actions.step import Step
from engine.documents.bulletin import MonitoringFacts, monitoring_report
from engine.documents.templates import written_moment
from engine.rules.citations import cited_in_full
from engine.rules.indicators import FORMULAS, Figure, in_words
from engine.rules.monitoring import (
    Change,
    Days,
    changes,
    lagging,
    months_of,
    quarter_before,
)
from engine.rules.routing.catalogue import OTHER_LISTS, load_catalogue
from engine.rules.scoring import scores
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import early_sight
from engine.store.breach_ledger import breached_rows
from engine.store.early_sight import Day
from engine.store.typical_cases import TypicalCase
from engine.terms import Indicator

TO = "区优化营商环境工作协调小组办公室"  # 正文三（二）
MONITORING, CASES = "chengzhong-2023-19/132/monitoring", "chengzhong-2023-19/134/cases"
ROW = 132  # whose leads are sent a copy
NAMED, ROWS_NAMED = 5, 3


class _Quarters(NamedTuple):
    """The reports of a quarter, of the one before, and of its months."""

    now: Report
    before: Report
    months: Sequence[Report]


class _Taken(NamedTuple):
    """What was taken in during a quarter: all tickets, and by row of the task list."""

    total: int
    rows: Mapping[int, int]


def draft_monitoring(step: Step, quarter: Days, chosen: Collection[str]) -> Draft:
    """Return the draft of a quarter's report with the chosen cases; a person chooses them."""
    quarters = _quarters(step, quarter)
    on = min(shanghai_date(step.now), quarter[1])
    made = tuple(scores(_named(quarters.now), step.rules, on))
    proposed = propose_cases(step, quarter, quarters.now.at)
    told = [one for one in proposed if one.number in chosen]
    taken = [_taken(step, one) for one in (quarter, quarter_before(quarter))]
    late = breached_rows(step.session, *quarter, quarters.now.at)
    matters = _matters(late, taken[0], taken[1])
    words = _words(step, quarters, on) | _cases(step, told) | {
        "taken_in": taken[0].total, "taken_in_before": taken[1].total,
        "matters": [f"{row[0]}（{row[2]}件）" for row in matters[:NAMED] if row[2] != "0"],
    }  # fmt: skip
    facts = MonitoringFacts(
        organ=load_settings().organ_name, period=spoken_period(quarter),
        date=shanghai_date(step.now), words=words, indicators=_compared(quarters),
        units=[unit_row(one, quarters.now) for one in made], to=TO,
        cc="、".join(load_catalogue().task(ROW).leads), formulas=_formulas(),
        columns=_columns(quarters), matters=matters,
    )  # fmt: skip
    return Draft(monitoring_report(facts), facts, quarters.now, made, proposed)


def _quarters(step: Step, quarter: Days) -> _Quarters:
    now, months = months_now(step.session, step.rules, months_of(quarter), step.now)
    before = district_now(step.session, step.rules, quarter_before(quarter), step.now)
    return _Quarters(now, before, months)


def _named(report: Report) -> list[tuple[str, Sequence[Figure]]]:
    return [(unit.name, figures) for unit, figures in report.units]


def _words(step: Step, quarters: _Quarters, on: date) -> dict[str, object]:
    found = {one.indicator: one for one in quarters.now.district}
    settings, rules = step.rules.parameters, step.rules
    moved = changes(quarters.now.district, quarters.before.district, rules, on)

    def said(indicator: Indicator) -> str:
        one = found[indicator]
        raw, fair = in_words(one, one.value), in_words(one, one.adjusted)
        return raw if raw == fair else f"{raw}（调整后{fair}）"

    return {
        "basis": f"{cited_in_full(MONITORING)}、{_row_of(CASES)}",
        "demonstration": load_settings().demo_data,
        "callback_basis": _row_of(CALLED_BACK), "as_of": written_moment(quarters.now.at),
        **not_over(quarters.now),
        "before": spoken_period((quarters.before.since, quarters.before.until)),
        "least": settings["scoring.minimum_count"].on(on).value,
        "target": settings["scoring.on_time_target"].on(on).value,
        "due": found[Indicator.ANSWERED_ON_TIME].raw.n, "heard": found[Indicator.SOLVED].raw.n,
        "on_time": said(Indicator.ANSWERED_ON_TIME), "solved": said(Indicator.SOLVED),
        "late": int(found[Indicator.BREACHED].raw.hit), "satisfied": said(Indicator.SATISFIED),
        "human": said(Indicator.HUMAN_CALLED_BACK), "kept": said(Indicator.PROMISE_KEPT),
        "returned": int(found[Indicator.RETURNED].raw.hit),
        "reworked": int(found[Indicator.REWORKED].raw.hit),
        "better": [_change(one) for one in moved if one.better],
        "worse": [_change(one) for one in moved if not one.better],
        "below": [f"{name}（{in_words(one, one.adjusted)}，{one.fair.n}件）"
                  for name, one in lagging(_named(quarters.now), rules, on)],
    }  # fmt: skip


def _row_of(anchor: str) -> str:
    """Return the row alone, where the document was named in full before."""
    return cited_in_full(anchor).rpartition("附件")[2]


def _change(one: Change) -> str:
    verb = "上升" if one.by > 0 else "下降"
    unit = "分钟" if one.indicator is Indicator.RESPONSE_TIME else "个百分点"
    return f"{one.indicator.label}{verb}{abs(one.by):.1f}{unit}"


def _cases(step: Step, told: Sequence[TypicalCase]) -> dict[str, object]:
    return {"good": [case_words(one, step) for one in told if one.good],
            "bad": [case_words(one, step) for one in told if not one.good]}  # fmt: skip


def _columns(quarters: _Quarters) -> list[str]:
    return ["上季", *(f"{one.since.month}月" for one in quarters.months), "本季"]


def _compared(quarters: _Quarters) -> list[tuple[str, ...]]:
    reports = (quarters.before, *quarters.months, quarters.now)
    rows = zip(*(one.district for one in reports), strict=True)
    return [
        (row[-1].indicator.label, *(with_n(in_words(one, one.value), one.raw.n) for one in row),
         adjusted_words(row[-1]), target_words(row[-1]))
        for row in rows
    ]  # fmt: skip


def _formulas() -> list[tuple[str, ...]]:
    return [(one.label, FORMULAS[one].words, FORMULAS[one].whose) for one in Indicator]


def _taken(step: Step, days: Days) -> _Taken:
    found: list[Day] = early_sight.taken_in_on(step.session, *days, step.now)
    rows: Counter[int] = Counter()
    for one in found:
        rows.update(one.rows)
    return _Taken(sum(one.total for one in found), rows)


def _matters(late: Mapping[int, int], now: _Taken, before: _Taken) -> list[tuple[str, ...]]:
    """Return the indicators of the task list that tickets cited, the most frequent first."""
    catalogue = load_catalogue()
    by_name: dict[str, list[int]] = {}
    for row in {*now.rows, *before.rows, *late}:
        by_name.setdefault(catalogue.indicator(row) or OTHER_LISTS, []).append(row)

    def of(counts: Mapping[int, int], rows: Sequence[int]) -> int:
        return sum(counts.get(row, 0) for row in rows)

    def hottest(rows: Sequence[int]) -> str:
        some = sorted((row for row in rows if now.rows.get(row)), key=lambda row: -now.rows[row])
        return "、".join(f"第{row}项{now.rows[row]}件" for row in some[:ROWS_NAMED])

    ordered = sorted(by_name.items(), key=lambda one: (-of(now.rows, one[1]), one[0]))
    return [(name, str(of(before.rows, rows)), str(of(now.rows, rows)), str(of(late, rows)),
             hottest(rows)) for name, rows in ordered]  # fmt: skip
