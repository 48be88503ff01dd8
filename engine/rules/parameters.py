"""Dated, cited values that an official can change by circular without a programmer."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.errors import RuleError, RuleNotInForceError
from engine.rules.citations import Citation
from engine.rules.located_yaml import Located, read_yaml
from engine.rules.parameter_keys import LIMIT, LIMIT_UNITS, UNIT_OF
from engine.rules.parameter_values import ANY, Allowed, allowed, check_value, check_words
from engine.rules.references import cited

PARAMETERS = Path(__file__).parent / "parameters"
UNITS = MappingProxyType(
    {
        "working_day": "工作日",
        "calendar_day": "日",
        "hour": "小时",
        "minute": "分钟",
        "second": "秒",
        "month": "个月",
        "year": "年",
        "times": "次",
        "person": "人",
        "item": "件",
        "office": "个单位",
        "day": "天",
        "band": "个时段",
        "day_of_month": "日（每月）",
        "percent": "%",
        "weight": "权重",
        "megabyte": "MB",
        "yes_no": "是否",
        "moment": "时刻",
        "month_day": "月-日",
        "choice": "选项",
        "text": "文字",
        "list": "清单",
        "table": "表",
    }
)
_KEYS = ("label", "unit", "values", "checked_on")
_OPTIONAL = ("choices", "minimum", "fixed", "used", "reason")


@dataclass(frozen=True)
class Value:
    """What a parameter is worth from a day on, and on whose word."""

    value: Any
    since: date
    citation: Citation


@dataclass(frozen=True)
class Parameter:
    """One setting with all its dated values (参数), earliest first.

    `later` says why no program reads it yet; it is empty for one that is used. `may` is what any
    value of it must be.
    """

    key: str
    label: str
    unit: str
    values: tuple[Value, ...]
    checked_on: date
    file: str = ""
    later: str = ""
    may: Allowed = ANY

    def on(self, day: date) -> Value:
        """Return the value in force on `day`.

        Raises:
            RuleNotInForceError: no value was in force yet, or it had been ended.
        """
        newest = self.values[-1]
        if day < newest.since:
            at = bisect_right(self.values, day, key=lambda value: value.since)
            if at == 0:
                raise self._not_in_force(day)
            newest = self.values[at - 1]
        if newest.value is None:
            raise self._ended(day, newest.since)
        return newest

    def _not_in_force(self, day: date) -> RuleNotInForceError:
        return RuleNotInForceError(
            f"{self.label}自 {self.values[0].since} 起才有规定，{day} 尚未生效；"
            f"可指定按哪一天的规则计算（--rules-on），或在 {self.file} 补充更早的数值"
        )

    def _ended(self, day: date, since: date) -> RuleNotInForceError:
        return RuleNotInForceError(
            f"{self.label}自 {since} 起已停止适用，{day} 没有规定；请在 {self.file} 补充新的数值"
        )


class Parameters:
    """Every parameter by its key, with a version that changes when any value does."""

    __slots__ = ("_by_key", "_on", "version")

    def __init__(self, by_key: Mapping[str, Parameter]) -> None:
        """Keep the parameters and name their version."""
        self._by_key = MappingProxyType(dict(by_key))
        self.version = _version(self._by_key)
        self._on: dict[date, str] = {}

    def version_on(self, day: date) -> str:
        """Return the version of what is in force on a day: a value of a later day is not in it."""
        if day not in self._on:
            self._on[day] = _version(self._by_key, day)
        return self._on[day]

    def __getitem__(self, key: str) -> Parameter:
        """Return a parameter; a key that nobody defined is a RuleError."""
        try:
            return self._by_key[key]
        except KeyError:
            msg = f"缺少参数“{key}”：请补到 engine/rules/parameters/"
            raise RuleError(msg) from None

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def values(self) -> tuple[Parameter, ...]:
        """Return all parameters in the order of their files."""
        return tuple(self._by_key.values())


@cache
def load_parameters(directory: Path | None = None) -> Parameters:
    """Return the parameters of a directory of YAML files, the district's own by default.

    Raises:
        RuleError: an entry is wrong; the message names file, line and what was expected.
    """
    by_key: dict[str, Parameter] = {}
    for path in sorted((directory or PARAMETERS).glob("*.yaml")):
        for key, entry in _entries(read_yaml(path)).items():
            if key in by_key:
                msg = f"“{key}”在 {by_key[key].file} 已有"
                raise entry.wrong(msg, "每个参数只写在一处")
            by_key[key] = _parameter(str(key), entry)
    return Parameters(by_key)


def _entries(file: Located) -> dict[Any, Located]:
    if not isinstance(file.value, dict):
        expected = "参数名: {label, unit, values, checked_on}"
        msg = "整个文件不是“键: 内容”的形式"
        raise file.wrong(msg, expected)
    return file.children


def _parameter(key: str, entry: Located) -> Parameter:
    _check_keys(entry, _KEYS, f"参数“{key}”", _OPTIONAL)
    _check_known(key, entry)
    unit = _unit(key, entry.children["unit"])
    may = allowed(entry, unit)
    for dated in _dated(entry.children["values"]).values():
        if "value" in dated.children:
            check_value(key, unit, dated.children["value"], may)
            check_words(key, dated.children["value"])
    return Parameter(
        key=key,
        label=_typed(entry.children["label"], str, "中文名称"),
        unit=unit,
        values=_values(entry.children["values"]),
        checked_on=_typed(entry.children["checked_on"], date, "核对日期，如 2026-11-23"),
        file=entry.file,
        later=_later(entry),
        may=may,
    )


def _check_known(key: str, entry: Located) -> None:
    """Refuse a key that no program knows: it is misspelt, or nobody would read it."""
    if key not in UNIT_OF:
        near = get_close_matches(key, UNIT_OF, n=1)
        expected = f"“{near[0]}”" if near else "engine/rules/parameter_keys.py 所列的参数"
        msg = f"没有参数“{key}”"
        raise entry.wrong(msg, expected)


def _unit(key: str, entry: Located) -> str:
    if entry.value not in UNITS:
        msg = f"没有单位“{entry.value}”"
        raise entry.wrong(msg, "、".join(UNITS))
    right = LIMIT_UNITS if UNIT_OF[key] == LIMIT else (UNIT_OF[key],)
    if entry.value not in right:
        msg = f"参数“{key}”的单位“{entry.value}”不对"
        raise entry.wrong(msg, "、".join(right))
    return str(entry.value)


def _later(entry: Located) -> str:
    if "used" not in entry.children:
        return ""
    reason = entry.value.get("reason")
    if entry.value["used"] != "later" or not isinstance(reason, str) or not reason.strip():
        msg = "used 不完整"
        raise entry.children["used"].wrong(msg, "used: later，并以 reason 写明原因")
    return reason


def _dated(entry: Located) -> dict[Any, Located]:
    if not entry.children or not isinstance(entry.value, dict):
        msg = "没有任何数值"
        raise entry.wrong(msg, "“起始日期: {value, reference}”")
    return entry.children


def _values(entry: Located) -> tuple[Value, ...]:
    return tuple(sorted((_value(*item) for item in entry.children.items()), key=lambda v: v.since))


def _value(since: Any, entry: Located) -> Value:
    if not _is_date(since):
        msg = f"“{since}”不是日期"
        raise entry.wrong(msg, "起始日期，如 2023-11-08")
    _check_keys(entry, ("value", "reference"), f"{since} 的数值")
    return Value(frozen(entry.value["value"]), since, cited(entry.children["reference"]))


def _check_keys(
    entry: Located, expected: tuple[str, ...], what: str, optional: tuple[str, ...] = ()
) -> None:
    if not isinstance(entry.value, dict):
        msg = f"{what}不是“键: 内容”的形式"
        raise entry.wrong(msg, "、".join(expected))
    for key, child in entry.children.items():
        if key not in (*expected, *optional):
            msg = f"{what}有多余的键“{key}”"
            raise child.wrong(msg, "、".join(expected))
    for key in expected:
        if key not in entry.children:
            msg = f"{what}缺少“{key}”"
            raise entry.wrong(msg, "、".join(expected))


def _is_date(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _typed(entry: Located, kind: type, expected: str) -> Any:
    right = _is_date(entry.value) if kind is date else isinstance(entry.value, kind)
    if not right or not entry.value:
        msg = f"“{entry.value}”不对"
        raise entry.wrong(msg, expected)
    return entry.value


def frozen(value: Any) -> Any:
    """Return a value that nobody can change any more: mappings and tuples all the way down."""
    if isinstance(value, dict):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    return value


def plain(value: Any) -> Any:
    """Return a parameter's value as ordinary lists and dicts, for JSON and for people."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def _version(by_key: Mapping[str, Parameter], until: date = date.max) -> str:
    every = ((p.key, value) for p in by_key.values() for value in p.values)
    dated = [(key, value.since, value.value) for key, value in every if value.since <= until]
    said = "\n".join(sorted(f"{key} {since} {plain(value)!r}" for key, since, value in dated))
    newest = max((since for _, since, _ in dated), default=date.min)
    return f"{newest}+{hashlib.sha256(said.encode()).hexdigest()[:6]}"
