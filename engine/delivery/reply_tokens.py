"""Signed marks by which a reply finds its ticket (回信标记): made with this installation's key.

A mark stands in the References of every mail to a unit, which mail programs repeat, and in the
Reply-To where the mailbox takes plus addresses. Nobody without the key can make one.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

from engine.delivery.sealing import installation_key
from engine.settings import load_settings

PURPOSE, NAMES = "hotline reply marks", "hotline mail names"
MARK = re.compile(r"(?:^|\+)r(\d{1,12})-(\d{1,12})-([0-9a-f]{32})$")


@dataclass(frozen=True)
class Marked:
    """What a true mark says: the ticket and the unit it was written to."""

    ticket_id: int
    unit_id: int


def mark_of(ticket_id: int, unit_id: int) -> str:
    """Return the mark of a ticket for a unit, fit for an address and a message id."""
    return f"r{ticket_id}-{unit_id}-{_signature(ticket_id, unit_id)}"


def read_mark(text: str) -> Marked | None:
    """Return what a mark says; None when it is none, or was not made by this installation."""
    found = MARK.search(text)
    if found is None:
        return None
    ticket_id, unit_id = int(found[1]), int(found[2])
    if not hmac.compare_digest(found[3], _signature(ticket_id, unit_id)):
        return None
    return Marked(ticket_id, unit_id)


def mail_name(key: str, address: str) -> str:
    """Return the Message-ID of a mail: the same for the same debt, whoever sends it, and when.

    Nobody without the key can guess it: a bounce that names it was written by one who had the mail.
    Its domain is that of the sender configured when the mail came to be owed (RFC 5322 3.6.4).
    """
    return f"<{_name(key, address)}@{sender_domain()}>"


def is_name_of(message_id: str, key: str, address: str) -> bool:
    """Return whether a Message-ID is that of a mail, whoever was the sender when it was owed."""
    return hmac.compare_digest(message_id.strip("<>").partition("@")[0], _name(key, address))


def sender_domain() -> str:
    """Return the domain this installation writes from, for names that must be its own."""
    return _domain(load_settings().mail_from)


def sender_address() -> str:
    """Return the address this installation writes from, without a name."""
    return parseaddr(load_settings().mail_from)[1] or f"hotline@{sender_domain()}"


@lru_cache(maxsize=4)
def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "hotline"


def _name(key: str, address: str) -> str:
    said = f"{NAMES}\n{key}\n{address}".encode()
    return hmac.digest(installation_key(), said, hashlib.sha256).hex()[:32]


def looks_marked(text: str) -> bool:
    """Return whether a text has the form of a mark, true or forged."""
    return MARK.search(text) is not None


def reply_headers(reply_to: str, mark: str) -> dict[str, str]:
    """Return the headers that carry a mark: References, and Reply-To as name+mark@host."""
    headers = {"References": f"<{mark}@hotline>"}
    local, _, host = parseaddr(reply_to)[1].partition("@")
    if host:
        headers["Reply-To"] = f"{local}+{mark}@{host}"
    return headers


def _signature(ticket_id: int, unit_id: int) -> str:
    said = f"{PURPOSE}\n{ticket_id}\n{unit_id}".encode()
    return hmac.new(installation_key(), said, hashlib.sha256).hexdigest()[:32]
