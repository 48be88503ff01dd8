"""Letters that lost their ground (依据已不成立), as supervisors are told of them."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from engine.actions import post
from engine.actions.kept_in import ANSWERED
from engine.actions.moot_letters import Fallen
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.rules.letter_life import FELL, GONE_OUT
from engine.settings import load_settings
from engine.store import held_mails
from engine.terms import LetterStatus, NoticeKind, Recipient

WHAT_NOW = {
    LetterStatus.DRAFTED: "不能核稿", LetterStatus.REVIEWED: "不能签发",
    LetterStatus.SIGNED: "不能发出，请作废",
}  # fmt: skip


class Lost(NamedTuple):
    """A letter that lost its ground, what fell of it, and which mails were taken back, if any.

    `short` says which finding about its reply (整改不到位) was withdrawn with it, `told` that its
    unit is asked for none any more.
    """

    letter: Letter
    fell: Fallen
    done: str
    short: str = ""
    told: str = ""


def tell_lost(step: Step, ticket: Ticket, lost: Sequence[Lost]) -> None:
    """Tell supervisors in one mail which letters lost their ground, and what is to be done.

    Of a draft once, and once more for each sending that was taken back: what falls of it afterwards
    stands on its page. What stays sent is told of by what fell: each needs a correction.
    """
    base = load_settings().link_base
    items = [
        {"number": ticket.number, "kind": "", "what": Own(_what(one)), "due_on": None,
         "link": f"{base}/letters/{one.letter.id}", "confidential": ticket.confidential}
        for one in lost
    ]  # fmt: skip
    facts = {"items": items, "about": "函件依据", "summary": f"{len(lost)}份函件的依据已不成立",
             "link": items[0]["link"]}  # fmt: skip
    known = [_known(step, one) for one in lost]
    digest = hashlib.sha256(repr(known).encode()).hexdigest()[:16]
    mail = Mail(key=f"fallen:{ticket.id}:{digest}", kind=NoticeKind.DIGEST, facts=facts)
    post.post(step, ticket, mail, post.addresses(step.session, None, (Recipient.SUPERVISOR,)))


def _known(step: Step, one: Lost) -> tuple[object, ...]:
    """Return by what is known whether supervisors were told of a letter already."""
    letter, fell = one.letter, one.fell.evidence if one.letter.status in GONE_OUT else ()
    sendings = held_mails.sendings_taken_back(step.session, letter.id)
    return letter.id, str(letter.drafted_at), str(letter.sent_at), sendings, fell


def _what(one: Lost) -> str:
    name = f"{one.letter.kind.label}{one.letter.number}"
    short = f"，{one.short}" if one.short else ""
    if one.done and one.letter.status in GONE_OUT:
        return f"{name}{ANSWERED}，{FELL}，{one.done}{short}，请发更正函"
    if one.done:
        done = "并作废" if one.letter.status is LetterStatus.VOIDED else "，请作废"
        return f"{name}{FELL}，{one.done}{done}"
    if one.letter.status in GONE_OUT:
        told = f"；{one.told}" if one.told else ""
        return f"{name}已发出，{FELL}{short}，请发更正函{told}"
    return f"{name}{FELL}，{WHAT_NOW[one.letter.status]}"
