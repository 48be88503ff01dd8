"""Notices (通知): e-mail subject, plain text and HTML of each kind, filled from templates/notices.

To add a notice: add a member to `NoticeKind`, a line to `NEEDS` with the facts it uses, and two
templates named after its value. No notice carries a phone number, a requester, an enterprise or
the words of a complaint; whoever needs them signs in through the link.

Words that a person types are filtered before (`engine.actions.own_words`): a new fact is taken for
such words until it is told apart there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.documents.notice_forms import subject_of, written
from engine.documents.personal_words import without_personal_numbers, without_personal_words
from engine.documents.templates import without_kind
from engine.errors import DocumentError
from engine.terms import NoticeKind, TicketKind

__all__ = ["NEEDS", "Notice", "is_secret_item", "render_notice"]

SECRET_CATEGORY = "保密件，登录后查看"
SECRET_KIND = "保密工单"
HOTLINE = "热线"
_REPORTS = (TicketKind.REPORT.value, TicketKind.REPORT.label)
# What people type: a mobile or identity number in it must not leave by mail.
FREE_TEXT = ("category", "reason", "route_reason", "return_conditions", "decision", "ruling")

COMMON = ("hotline_name", "contact", "link")
TICKET = (*COMMON, "number", "kind", "category", "urgency", "unit", "confidential")
DUE = ("due_on", "due_how")
LETTER = (*COMMON, "letter_number", "letter_title", "unit")
NEEDS: dict[NoticeKind, tuple[str, ...]] = {
    NoticeKind.ASSIGNMENT: (
        *TICKET, *DUE, "role", "sign_by", "return_by", "return_conditions", "task_rows",
        "route_reason", "written_at",
    ),
    NoticeKind.ASSISTING: (
        *TICKET, *DUE, "role", "sign_by", "task_rows", "route_reason", "written_at",
    ),
    NoticeKind.WARNING: (*TICKET, *DUE, "rung", "limit_name", "reason"),
    NoticeKind.BREACH: (*TICKET, *DUE, "overdue_days", "limit_name", "reason"),
    NoticeKind.REMINDER: (
        *TICKET, "due_on", "overdue_days", "reply_by", "limit_name", "overdue", "reason",
    ),
    NoticeKind.SUPERVISION: (*TICKET, "due_on", "overdue_days", "reason", "reply_by"),
    NoticeKind.INTERVIEW: (*TICKET, "due_on", "overdue_days", "reason"),
    NoticeKind.RECTIFICATION: (*LETTER, "letter_kind", "reply_by"),
    NoticeKind.CORRECTION: LETTER,
    NoticeKind.RECTIFICATION_ANSWERED: (*LETTER, "letter_kind", "about", "judged"),
    NoticeKind.REFERRAL: (*COMMON, "letter_number"),
    NoticeKind.EXTENSION: (*TICKET, "decision", "reason", "old_due_on", "new_due_on"),
    NoticeKind.RETURN_RULING: (*TICKET, "ruling", "reason", "due_on"),
    NoticeKind.REWORK: (*TICKET, *DUE, "reason"),
    NoticeKind.CALLBACK_OWED: (*TICKET, "due_on", "reason"),
    NoticeKind.LETTER_PROPOSED: (*TICKET, "letter_kind", "reason"),
    NoticeKind.DUE_CHANGED: (*TICKET, "moves", "reason"),
    NoticeKind.WITHDRAWN: (*TICKET, "role", "ended", "moved"),
    NoticeKind.DIGEST: (*COMMON, "items"),
    NoticeKind.ADDRESS_CHECK: (*COMMON, "unit", "code"),
    NoticeKind.FINDING: (*TICKET, "finding", "about", "appeal_until"),
    NoticeKind.APPEAL_RULED: (*TICKET, "finding", "about", "ruling"),
    NoticeKind.BULLETIN: (*COMMON, "unit", "report", "letter_number", "period"),
    NoticeKind.KNOWLEDGE: (*COMMON, "unit", "entry", "what", "valid_until"),
}  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """One notice, ready to be sent: subject, plain text and HTML (通知)."""

    subject: str
    text: str
    html: str


def render_notice(kind: NoticeKind, facts: Mapping[str, object]) -> Notice:
    """Return the notice of `kind` filled with `facts`; `NEEDS` lists the facts each kind uses.

    Raises:
        DocumentError: a fact is missing; the message names it.
    """
    missing = [name for name in NEEDS[kind] if name not in facts]
    if missing:
        message = f"{kind.label}缺少内容：{'、'.join(missing)}"
        raise DocumentError(message)
    safe = _without_secrets(facts)
    words, html = written(kind, safe)
    text = words.lstrip().partition("\n")[2]
    return Notice(subject=subject_of(words), text=_tidy(text), html=html)


def _without_secrets(facts: Mapping[str, object]) -> dict[str, object]:
    safe = {name: _free(value) if name in FREE_TEXT else value for name, value in facts.items()}
    safe["items"] = [_without_item_secrets(item) for item in _items(facts)]
    secret = facts.get("kind") in _REPORTS or bool(facts.get("confidential"))
    safe["confidential"] = secret
    # Courts, police, tax: the hotline is not above them, and asks (商请).
    told = bool(facts.get("subordinate", True))
    safe.update(told=told, you="你单位" if told else "贵单位", ask="请" if told else "商请")
    if facts.get("unit") == HOTLINE:  # its own limits: of a ruling, a review, a callback
        safe["you"] = HOTLINE
    if secret:
        safe.update(category=SECRET_CATEGORY, kind=SECRET_KIND)
        safe["due_how"] = _without_kind(safe.get("due_how"))
    return safe


def _without_kind(due_how: object) -> object:
    return without_kind(due_how) if isinstance(due_how, str) else due_how


def _items(facts: Mapping[str, object]) -> list[Mapping[str, object]]:
    items = facts.get("items", [])
    return list(items) if isinstance(items, list | tuple) else []


def is_secret_item(item: Mapping[str, object]) -> bool:
    """Return whether a line of a digest is about a report (举报) or a confidential ticket."""
    return bool(item.get("confidential")) or item.get("kind") in _REPORTS


def _without_item_secrets(item: Mapping[str, object]) -> dict[str, object]:
    secret = is_secret_item(item)
    shown = {name: _hide(value) for name, value in item.items() if name != "number"}
    numbered = {"number": item["number"]} if "number" in item else {}
    return {**shown, **numbered, **({"kind": SECRET_KIND} if secret else {})}


def _free(value: object) -> object:
    return without_personal_words(value) if isinstance(value, str) else value


def _hide(value: object) -> object:
    return without_personal_numbers(value) if isinstance(value, str) else value


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
