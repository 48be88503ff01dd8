"""Whether a parameter that is a table has the shape its reader expects, row by row."""

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.rules.located_yaml import Located
from engine.terms import NoticeKind, Recipient, RectificationGround, Rung

TableCheck = Callable[[Located, tuple[Any, ...]], None]
LADDERS = "escalation.ladder."
WARNINGS = frozenset({Rung.HALF_TIME, Rung.ONE_DAY_LEFT, Rung.DUE_DAY})
BEFORE_DUE = ("share_of_limit", "working_days_left", "due_day_opening")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PERCENT = 100
_PAIR = 2
# What each kind of step needs besides; `None` where nothing.
_WHEN: Mapping[str, str | None] = MappingProxyType(
    {
        "share_of_limit": "percent",
        "working_days_left": "working_days",
        "due_day_opening": None,
        "due": None,
        "after_due": "working_days",
    }
)
_STEP_KEYS = (
    "rung", "when", "percent", "working_days", "recipients", "sends", "needs_person", "proposes",
)  # fmt: skip


def table_check(key: str) -> TableCheck:
    """Return the check of a table; one without a shape of its own holds words by key."""
    if key.startswith(LADDERS):
        return _check_ladder
    return _CHECKS.get(key, _check_words)


def _rows(entry: Located, choices: tuple[Any, ...]) -> Mapping[Any, Located]:
    if not isinstance(entry.value, dict) or not entry.value:
        msg = f"“{entry.value}”不对"
        raise entry.wrong(msg, "“键: 内容”的表")
    for key, row in entry.children.items():
        if choices and key not in choices:
            msg = f"没有“{key}”"
            raise row.wrong(msg, "、".join(str(choice) for choice in choices))
        if not isinstance(key, str):
            msg = f"键“{key}”不对"
            raise row.wrong(msg, "文字，数字须加引号")
    return entry.children


def _check_words(entry: Located, choices: tuple[Any, ...]) -> None:
    for row in _rows(entry, choices).values():
        if not isinstance(row.value, str) or not row.value.strip():
            msg = f"“{row.value}”不对"
            raise row.wrong(msg, "文字")


def _check_shares(entry: Located, choices: tuple[Any, ...]) -> None:
    for row in _rows(entry, choices).values():
        if not _is_share(row.value):
            msg = f"“{row.value}”不对"
            raise row.wrong(msg, "0 至 1 的数")


def _check_weights(entry: Located, choices: tuple[Any, ...]) -> None:
    _check_shares(entry, choices)
    total = math.fsum(entry.value.values())
    if not math.isclose(total, 1):
        msg = f"各项权重合计 {total:g}"
        raise entry.wrong(msg, "合计为 1")


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _check_refusals(entry: Located, choices: tuple[Any, ...]) -> None:
    for row in _rows(entry, choices).values():
        stated = row.value if isinstance(row.value, dict) else {}
        approval, advice = stated.get("approval"), stated.get("advice")
        if set(stated) != {"approval", "advice"} or not isinstance(approval, bool):
            msg = f"“{row.value}”不对"
            raise row.wrong(msg, "{approval: true 或 false, advice: 文字}")
        if not isinstance(advice, str) or not advice.strip():
            msg = f"advice“{advice}”不对"
            raise row.wrong(msg, "告知的文字")


def _check_bands(entry: Located, choices: tuple[Any, ...]) -> None:
    for row in _rows(entry, choices).values():
        times = row.value if isinstance(row.value, list) else []
        right = len(times) == _PAIR and all(_is_clock(time) for time in times)
        if not right or times[0] >= times[1]:
            msg = f"“{row.value}”不对"
            raise row.wrong(msg, '[开始, 结束]，先早后晚，如 ["09:00", "12:00"]')


def _is_clock(value: Any) -> bool:
    return isinstance(value, str) and _CLOCK.fullmatch(value) is not None


def _check_ladder(entry: Located, _choices: tuple[Any, ...]) -> None:
    if not isinstance(entry.value, list) or not entry.value:
        msg = f"“{entry.value}”不对"
        raise entry.wrong(msg, "升级各级的清单")
    seen: set[Any] = set()
    for step in entry.children.values():
        _check_step(step)
        if step.value["rung"] in seen:
            msg = f"“{step.value['rung']}”写了两次"
            raise step.wrong(msg, "每级只写一次")
        seen.add(step.value["rung"])


def _check_step(step: Located) -> None:
    if not isinstance(step.value, dict):
        msg = f"“{step.value}”不对"
        raise step.wrong(msg, "{rung, when, recipients, sends}")
    for key, child in step.children.items():
        if key not in _STEP_KEYS:
            msg = f"多余的键“{key}”"
            raise child.wrong(msg, "、".join(_STEP_KEYS))
    for key in ("rung", "when", "recipients"):
        if key not in step.children:
            msg = f"缺少“{key}”"
            raise step.wrong(msg, "rung、when、recipients")
    _one_of(step.children["rung"], [rung.value for rung in Rung])
    _one_of(step.children["when"], list(_WHEN))
    _some_of(step.children["recipients"], [recipient.value for recipient in Recipient])
    _check_moment(step)
    _check_deeds(step)


def _check_moment(step: Located) -> None:
    wanted = _WHEN[step.value["when"]]
    number = step.value.get(wanted) if wanted else 0
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _PERCENT:
        msg = f"{wanted}“{number}”不对"
        raise step.wrong(msg, "0 至 100 的整数")
    rung, when = step.value["rung"], step.value["when"]
    if (rung in WARNINGS) != (when in BEFORE_DUE):
        msg = f"“{rung}”不能写 when: {when}"
        raise step.wrong(msg, "预警各级用到期前的时刻，其余各级用 due 或 after_due")


def _check_deeds(step: Located) -> None:
    parts = step.children
    if parts.get("sends") is not None:
        _one_of(parts["sends"], [kind.value for kind in NoticeKind])
    if "proposes" in parts:
        _some_of(parts["proposes"], [ground.value for ground in RectificationGround])
    needs_person = step.value.get("needs_person", False)
    if not isinstance(needs_person, bool):
        msg = f"“{needs_person}”不对"
        raise parts["needs_person"].wrong(msg, "true 或 false")


def _one_of(entry: Located, known: list[str]) -> None:
    if entry.value not in known:
        msg = f"没有“{entry.value}”"
        raise entry.wrong(msg, "、".join(known))


def _some_of(entry: Located, known: list[str]) -> None:
    if not isinstance(entry.value, list) or not entry.value:
        msg = f"“{entry.value}”不对"
        raise entry.wrong(msg, "清单，如 [unit]")
    for item in entry.children.values():
        _one_of(item, known)


_CHECKS: Mapping[str, TableCheck] = MappingProxyType(
    {
        "acceptance.refusals": _check_refusals,
        "callback.time_bands": _check_bands,
        "scoring.weights": _check_weights,
        "scoring.satisfaction_weights": _check_shares,
    }
)
