"""What pydantic finds wrong with a request, in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

WORDS = {
    "missing": "必须填写。",
    "extra_forbidden": "没有这个字段，请核对拼写。",
    "string_type": "应为文字。",
    "string_unicode": "含有不完整的字符，请用 UTF-8。",
    "bool_type": "应为 true 或 false。",
    "bool_parsing": "应为 true 或 false。",
    "int_type": "应为整数。",
    "int_parsing": "应为整数。",
    "int_from_float": "应为整数。",
    "list_type": "应为列表。",
    "model_attributes_type": "请求体应为 JSON 对象，Content-Type 写 application/json。",
    "model_type": "请求体应为 JSON 对象。",
    "dict_type": "应为 JSON 对象。",
    "timezone_aware": "时间要带时区，如 2026-11-23T09:00:00+08:00。",
    "datetime_type": "应为时间，如 2026-11-23T09:00:00+08:00。",
    "datetime_parsing": "应为时间，如 2026-11-23T09:00:00+08:00。",
    "datetime_from_date_parsing": "应为时间，如 2026-11-23T09:00:00+08:00。",
    "datetime_object_invalid": "应为时间，如 2026-11-23T09:00:00+08:00。",
    "string_pattern_mismatch": "格式不对。",
}
NO_FILE = "Expected UploadFile"  # what FastAPI says of a part without a file name
LIMITS = {
    "string_too_long": ("max_length", "最多 {} 字。"),
    "string_too_short": ("min_length", "至少 {} 字。"),
    "too_long": ("max_length", "长度最多 {}。"),
    "too_short": ("min_length", "长度至少 {}。"),
    "less_than_equal": ("le", "不能大于 {}。"),
    "greater_than_equal": ("ge", "不能小于 {}。"),
}


def words_of(wrong: Mapping[str, Any]) -> str:
    """Return one of pydantic's findings as a Chinese sentence."""
    kind, context = wrong["type"], wrong.get("ctx", {})
    if kind == "value_error" and str(context.get("error", "")).startswith(NO_FILE):
        return "应为文件：这一部分要带文件名（filename）和内容。"
    if kind == "value_error":
        return str(context.get("error", "不对。"))
    if kind in LIMITS:
        name, sentence = LIMITS[kind]
        return sentence.format(context.get(name))
    if kind == "enum":
        return f"可用：{context.get('expected')}。"
    return WORDS.get(kind, "格式不对。")


def field_of(where: Sequence[str | int]) -> str:
    """Return the name of a field as the caller wrote it: support_units[0], Idempotency-Key."""
    first, *rest = where
    if not rest:
        return str(first)
    if first == "query":  # a filter that is repeated has one name
        return str(rest[0])
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
    return name.removeprefix(".")
