"""What the district changes itself (本区修改): dated values laid over those that were shipped."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from engine.errors import RuleError
from engine.rules.citations import Citation, cites
from engine.rules.located_yaml import Located, located, read_yaml_text
from engine.rules.parameter_values import check_value, check_words
from engine.rules.parameters import Parameter, Parameters, Value, frozen
from engine.rules.shanghai import shanghai_date

LAW = "文件规定，不可改"
NEW_VALUE = "新的数值"
# A calendar's own reach is counted with these: changed, certificates would no longer hold.
_OF_THE_CALENDAR = frozenset(
    {"calendar.unconfirmed_last_days", "calendar.regional_unconfirmed_from"}
)
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_WORDS = ("text", "choice", "moment", "month_day")
_YES_NO: Mapping[str, bool] = MappingProxyType(
    {"是": True, "true": True, "yes": True, "否": False, "false": False, "no": False}
)
# What is under way at midnight must not meet a value that was approved just before it.
_BEFORE_MIDNIGHT = timedelta(minutes=10)


@dataclass(frozen=True)
class DistrictValue:
    """One approved change of a parameter: from which day, to what, why; `number` names it."""

    number: int
    key: str
    since: date
    value: Any
    reason: str

    @property
    def name(self) -> str:
        """Return how the change is named on a screen and in a citation: 第3号修改."""
        return f"第{self.number}号修改"


@cites("house/H-49")
def locked(parameter: Parameter, on: date) -> str:
    """Return why a parameter cannot be changed by the district, or nothing when it can be."""
    if on < parameter.values[0].since or parameter.values[-1].value is None:
        return "现在没有规定"
    if not parameter.on(on).citation.house:
        return LAW
    if parameter.may.fixed:
        return "程序只执行这一取值"
    if parameter.key in _OF_THE_CALENDAR:
        return "随日历版本，不单独改"
    return f"程序尚未使用：{parameter.later}" if parameter.later else ""


@cites("house/H-49")
def earliest_day(now: datetime) -> date:
    """Return the first day from which a change may apply: tomorrow, never today or before.

    Tickets keep the rules of their day of acceptance, so that nothing counted already moves.
    """
    return shanghai_date(now + _BEFORE_MIDNIGHT) + timedelta(days=1)


@cites("house/H-49")
def read_value(parameter: Parameter, text: str) -> Any:
    """Return the value a person typed, checked as one in a rule file is.

    Numbers and words are typed as such, lists and tables as YAML.

    Raises:
        RuleError: it is not what the parameter is counted in; says what was expected.
    """
    entry = _typed(parameter, _half_width(parameter, text.strip()))
    check_value(parameter.key, parameter.unit, entry, parameter.may)
    check_words(parameter.key, entry)
    if entry.value is None:
        msg = "没有数值"
        raise entry.wrong(msg, "一个数值")
    return entry.value


@cites("house/H-49")
def unfit(change: DistrictValue) -> str:
    """Return why a change that was proposed before its words were looked at cannot be approved."""
    try:
        check_words(change.key, Located(change.value, 1, NEW_VALUE))
    except RuleError as error:
        return f"{error}。请退回{change.name}，另提一版。"
    return ""


def _half_width(parameter: Parameter, text: str) -> str:
    """Return what was typed with digits in half width; words keep their punctuation."""
    if parameter.unit in ("list", "table", "text"):
        return text.translate(_DIGITS) if parameter.unit != "text" else text
    return unicodedata.normalize("NFKC", text)


def _typed(parameter: Parameter, text: str) -> Located:
    if parameter.unit in ("list", "table"):
        return read_yaml_text(text, NEW_VALUE)
    if parameter.unit in _WORDS:
        return Located(text, 1, NEW_VALUE)
    if parameter.unit == "yes_no":
        return Located(_YES_NO.get(text, text), 1, NEW_VALUE)
    is_number = text.isascii() and text.isdigit()
    return Located(int(text) if is_number else text, 1, NEW_VALUE)


@cites("house/H-49")
def laid_over(shipped: Parameters, changes: Sequence[DistrictValue]) -> Parameters:
    """Return the parameters with the district's approved changes, each from its own day on.

    Raises:
        RuleError: a change no longer fits this program; names it and what was expected.
    """
    by_key = {one.key: one for one in shipped.values()}
    for change in sorted(changes, key=lambda one: (one.since, one.number)):
        if change.key not in by_key:
            msg = f"本区{change.name}改的参数“{change.key}”已不存在：请撤回该号修改"
            raise RuleError(msg)
        by_key[change.key] = _changed(by_key[change.key], change)
    return Parameters(by_key)


def _changed(parameter: Parameter, change: DistrictValue) -> Parameter:
    file = f"本区{change.name}（{change.key}）"
    check_value(parameter.key, parameter.unit, located(change.value, file), parameter.may)
    new = Value(frozen(change.value), change.since, _citation(parameter, change))
    kept = [one for one in parameter.values if one.since != change.since]
    return replace(parameter, values=tuple(sorted([*kept, new], key=lambda one: one.since)))


def _citation(parameter: Parameter, change: DistrictValue) -> Citation:
    """Return the house decision that the parameter rests on, with the change that amended it."""
    before = [one.citation for one in parameter.values if one.since <= change.since]
    house = next((one for one in reversed(before) if one.house), parameter.values[-1].citation)
    clause = house.clause.partition("（")[0]
    return replace(house, clause=f"{clause}（{change.name}）", words=change.reason)
