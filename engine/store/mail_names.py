"""What an outgoing mail is called on a page (邮件名称): a letter's by its own kind."""

import re
from collections.abc import Iterable, Mapping

from sqlmodel import Session, select

from engine.models import Letter, OutboxMessage
from engine.store.bulk_acts import BULK
from engine.store.light import among
from engine.terms import LetterKind, NoticeKind

ABOUT = re.compile(r"【([^】]+)】")


def mail_name(mail: OutboxMessage, kinds: Mapping[int, LetterKind]) -> str:
    """Return the name of a mail; one notice carries every letter that asks for a reply.

    A list is called as its subject calls it, 每日摘要 or 时限通知; that of a bulk act by the act.
    """
    if mail.kind is NoticeKind.DIGEST and (about := ABOUT.match(mail.subject)):
        return f"批量{about[1]}" if mail.key.startswith(BULK) else about[1]
    carried = kinds.get(mail.letter_id or 0)
    return carried.label if carried and mail.kind is NoticeKind.RECTIFICATION else mail.kind.label


def mail_names(session: Session, mails: Iterable[OutboxMessage]) -> dict[int, str]:
    """Return the names of mails by their ids."""
    found = list(mails)
    query = select(Letter.id, Letter.kind).where(among(Letter.id, (one.letter_id for one in found)))
    kinds = {int(key): LetterKind.parse(kind) for key, kind in session.exec(query)}
    return {one.id: mail_name(one, kinds) for one in found}


def name_of(session: Session, mail: OutboxMessage) -> str:
    """Return the name of one mail."""
    return mail_names(session, [mail])[mail.id]
