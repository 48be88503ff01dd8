"""A notice that was mailed (派单通知, 延期批复 …) as paper for the file, in the mail's own words.

It is no letter: what went with a letter, or a 督办 without one, is called by what it does.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from engine.documents.letter_texts import paragraphs
from engine.documents.sheets import Fact, Sheet
from engine.documents.templates import written_moment
from engine.rules.shanghai import shanghai_date
from engine.terms import MessageStatus, NoticeKind

LINK, CONTACT, NUMBERED, SECRECY = "\n办理入口", "联系：", "工单编号：", "保密工单："
ROW = re.compile(r"[^：，。；！？\s]{2,9}：\S")
SAID_TWICE = "，未发出"  # ended the reason of mails taken back before 2026-11-28
BROUGHT, COPIED, JUDGED = "函件送达通知", "函件抄送通知", "反馈审核告知"
# What would bear the name of a letter that has a number of its own and two people's word.
NO_LETTER = {
    NoticeKind.REMINDER: "催办通知", NoticeKind.SUPERVISION: "督办通知",
    NoticeKind.RECTIFICATION: BROUGHT, NoticeKind.CORRECTION: BROUGHT,
}  # fmt: skip
ASKED = {"【商请办理】": "商请办理通知", "【商请面谈】": "商请面谈通知"}
JUDGEMENT = re.compile(r"号[^，（]")


@dataclass(frozen=True)
class MailedNotice:
    """A notice as it stands in the outbox: its text, who signs it, what became of it.

    `why` is why it was not sent, or not delivered.
    """

    text: str
    org: str
    written_at: datetime
    sent_at: datetime | None
    status: MessageStatus = MessageStatus.SENT
    why: str = ""


def paper_title(kind: NoticeKind, subject: str, name: str) -> str:
    """Return what the paper of a mail is called, which is `name` where no letter is called so."""
    asked = next((title for mark, title in ASKED.items() if subject.startswith(mark)), "")
    if kind is NoticeKind.RECTIFICATION and "（抄送）" in subject:
        return COPIED
    if kind is NoticeKind.RECTIFICATION and JUDGEMENT.search(subject):
        return JUDGED
    return asked or NO_LETTER.get(kind, name)


def notice_sheet(title: str, number: str, mail: MailedNotice) -> Sheet:
    """Return a notice to a unit as paper for the file, in the very words that were mailed.

    What only a mail needs (the link, how to reply) is left out: its last lines, whatever a reason
    above them says.
    """
    said, _, after = mail.text.rpartition(LINK) if LINK in mail.text else (mail.text, "", "")
    lines = [one.strip() for one in said.splitlines() if one.strip()]
    rows = [at for at, one in enumerate(lines) if _is_row(one)]
    first, last = (rows[0], rows[-1] + 1) if rows else (len(lines),) * 2
    contact = [one for one in after.splitlines() if one.startswith(CONTACT)]
    return Sheet(
        title=title, number=number, subtitle=f"{NUMBERED}{number}", org=mail.org,
        dated=shanghai_date(mail.written_at), signed=True, foot=_way(mail),
        facts=_facts([*lines[first:last], *contact]),
        body=paragraphs("\n".join(lines[:first])), closing=paragraphs("\n".join(lines[last:])),
    )  # fmt: skip


def _is_row(line: str) -> bool:
    return ROW.match(line) is not None and not line.startswith(SECRECY)


def _facts(lines: list[str]) -> tuple[Fact, ...]:
    """Return rows; a line that is none goes on with the words of the row above it."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if _is_row(line):
            label, _, words = line.partition("：")
            found.append((label, [words]))
        else:
            found[-1][1].append(line)
    return tuple(Fact(label, "\n".join(words), wide=True) for label, words in found)


def _way(mail: MailedNotice) -> str:
    """Return whether the mail left, and what became of it."""
    left = f"于{written_moment(mail.sent_at)}以邮件发出" if mail.sent_at else ""
    if mail.status is MessageStatus.PENDING:
        return "本件以邮件发出，尚未送出"
    if mail.status is MessageStatus.UNDELIVERED:
        return f"本件{left}，没有送达" if left else "本件以邮件发出，没有送达"
    if mail.status is MessageStatus.SUPERSEDED:
        why = mail.why.partition("：")[0].removesuffix(SAID_TWICE)
        return f"本件{left}，没有送达，不再重发" if left else f"本件没有发出（{why or '已收回'}）"
    return f"本件已{left}" if left else "本件以邮件发出，尚未送出"
