"""What the flows about mail call: each function may run twice or late."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import structlog

from engine.actions import daily_digests, incoming_mail, stuck, unreadable_mail
from engine.actions.incoming_mail import MOST_BYTES
from engine.delivery.imap import ImapMailbox
from engine.errors import TemporaryDeliveryError, UnavailableError, UnreadableMailError
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store.database import work

log = structlog.get_logger()
MOST_AT_ONCE = 50
SEVERAL = 3  # technical: so many mails in vain, and none read, are the server's trouble
NONE_READ = "收信服务器一封信也读不出来，稍后再取。"
CUT = "信太大，只读了前 10 MB，原信在邮箱里"


def waiting(now: datetime) -> list[int]:
    """Return the keys of unread mails to fetch, oldest first; nothing where no mailbox is set.

    Raises:
        TemporaryDeliveryError: the mail server is away.
    """
    url = load_settings().imap_url
    if url is None:
        return []
    with ImapMailbox(url.get_secret_value()) as mailbox:
        unread = unreadable_mail.in_turn(mailbox.place, mailbox.unread(), now)
    return [int(key) for key in unread[:MOST_AT_ONCE]]


def fetch(keys: list[int], now: datetime) -> dict[str, int]:
    """File those mails, each in a transaction of its own; return how many became what.

    A mail is marked as read after it was filed: whoever dies between files it again, once. One that
    cannot be read or filed keeps back none of the others.

    Raises:
        TemporaryDeliveryError: the mail server is away, or gives none of several out.
    """
    url = load_settings().imap_url
    if url is None or not keys:
        return {}
    counts: Counter[str] = Counter()
    with ImapMailbox(url.get_secret_value()) as mailbox:
        failed: dict[str, str] = {}
        for key in map(str, keys):
            became, why = _fetch_one(mailbox, key, now)
            counts[became] += 1
            if why:
                failed[key] = why
        # First noted: several that stay unread, and no other, must be told as one is.
        _note(mailbox.place, [str(key) for key in keys], failed, now)
        if len(failed) == len(keys) >= SEVERAL:
            raise TemporaryDeliveryError(NONE_READ)
    return dict(counts)


def _fetch_one(mailbox: ImapMailbox, key: str, now: datetime) -> tuple[str, str]:
    """File one mail; return what it became, and why it could not be read or filed."""
    try:
        remark = CUT if mailbox.size(key) > MOST_BYTES else ""
        raw = mailbox.fetch(key, MOST_BYTES)
    except UnreadableMailError:
        return "unreadable", unreadable_mail.NOT_READ
    except TemporaryDeliveryError:
        # Some servers hang up on a mail they cannot read: next time the others come first.
        unreadable_mail.note(mailbox.place, key, now, unreadable_mail.NOT_READ)
        raise
    try:
        became = incoming_mail.file_mail(raw, now, remark)
    except UnavailableError:
        raise  # the database or the disk is away
    except Exception as error:
        # Whatever a mail breaks, the others are filed; an error may quote it and is not told.
        log.warning("mail_not_filed", error=type(error).__name__)
        return "unreadable", unreadable_mail.NOT_FILED
    mailbox.mark_read(key)
    return became, ""


def _note(place: str, keys: list[str], failed: Mapping[str, str], now: datetime) -> None:
    for key, why in failed.items():
        unreadable_mail.note(place, key, now, why)
    unreadable_mail.read_after_all(place, [one for one in keys if one not in failed], now)


def tell_stuck(now: datetime) -> dict[str, int]:
    """Owe supervisors today's mail of what is stuck; return how much is, and new mails."""
    with work() as session:
        lines = stuck.lines(session, now)
        return {"stuck": len(lines), "mailed": stuck.tell(session, now, lines)}


def daily_due(now: datetime) -> list[int]:
    """Return today's day number while its mails are still to be written; else nothing."""
    with work() as session:
        return [shanghai_date(now).toordinal()] if daily_digests.due(session, now) else []


def tell_daily(now: datetime) -> dict[str, int]:
    """Owe everybody who owns work today's mail of it; return how many there are, and new mails."""
    with work() as session:
        return daily_digests.tell(session, now)
