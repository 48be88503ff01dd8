"""One mail instead of many (合并通知, H-85): what a sweep owes to one recipient at one moment."""

import hashlib
import re
from collections.abc import Sequence

from engine.actions import post
from engine.actions.own_words import Own
from engine.actions.post import Addressee, Mail
from engine.actions.reply_days import reply_day
from engine.actions.step import Step
from engine.actions.told_days import told_by_calendar, told_due
from engine.documents.told_days import ToldDay
from engine.models import Clock, OutboxMessage, Ticket, Unit
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import outbox
from engine.terms import MessageStatus, NoticeKind, Recipient

ABOUT = "时限通知"
DAY = re.compile(r"(?:(?:已过)?期限|(?:催办)?回复截止)(?=\d)|\d+月\d+日（周.(?:，暂定)?）到期")


def fold_storms(step: Step) -> int:
    """Fold the due ladder mails of each recipient with many of them into one; return how many.

    The mails that are folded stay on record as 已并入后一封通知; running it twice changes nothing.
    """
    on = shanghai_date(step.now)
    least: int = step.rules.parameters["notices.digest_from"].on(on).value
    kinds: list[NoticeKind] = step.rules.parameters["notices.digest_kinds"].on(on).value
    found = outbox.storms(step.session, step.now, kinds, least)
    for mails in found:
        _fold(step, mails)
    return len(found)


def _fold(step: Step, mails: Sequence[OutboxMessage]) -> None:
    settings = load_settings()
    units = {one.unit_id for one in mails}
    unit = step.session.get(Unit, units.pop()) if len(units) == 1 and None not in units else None
    facts = {
        "items": [_item(step, one) for one in mails], "about": ABOUT, "confidential": False,
        "unit": unit.name if unit else "值班人员", "link": f"{settings.link_base}/",
        "hotline_name": settings.hotline_name, "contact": settings.contact,
    }  # fmt: skip
    keys = "\n".join(one.key for one in mails).encode()
    key = f"sweep:{hashlib.sha256(keys).hexdigest()[:32]}"
    mail = Mail(key=key, kind=NoticeKind.DIGEST, facts=facts, unit=unit)
    # What is folded was due: the hotline's own way lets the one mail leave at once.
    post.post(step, None, mail, [Addressee(mails[0].recipient, Recipient.HOTLINE)])
    for one in mails:
        one.status, one.last_error = MessageStatus.SUPERSEDED, outbox.FOLDED


def _item(step: Step, mail: OutboxMessage) -> dict[str, object]:
    ticket = step.session.get_one(Ticket, mail.ticket_id)
    clock = step.session.get(Clock, outbox.ladder_clock(mail))
    common = post.common_facts(ticket)
    return {
        "number": ticket.number, "kind": ticket.kind.label, "confidential": ticket.confidential,
        "what": Own(_what(ticket, mail, clock)), "link": common["link"],
        "due_on": told_due(clock) if clock else None,
        "reply_by": _reply_by(step) if mail.kind is NoticeKind.REMINDER else None,
    }  # fmt: skip


def _reply_by(step: Step) -> ToldDay:
    return told_by_calendar(step, reply_day(step, step.now))


def _what(ticket: Ticket, mail: OutboxMessage, clock: Clock | None) -> str:
    """Return a mail's subject without the number and the day, which the list names beside it."""
    said = mail.subject.replace(ticket.number, "")
    named = clock is not None or mail.kind is NoticeKind.REMINDER
    return (DAY.split(said)[0] if named else said).strip(" ，")
