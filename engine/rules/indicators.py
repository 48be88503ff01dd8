"""The indicators (评价指标): published formulas, targets, and what there is to divide by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from engine.rules.citations import Citation, cites
from engine.rules.rule_set import RuleSet
from engine.terms import Indicator, Satisfaction

NOT_APPLICABLE = "不适用"
_PERCENT = 100
I = Indicator  # noqa: E741 -- the table below reads better with one letter


@dataclass(frozen=True)
class Formula:
    """How an indicator is counted, in the words that every figure is published with.

    `whose` names the date that puts a case into a period. What has a limit counts once that is
    over, done early or not (H-91), so that a running period divides the same cases by each other.
    `more_is_better` tells which way to read.
    """

    numerator: str
    denominator: str
    whose: str
    more_is_better: bool = True

    @property
    def words(self) -> str:
        """Return the formula as one line."""
        return f"{self.numerator} ÷ {self.denominator}"


FORMULAS: Mapping[Indicator, Formula] = MappingProxyType({
    I.SIGNED_ON_TIME: Formula("期限内签收", "签收时限已到的派单（主办）", "签收到期日"),
    I.RESPONDED_ON_TIME: Formula("期限内首次联系", "首次联系时限已到的", "首次联系到期日"),
    I.RESPONSE_TIME: Formula("派单到首次联系的分钟数之和", "已联系", "派单日", False),
    I.ANSWERED_ON_TIME: Formula(
        "到期前答复（含已批延期）", "已到期的应办结（退出的不计，重办另计）", "承办到期日"),
    I.BREACHED: Formula(
        "到期未答复", "已到期的应办结（退出的不计，重办另计）", "承办到期日", False),
    I.CONTACTED: Formula("诉求人说联系过", "有效回访", "回访日"),
    I.SOLVED: Formula("诉求人说已解决", "有效回访", "回访日"),
    I.SATISFIED: Formula("满意＋基本满意×权重", "作出评价的有效回访", "回访日"),
    I.CALLED_BACK: Formula("已回访＋已尽力未接通", "回访时限已到的", "回访到期日"),
    I.HUMAN_CALLED_BACK: Formula(
        "已人工回访＋人工已尽力未接通", "回访时限已到的未解决或不满意", "回访到期日"),
    I.RETURNED: Formula("退单", "派出（主办）", "派单日", False),
    I.REWORKED: Formula("退回重办", "审核通过、回访时限已到的答复", "回访到期日", False),
    I.REWORK_ON_TIME: Formula(
        "重办期限内答复", "已到期的应办结重办（退出的不计）", "重办到期日"),
    I.ARREARS_VERIFIED: Formula(
        "经实地核查或人工回访", "单位称已解决、回访时限已到的账款拖欠件", "回访到期日"),
    I.PROMISE_KEPT: Formula("经核查按期兑现", "到期后已核查或未报告的承诺", "承诺到期日"),
})  # fmt: skip

# What the hotline owes the requester by row 113 and row 91, and no unit can do or leave.
OF_THE_HOTLINE = frozenset({I.CALLED_BACK, I.HUMAN_CALLED_BACK, I.ARREARS_VERIFIED})


@dataclass(frozen=True)
class Count:
    """Cases `n`, those that `hit` (minutes, for a time), and a `part` of its own.

    The part is 基本满意 of satisfaction, and 已尽力未接通 of callbacks, where `hit` includes it.
    """

    n: int = 0
    hit: float = 0.0
    part: int = 0

    def __add__(self, other: "Count") -> "Count":
        """Return both together."""
        return Count(self.n + other.n, self.hit + other.hit, self.part + other.part)


@dataclass(frozen=True)
class Figure:
    """One indicator: raw and adjusted counts and values, its target, and whether it is met.

    A value is in percent, a time in minutes; it is None where there is nothing to divide by.
    """

    indicator: Indicator
    raw: Count
    fair: Count
    value: float | None
    adjusted: float | None
    target: int | None = None
    target_of: Citation | None = None

    @property
    def met(self) -> bool | None:
        """Return whether the raw value reaches the target; None without one or without cases."""
        if self.value is None or self.target is None:
            return None
        if FORMULAS[self.indicator].more_is_better:
            return self.value >= self.target
        return self.value <= self.target


# Targets that hold for every unit: row 113's own, and the district's.
_TARGETS = {
    Indicator.ANSWERED_ON_TIME: "scoring.on_time_target",
    Indicator.HUMAN_CALLED_BACK: "callback.coverage",
}


@cites("chengzhong-2023-19/113/callback", "house/H-43", "house/H-44", "house/H-47", "house/H-91")
def figure(indicator: Indicator, raw: Count, fair: Count, rules: RuleSet, on: date) -> Figure:
    """Return an indicator of counts that are together already."""
    weights = rules.parameters["scoring.satisfaction_weights"].on(on).value
    found = Figure(
        indicator, raw, fair, _value(indicator, raw, weights), _value(indicator, fair, weights)
    )
    key = _TARGETS.get(indicator)
    return found if key is None else _against(found, key, rules, on)


def _against(found: Figure, key: str, rules: RuleSet, on: date) -> Figure:
    target = rules.parameters[key].on(on)
    return replace(found, target=target.value, target_of=target.citation)


def _value(indicator: Indicator, count: Count, weights: Mapping[str, float]) -> float | None:
    if not count.n:
        return None
    if indicator is Indicator.RESPONSE_TIME:
        return count.hit / count.n
    points = count.hit
    if indicator is Indicator.SATISFIED:
        points *= weights[Satisfaction.SATISFIED.value]
        points += count.part * weights[Satisfaction.BASICALLY_SATISFIED.value]
    return _PERCENT * points / count.n


_TAX = {
    Indicator.RESPONDED_ON_TIME: "scoring.tax.response_target",
    Indicator.SOLVED: "scoring.tax.solved_target",
    Indicator.SATISFIED: "scoring.tax.satisfied_target",
    Indicator.RESPONSE_TIME: "scoring.tax.response_time",
}


@cites("chengzhong-2023-19/73/targets")
def tax_figure(found: Figure, rules: RuleSet, on: date) -> Figure | None:
    """Return a tax office's figure with the document's own target (第73、75项), if it has one."""
    key = _TAX.get(found.indicator)
    return None if key is None else _against(found, key, rules, on)


@cites("house/H-43")
def in_words(found: Figure, value: float | None) -> str:
    """Return a value as people read it: 96.3%, 42 分钟, or 不适用 where nothing can be divided."""
    if value is None:
        return NOT_APPLICABLE
    if found.indicator is Indicator.RESPONSE_TIME:
        return f"{value:.0f} 分钟"
    return f"{value:.1f}%"
