"""Whether a parameter's value is what its unit says (参数取值): each mistake by file and line."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from engine import terms
from engine.rules.located_yaml import Located
from engine.rules.number_format import EXPECTED, format_problem
from engine.rules.parameter_tables import table_check

_NUMBERS = frozenset(
    {
        "working_day", "calendar_day", "hour", "minute", "second", "month", "year", "times",
        "person", "item", "day", "band", "day_of_month", "office", "megabyte",
    }
)  # fmt: skip
_MOST = 9999
NUMBER_FORMAT = "documents.number_format"
_PERCENT = 100
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ANY_YEAR = 2023


@dataclass(frozen=True)
class Allowed:
    """What a parameter may be: its choices, the least number, one value only (`fixed`)."""

    choices: tuple[Any, ...] = ()
    minimum: int = 1
    fixed: bool = False


ANY = Allowed()


def allowed(entry: Located, unit: str) -> Allowed:
    """Return what a parameter's entry says its values may be.

    Raises:
        RuleError: the choices, the least number or `fixed` are wrong themselves.
    """
    parts = entry.children
    choices = _choices(parts["choices"]) if "choices" in parts else ()
    minimum, fixed = entry.value.get("minimum", 1), entry.value.get("fixed", False)
    if not _is_whole(minimum) or minimum < 0:
        msg = f"最小值“{minimum}”不对"
        raise parts["minimum"].wrong(msg, "不小于 0 的整数")
    if not isinstance(fixed, bool) or (fixed and not choices):
        msg = f"fixed“{fixed}”不对"
        raise parts["fixed"].wrong(msg, "true，并在 choices 写明唯一的取值")
    if unit == "choice" and not choices:
        msg = "缺少“choices”"
        raise entry.wrong(msg, "choices: [可选的取值]")
    return Allowed(choices, minimum, fixed)


def _choices(entry: Located) -> tuple[Any, ...]:
    if isinstance(entry.value, str):
        words = getattr(terms, entry.value, None)
        if isinstance(words, type) and issubclass(words, terms.Term):
            return tuple(word.value for word in words)
    elif isinstance(entry.value, list) and entry.value:
        return tuple(entry.value)
    msg = f"choices“{entry.value}”不对"
    raise entry.wrong(msg, "取值的清单，或 engine/terms.py 中的类名")


def check_value(key: str, unit: str, entry: Located, may: Allowed) -> None:
    """Refuse a value that is not what the parameter is counted in; null ends a parameter.

    Raises:
        RuleError: names file and line, what is there and what was expected.
    """
    if entry.value is None:
        return
    if may.fixed:
        _check_fixed(entry, may)
    elif not (unit in _NUMBERS and entry.value in may.choices):
        _check(key, unit, entry, may)


def check_words(key: str, entry: Located) -> None:
    """Refuse a new value of a text that its reader could do nothing with.

    One approved before this was looked at stays: where it is used, its reader says so.

    Raises:
        RuleError: names file and line, what is there and what was expected.
    """
    if key == NUMBER_FORMAT and isinstance(entry.value, str):
        problem = format_problem(entry.value)
        if problem:
            msg = f"“{entry.value}”{problem}"
            raise entry.wrong(msg, EXPECTED)


def _check_fixed(entry: Located, may: Allowed) -> None:
    only = list(may.choices) if isinstance(entry.value, list) else may.choices[0]
    if type(entry.value) is not type(only) or entry.value != only:
        msg = f"“{_said(entry.value)}”不对"
        raise entry.wrong(msg, f"{_said(only)}（程序只执行这一取值）")


def _check(key: str, unit: str, entry: Located, may: Allowed) -> None:
    if unit == "table":
        table_check(key)(entry, may.choices)
    elif unit == "list":
        _check_list(entry, may)
    else:
        is_right, expected = _scalar(unit, may)
        if not is_right(entry.value):
            msg = f"“{_said(entry.value)}”不对"
            raise entry.wrong(msg, expected)


def _scalar(unit: str, may: Allowed) -> tuple[Callable[[Any], bool], str]:
    if unit in _NUMBERS:
        words = f"，或 {_said(list(may.choices))}" if may.choices else ""
        expected = f"{may.minimum} 至 {_MOST} 的整数{words}"
        return lambda value: _is_whole(value) and may.minimum <= value <= _MOST, expected
    if unit == "choice":
        return lambda value: value in may.choices, _said(list(may.choices))
    return _SCALARS[unit]


def _check_list(entry: Located, may: Allowed) -> None:
    if not isinstance(entry.value, list):
        msg = f"“{_said(entry.value)}”不对"
        raise entry.wrong(msg, "清单，如 [甲, 乙]")
    for place, item in entry.children.items():
        if may.choices and item.value not in may.choices:
            msg = f"没有“{_said(item.value)}”"
            raise item.wrong(msg, _said(list(may.choices)))
        if not (_is_text(item.value) or _is_whole(item.value)):
            msg = f"“{_said(item.value)}”不对"
            raise item.wrong(msg, "文字或整数")
        if item.value in entry.value[:place]:
            msg = f"“{_said(item.value)}”写了两次"
            raise item.wrong(msg, "每项只写一次")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_clock(value: Any) -> bool:
    return isinstance(value, str) and _CLOCK.fullmatch(value) is not None


def _is_month_day(value: Any) -> bool:
    """Tell whether a text is a day that every year has."""
    try:
        return isinstance(value, str) and date.fromisoformat(f"{_ANY_YEAR}-{value}") is not None
    except ValueError:
        return False


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "、".join(_said(item) for item in value)
    return str(value)


_SCALARS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "percent": (
            lambda value: _is_whole(value) and 0 <= value <= _PERCENT, "0 至 100 的整数",
        ),
        "yes_no": (lambda value: isinstance(value, bool), "true 或 false"),
        "moment": (_is_clock, "时刻，加引号，如 \"09:00\""),
        "month_day": (_is_month_day, "每年都有的月-日，加引号，如 \"03-15\""),
        "text": (_is_text, "文字"),
    }
)  # fmt: skip
