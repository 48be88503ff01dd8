"""What one cell of a file says as text, and which cells no longer say what was typed (批量导入).

A spreadsheet rounds long numbers, turns "11-28" into a date and drops zeros: what stands there then
is somebody else's number. Such a cell is refused, with what to do about it.
"""

import math
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.actions.characters import tidied, unstorable
from engine.errors import BadInputError

MOST_DIGITS = 15  # a spreadsheet keeps no more of a number
# A cell that a spreadsheet would run as a formula is written with a quote before it.
QUOTED = re.compile(r"^'(?=[=+\-@\t\r])")
ROUNDED = re.compile(r"\d(\.\d+)?[Ee]\+\d{1,3}")
FAILED = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!")
NUMBERED = ("external_id", "phone", "credit_code")
MENDED = "请把整列的格式设为“文本”后，按原件重填（jsonl 请加引号）。"


def text_of(name: str, label: str, value: Any) -> str:
    """Return what the cell of a field says, without blanks around it.

    Raises:
        BadInputError: it is not what was typed, or cannot be kept.
    """
    found = _found(name, value)
    wrong = _wrong(name, found) if isinstance(found, str) else _unlike(found)
    if wrong:
        words = f"{label}{wrong}"
        raise BadInputError(words, fields={name: words})
    return tidied(QUOTED.sub("", str(found)))


def _found(name: str, value: Any) -> Any:
    """Return a value as the text it stands for, where it stands for one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value) if name == "confidential" else value
    if isinstance(value, (date, datetime)):
        return str(value) if name == "received_at" else value
    if isinstance(value, (int, float)):
        return _number(name, value)
    if name == "support_units" and isinstance(value, list):
        return "、".join(value) if all(isinstance(one, str) for one in value) else value
    return value


def _number(name: str, value: float) -> Any:
    if not math.isfinite(value) or abs(value) >= 10**MOST_DIGITS:
        return value
    if float(value).is_integer():
        return str(int(value))
    return value if name in NUMBERED else str(value)


def _wrong(name: str, text: str) -> str:
    if unstorable(text):
        return unstorable(text)
    if text.strip() in FAILED:
        return f"是 Excel 的出错结果 {text.strip()}，请改成原来的内容。"
    if name in NUMBERED and ROUNDED.fullmatch(text.strip()):
        return f"“{text.strip()}”是 Excel 缩写过的数字，后面的位数已丢。{MENDED}"
    return ""


def _unlike(value: Any) -> str:
    """Return why a value that stands for no text is refused."""
    if isinstance(value, bool):
        return "应是文字，现在是“是／否”值。请写成文字。"
    if isinstance(value, (date, time, timedelta)):
        return f"被 Excel 当成了日期或时间（{value}）。{MENDED}"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return f"是超过 {MOST_DIGITS} 位的数字（{_digits(value)}），末尾几位可能已被舍入。{MENDED}"
    if isinstance(value, float):
        return f"是带小数的数字（{value}），可能不是原来的写法。{MENDED}"
    return "应是文字，现在是列表或对象。请写成文字。"


def _digits(value: float) -> str:
    try:
        return str(int(value))
    except ValueError:  # of thousands of digits
        return "…"
