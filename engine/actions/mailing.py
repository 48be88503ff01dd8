"""What the flows about mail call: each function may run twice or late."""

from datetime import datetime

from engine.actions import daily_digests, incoming_mail, stuck
from engine.actions.incoming_mail import MOST_BYTES
from engine.delivery.imap import ImapMailbox
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store.database import work

MOST_AT_ONCE = 50
CUT = "信太大，只读了前 10 MB，原信在邮箱里"


def waiting() -> list[int]:
    """Return the keys of unread mails, oldest first; nothing where no mailbox is set.

    Raises:
        TemporaryDeliveryError: the mail server is away.
    """
    url = load_settings().imap_url
    if url is None:
        return []
    with ImapMailbox(url.get_secret_value()) as mailbox:
        return [int(key) for key in mailbox.unread(MOST_AT_ONCE)]


def fetch(keys: list[int], now: datetime) -> dict[str, int]:
    """File those mails, each in a transaction of its own; return how many became what.

    A mail is marked as read after it was filed: whoever dies between files it again, once.

    Raises:
        TemporaryDeliveryError: the mail server is away.
    """
    url = load_settings().imap_url
    counts: dict[str, int] = {}
    if url is None:
        return counts
    with ImapMailbox(url.get_secret_value()) as mailbox:
        for key in map(str, keys):
            remark = CUT if mailbox.size(key) > MOST_BYTES else ""
            became = incoming_mail.file_mail(mailbox.fetch(key, MOST_BYTES), now, remark)
            mailbox.mark_read(key)
            counts[became] = counts.get(became, 0) + 1
    return counts


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
