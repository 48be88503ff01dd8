"""Checks what an intake form or request says, field by field, before anything is written."""

import re
from dataclasses import dataclass, replace
from typing import Any

from engine.actions.characters import tidied, visible
from engine.errors import BadInputError
from engine.terms import TicketKind, Urgency

# Technical limits of this system, not rules of any document.
SHORTEST_CONTENT = 5
LONGEST_CONTENT = 20_000
TITLE_TAKEN = 30
LONGEST = {
    "title": 120, "enterprise": 120, "contact_name": 40, "place": 200, "credit_code": 18,
    "external_id": 100, "source": 40, "answer_by": 20,
}  # fmt: skip
NAMES = {
    "title": "标题", "enterprise": "企业名称", "contact_name": "联系人", "place": "发生地点",
    "credit_code": "信用代码", "external_id": "外部编号", "source": "来源", "answer_by": "答复方式",
}  # fmt: skip

PHONE = re.compile(
    r"1[3-9]\d{9}|[48]00\d{7}"
    r"|(?:0\d{9,11}|[2-9]\d{6,7}|00(?:852|853)\d{8}|00886\d{8,9})(?:-\d{1,6})?"
)  # of Hong Kong, Macao and Taiwan as they are dialled from here
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


@dataclass(frozen=True, kw_only=True)
class NewTicket:
    """What a requester brings, as an operator or the hotline system writes it down."""

    kind: TicketKind
    content: str
    phone: str
    title: str = ""
    enterprise: str = ""
    credit_code: str = ""
    contact_name: str = ""
    place: str = ""
    answer_by: str = "电话"
    urgency: Urgency = Urgency.NORMAL
    source: str = "desk"
    external_id: str | None = None
    confidential: bool | None = None
    accused_unit: str = ""
    lead_unit: str = ""
    support_units: tuple[str, ...] = ()
    demonstration: bool = False
    parent_id: int | None = None


def parse_kind(text: str) -> TicketKind:
    """Return the kind named in Chinese or English.

    Raises:
        BadInputError: there is no such kind; the message lists those there are.
    """
    try:
        return TicketKind.parse(text)
    except ValueError as error:
        message = f"工单类型不对：{error}"
        raise BadInputError(message, fields={"kind": str(error)}) from error


def parse_urgency(text: str) -> Urgency:
    """Return the urgency named in Chinese or English; empty means 一般.

    Raises:
        BadInputError: there is no such urgency.
    """
    try:
        return Urgency.parse(text) if text.strip() else Urgency.NORMAL
    except ValueError as error:
        message = f"紧急程度不对：{error}"
        raise BadInputError(message, fields={"urgency": str(error)}) from error


def normal_phone(text: str) -> str:
    """Return a telephone number without spaces, brackets, full-width digits or +86."""
    digits = text.translate(str.maketrans("０１２３４５６７８９－（）＋", "0123456789-()+"))
    digits = re.sub(r"[\s()/.]", "", digits)
    digits = re.sub(r"-?(?:转|分机号?|ext)[:：-]?", "-", digits, flags=re.IGNORECASE)
    digits = re.sub(r"^(\+|00)86", "", digits)
    far = re.match(r"^(?:\+|00)(85[23]|886)-?((?:\d-?){8,9})(-\d+)?$", digits)
    if far:
        return f"00{far.group(1)}{far.group(2).replace('-', '')}{far.group(3) or ''}"
    if digits.startswith("1"):
        return digits.replace("-", "")
    area = re.match(r"^(0\d{2,3})-(\d{7,8}.*)$", digits)
    return area.group(1) + area.group(2) if area else digits


def checked(new: NewTicket) -> NewTicket:
    """Return the ticket tidied up (number normalised, title filled in).

    Raises:
        BadInputError: names every field that is wrong, and what to write instead.
    """
    written: dict[str, Any] = {
        name: tidied(text) for name, text in vars(new).items() if type(text) is str
    }
    tidy = replace(new, **written)
    tidy = replace(
        tidy,
        phone=normal_phone(tidy.phone),
        credit_code=tidy.credit_code.upper(),
        external_id=tidy.external_id or None,
    )
    fields = {
        **_content(tidy), **_phone(tidy), **_lengths(tidy), **_credit_code(tidy),
        **_supports(tidy),
    }  # fmt: skip
    if fields:
        raise BadInputError("；".join(fields.values()), fields=fields)
    return replace(tidy, title=tidy.title or title_of(tidy.content))


def _content(new: NewTicket) -> dict[str, str]:
    if not visible(new.content, SHORTEST_CONTENT):
        words = f"诉求内容至少写 {SHORTEST_CONTENT} 个字，写清“什么事、找过谁、想怎样”。"
        return {"content": words}
    if len(new.content) > LONGEST_CONTENT:
        words = f"诉求内容有 {len(new.content)} 字，最多 {LONGEST_CONTENT} 字；长材料请作附件。"
        return {"content": words}
    return {}


def _phone(new: NewTicket) -> dict[str, str]:
    if not new.phone:
        return {"phone": "请填写来电号码，回访时要用。"}
    if not PHONE.fullmatch(new.phone):
        return {
            "phone": "来电号码不对：请写 11 位手机号，或区号加固定电话，如 0772-1234567、"
            "0772-1234567转801；港澳台如 00852-12345678。"
        }
    return {}


def _lengths(new: NewTicket) -> dict[str, str]:
    too_long = (
        (name, limit) for name, limit in LONGEST.items() if len(getattr(new, name) or "") > limit
    )
    return {name: f"{NAMES[name]}最多 {limit} 字。" for name, limit in too_long}


def _credit_code(new: NewTicket) -> dict[str, str]:
    if new.credit_code and not CREDIT_CODE.fullmatch(new.credit_code):
        return {"credit_code": "统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z）。"}
    return {}


def _supports(new: NewTicket) -> dict[str, str]:
    if new.lead_unit or not any(name.strip() for name in new.support_units):
        return {}
    return {
        "support_units": "写了协办单位（support_units），须同时写明主办单位（lead_unit）；"
        "要由系统派单，两项都不写。"
    }


def title_of(content: str) -> str:
    """Return the title of a matter that was given none: its first sentence, shortened."""
    first = re.split(r"[。！？!?\n；;]", content, maxsplit=1)[0].strip() or content
    return first if len(first) <= TITLE_TAKEN else first[: TITLE_TAKEN - 1] + "…"
