"""Tells supervisors, once a day, what is stuck: mail, replies, tickets set aside (卡住告知)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from engine.actions import post
from engine.actions.actor import SYSTEM
from engine.actions.post import Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import gauges, mail_replies, mail_trouble
from engine.store.outbox import FOLDED
from engine.store.unsent import take_back_others
from engine.terms import NoticeKind, Recipient

WHAT, PREFIX = "卡住的事项", "stuck:"


def lines(session: Session, now: datetime) -> tuple[str, ...]:
    """Return one line for each thing that waits for a person; none when nothing does."""
    found = [
        f"{one.unit.name if one.unit else '其他收件人'}：{len(one.mails)} 封邮件没有送达"
        for one in mail_trouble.failures_by_unit(session)
    ]
    late = mail_trouble.long_tried(session, now)
    if late:
        found.append(f"{len(late)} 封邮件两个小时以上发不出去，仍在重试")
    unread = mail_replies.count_unread(session)
    waiting = mail_replies.count_aside(session) - unread
    if waiting:
        found.append(f"{waiting} 封来信归不到工单，要人看")
    if unread:
        found.append(f"{unread} 封来信读不出来，原信在收信邮箱里，要人看")
    aside = gauges.set_aside(session)
    if aside:
        found.append(f"{aside} 项工单、时限或邮件送出后的记录出错搁置")
    return tuple(found)


def tell(session: Session, now: datetime, said: Sequence[str]) -> int:
    """Owe each supervisor one mail with those lines for this Shanghai day; return the new ones.

    What would be held till another day is not written: the first working morning tells what is
    stuck by then, in one mail. One that a mail server has put off since an earlier day is taken
    back: this one tells more.
    """
    if not said:
        return 0
    settings = load_settings()
    link = f"{settings.link_base}/mails"
    items = [
        {"number": "卡住", "kind": "", "what": line, "due_on": None, "link": link} for line in said
    ]
    facts = {
        "items": items, "link": link, "confidential": False, "about": WHAT,
        "summary": f"有 {len(said)} 项要人看。",
        "hotline_name": settings.hotline_name, "contact": settings.contact,
    }  # fmt: skip
    step = Step(session, SYSTEM, now, rules_in_force(session))
    to = post.addresses(session, None, (Recipient.SUPERVISOR,))
    today = shanghai_date(now)
    mail = Mail(key=f"{PREFIX}{today.isoformat()}", kind=NoticeKind.DIGEST, facts=facts)
    if shanghai_date(post.leaves_at(step, None, mail, Recipient.SUPERVISOR)) != today:
        return 0
    take_back_others(session, PREFIX, mail.key, FOLDED)
    return post.post(step, None, mail, to)
