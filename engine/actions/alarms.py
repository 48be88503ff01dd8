"""Tells supervisors, once a day, that a working calendar is missing (缺少日历提示)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from engine.actions import post
from engine.actions.actor import SYSTEM
from engine.actions.post import Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.terms import NoticeKind, Recipient

WHAT, KIND = "工作日历", "缺少日历提示"


def tell_supervisors(session: Session, now: datetime, lines: Sequence[str]) -> int:
    """Owe each supervisor one mail with `lines` for a day; return how many were new.

    Without a line nobody is written to. What is told at night or at a weekend is the
    mail of the next working morning, and a second call for a day owes nothing more.
    """
    if not lines:
        return 0
    settings = load_settings()
    link = f"{settings.link_base}/"
    items = [
        {"number": WHAT, "kind": KIND, "what": line, "due_on": None, "link": link} for line in lines
    ]
    facts = {
        "items": items, "link": link, "confidential": False,
        "hotline_name": settings.hotline_name, "contact": settings.contact,
    }  # fmt: skip
    step = Step(session, SYSTEM, now, rules_in_force(session))
    mail = Mail(key="", kind=NoticeKind.DIGEST, facts=facts)
    leaves = post.leaves_at(step, None, mail, Recipient.SUPERVISOR)
    keyed = replace(mail, key=f"calendar-alarm:{shanghai_date(leaves).isoformat()}")
    return post.post(step, None, keyed, post.addresses(session, None, (Recipient.SUPERVISOR,)))
