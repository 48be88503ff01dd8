"""The figures for 绩效考评 as Excel: every unit, every indicator, raw and adjusted, with n."""

from collections.abc import Iterator, Sequence
from datetime import date

from engine.actions.exporting import Export
from engine.actions.figures import Report, report_of
from engine.actions.step import Step
from engine.documents.templates import written_moment
from engine.documents.workbook import Column, Table
from engine.rules.indicators import FORMULAS, NOT_APPLICABLE, OF_THE_HOTLINE, Figure
from engine.rules.scoring import scores
from engine.rules.shanghai import shanghai_date
from engine.terms import Indicator

HEADS = (("单位", 24), ("组别", 16), ("指标", 18), ("公式", 40), ("分子", 10), ("分母n", 10),
         ("原始", 12), ("调整后分母", 12), ("调整后", 12), ("计量单位", 10))  # fmt: skip
HOTLINE = "热线"


def performance(step: Step, days: tuple[date, date], as_of: date | None = None) -> Export:
    """Return the export of a period for 绩效考评; a unit's score stands in its last line.

    What the hotline itself owes (回访, 账款核查) stands under its own name, not under the units'.

    Raises:
        BadInputError: the day whose figures are wanted is still to come.
    """
    report = report_of(step.session, step.rules, days, as_of, step.now)
    columns = [Column(head, width) for head, width in HEADS]
    words = f"统计期 {days[0]} 至 {days[1]}；数据截至 {written_moment(report.at)}"
    words += "，统计期没有过完，只含已经到期的；" if report.running else "；"
    words += "没有可除的写“不适用”"
    return Export("绩效", Table("绩效", columns, _rows(step, report)), words)


def _rows(step: Step, report: Report) -> Iterator[Sequence[object]]:
    on = min(shanghai_date(step.now), report.until)
    found = scores([(unit.name, figures) for unit, figures in report.units], step.rules, on)
    by_unit = {one.unit: one for one in found}
    for unit, figures in report.units:
        score = by_unit[unit.name]
        for one in figures:
            if one.indicator not in OF_THE_HOTLINE:
                yield _row(unit.name, score.group, one)
        yield (unit.name, score.group, "综合得分", "响应、解决、满意按权重合计", "", score.n,
               _number(score.value), score.fair_n, _number(score.adjusted), "分")  # fmt: skip
    for one in report.district:
        if one.indicator in OF_THE_HOTLINE:
            yield _row(HOTLINE, "热线自己的", one)


def _row(name: str, group: str, one: Figure) -> Sequence[object]:
    return (name, group, one.indicator.label, FORMULAS[one.indicator].words,
            round(one.raw.hit, 2), one.raw.n, _number(one.value), one.fair.n,
            _number(one.adjusted), _unit(one.indicator))  # fmt: skip


def _unit(indicator: Indicator) -> str:
    return "分钟" if indicator is Indicator.RESPONSE_TIME else "%"


def _number(value: float | None) -> float | str:
    """Return a figure as a number to reckon with, with one decimal."""
    return NOT_APPLICABLE if value is None else round(value, 1)
