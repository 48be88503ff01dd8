"""What one row of a file says (批量导入): columns in Chinese or English → a new ticket."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, TypeVar

from engine.actions.import_cells import text_of
from engine.actions.intake_checks import NewTicket, checked, parse_kind, parse_urgency
from engine.errors import BadInputError
from engine.rules.shanghai import SHANGHAI
from engine.terms import TicketKind

Result = TypeVar("Result")
REASON = "退回原因"
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "kind": ("类型", "工单类型", "诉求类型"),
    "content": ("诉求内容", "内容", "主要内容"),
    "phone": ("来电号码", "电话", "联系电话", "手机号"),
    "title": ("标题",),
    "enterprise": ("企业名称", "企业", "单位名称"),
    "credit_code": ("统一社会信用代码", "信用代码"),
    "contact_name": ("联系人", "姓名", "诉求人"),
    "place": ("发生地点", "地址", "地点"),
    "answer_by": ("答复方式",),
    "urgency": ("紧急程度",),
    "source": ("来源",),
    "external_id": ("外部编号", "工单编号", "编号"),
    "received_at": ("受理时间", "来电时间"),
    "confidential": ("是否保密", "保密"),
    "accused_unit": ("被反映单位",),
    "lead_unit": ("主办单位", "承办单位"),
    "support_units": ("协办单位",),
})  # fmt: skip
NAMED = {word: name for name, words in COLUMNS.items() for word in (name, *words)}
NO_COLUMNS = "缺少必需的列：{}。第一行应是列名。"
NO_FIELDS = "这一行缺少必需的字段：{}。请补上；每一行都要写全。"
YES, NO = ("是", "保密", "true", "yes", "1"), ("", "否", "不保密", "false", "no", "0")
PLAIN_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s*(\d{1,2})[:：时](\d{1,2})分?(?::(\d{1,2}))?)?"
)
FIRST_YEAR, LAST_YEAR = 2000, 2999  # technical: outside, a date is a slip


@dataclass(frozen=True)
class Arrived:
    """A row as a ticket, and when the sender took it in."""

    new: NewTicket
    received_at: datetime | None


def known_columns(
    headings: Iterable[str], skipped: Iterable[str] = (), *, of_line: bool = False
) -> dict[str, str]:
    """Return heading → field for the headings of a file, or the names in one line of JSON.

    `skipped` are left out on purpose.

    Raises:
        BadInputError: a column is unknown, named twice, or one that is needed is missing.
    """
    left_out = {REASON, *skipped}
    wanted = [one for one in headings if one.strip() and one.strip() not in left_out]
    unknown = [one for one in wanted if one.strip() not in NAMED]
    if unknown:
        known = "、".join(words[0] for words in COLUMNS.values())
        message = (
            f"不认识的列：{'、'.join(unknown)}。可用的列：{known}。不要的列用 --skip 列名 略过。"
        )
        raise BadInputError(message)
    found = {one: NAMED[one.strip()] for one in wanted}
    _check_columns(found, NO_FIELDS if of_line else NO_COLUMNS)
    return found


def _check_columns(found: Mapping[str, str], lacking: str) -> None:
    fields = list(found.values())
    twice = sorted({COLUMNS[name][0] for name in fields if fields.count(name) > 1})
    if twice:
        message = f"有两列说的是同一项：{'、'.join(twice)}。请只留一列，或用 --skip 略过一列。"
        raise BadInputError(message)
    missing = [COLUMNS[name][0] for name in ("kind", "content", "phone") if name not in fields]
    if missing:
        message = lacking.format("、".join(missing))
        raise BadInputError(message)


def read_row(fields: Mapping[str, Any], source: str) -> Arrived:
    """Return the ticket that a row describes; `source` stands in where the row names none.

    Raises:
        BadInputError: names every field that is wrong, and what to write instead.
    """
    found, wrong = tried_row(fields, source)
    if wrong:
        raise BadInputError("；".join(wrong.values()), fields=wrong)
    return found


def tried_row(fields: Mapping[str, Any], source: str) -> tuple[Arrived, dict[str, str]]:
    """Return what can be read of a row, and what is wrong with it by field.

    A row without a number of its own gets one from its content, so that it is written once.
    """
    spoilt: dict[str, str] = {}
    texts = {name: _text(name, value, spoilt) for name, value in fields.items()}
    wrong: dict[str, str] = {}
    kind = _tried(lambda: parse_kind(texts.get("kind", "")), wrong) or TicketKind.HELP_REQUEST
    urgency = _tried(lambda: parse_urgency(texts.get("urgency", "")), wrong)
    confidential = _tried(lambda: _confidential(texts.get("confidential", "")), wrong)
    received_at = _tried(lambda: _moment(fields.get("received_at"), texts), wrong)
    new = NewTicket(kind=kind, confidential=confidential or None, **_plain(texts, source))
    tidy = _tried(lambda: checked(new), wrong)
    wrong = {**wrong, **spoilt}  # what a cell itself says is wrong with it comes first
    made = tidy or new
    return Arrived(replace(made, urgency=urgency or made.urgency), received_at), wrong


def _text(name: str, value: Any, wrong: dict[str, str]) -> str:
    return _tried(lambda: text_of(name, COLUMNS[name][0], value), wrong) or ""


def _plain(texts: Mapping[str, str], source: str) -> dict[str, Any]:
    apart = ("kind", "urgency", "confidential", "received_at", "support_units")
    plain: dict[str, Any] = {name: text for name, text in texts.items() if name not in apart}
    plain["source"] = plain.get("source") or source
    plain["external_id"] = plain.get("external_id") or content_number(texts)
    plain["support_units"] = tuple(
        name for name in re.split(r"[、,，;；]", texts.get("support_units", "")) if name.strip()
    )
    return {"content": "", "phone": "", **plain}


def content_number(texts: Mapping[str, str]) -> str:
    """Return a number for a row that has none: the same for the same words, whenever it comes."""
    said = {name: text for name, text in texts.items() if text and name != "external_id"}
    words = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return f"row-{hashlib.sha256(words.encode(errors='replace')).hexdigest()[:24]}"


def _confidential(text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    words = f"是否保密应写“是”或“否”，现在是“{text[:20]}”。"
    raise BadInputError(words, fields={"confidential": words})


def _moment(value: Any, texts: Mapping[str, str]) -> datetime | None:
    """Return when a row was received; without a time zone it is Shanghai's."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    text = texts.get("received_at", "")
    try:
        found = value if isinstance(value, datetime) else _parsed(text)
    except ValueError as error:
        words = f"受理时间应写成 2026-11-23 09:00，现在是“{text[:30]}”。"
        raise BadInputError(words, fields={"received_at": words}) from error
    return found.replace(tzinfo=SHANGHAI) if found and found.tzinfo is None else found


def _parsed(text: str) -> datetime | None:
    if not text:
        return None
    plain = PLAIN_TIME.fullmatch(text)
    if plain is None:
        found = datetime.fromisoformat(text)
    else:
        year, month, day, hour, minute, second = (int(part or 0) for part in plain.groups())
        found = datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def _tried(read: Callable[[], Result], fields: dict[str, str]) -> Result | None:
    try:
        return read()
    except BadInputError as error:
        fields.update(error.fields)
        return None
