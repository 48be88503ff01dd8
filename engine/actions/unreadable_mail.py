"""Mail in the mailbox that cannot be read or filed (读不出的来信): the others go on without it.

It is noted by its place in the mailbox, tried again pass after pass, and waits for a person once it
was in vain for long; then it is tried once an hour.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from engine.models import MailReply
from engine.store import mail_replies as store
from engine.store.database import work
from engine.terms import MailReplyStatus

# Technical: a mailbox may be locked for some minutes, and is asked every minute.
PATIENCE = timedelta(minutes=15)
TRYING, READ_SINCE = "收信服务器读不出这封信，还在重试", "后来读出来了"
NOT_READ = f"收信服务器读不出这封信，{store.IN_MAILBOX}"
NOT_FILED = f"这封信处理不了，{store.IN_MAILBOX}"


def name_of(place: str, key: str) -> str:
    """Return what a mail that nobody could read is known by: its place and its number there."""
    return hashlib.sha256(f"unread mail\n{place}\n{key}".encode()).hexdigest()


def in_turn(place: str, keys: Sequence[str], now: datetime) -> list[str]:
    """Return the keys of unread mails in the order to try them: those in vain so far come last."""
    found = _noted(place, keys)
    trying = [key for key, row in found.items() if row.reason == TRYING]
    again = [key for key in found if key not in trying] if now.minute == 0 else []
    return [*(key for key in keys if key not in found), *trying, *again]


def note(place: str, key: str, now: datetime, why: str) -> None:
    """Note that a mail could not be read or filed; after a while it waits for a person."""
    with work() as session:
        row = store.known(session, [name_of(place, key)]).get(name_of(place, key))
        if row is None:
            store.keep(session, _row(place, key, now))
        elif row.reason == READ_SINCE:
            row.reason, row.received_at = TRYING, now
        elif row.reason == TRYING and now - row.received_at >= PATIENCE:
            row.status, row.reason, row.settled_at = MailReplyStatus.ASIDE, why, None


def read_after_all(place: str, keys: Sequence[str], now: datetime) -> None:
    """Put away what was noted of mails that were read in the end."""
    if not keys:
        return
    with work() as session:
        for row in store.known(session, [name_of(place, key) for key in keys]).values():
            row.status, row.reason = MailReplyStatus.PUT_AWAY, READ_SINCE
            row.settled_at = row.settled_at or now


def _noted(place: str, keys: Sequence[str]) -> Mapping[str, MailReply]:
    names = {name_of(place, key): key for key in keys}
    with work() as session:
        found = store.known(session, list(names))
    return {names[name]: row for name, row in found.items() if row.reason != READ_SINCE}


def _row(place: str, key: str, now: datetime) -> MailReply:
    return MailReply(
        digest=name_of(place, key), received_at=now, sender="", text="", attachments=0,
        subject=f"读不出的来信（编号 {key}）", status=MailReplyStatus.PUT_AWAY, reason=TRYING,
        ticket_id=None, unit_id=None, settled_by_id=None, settled_at=now,
    )  # fmt: skip
