"""Whose words a mail carries (谁的话): its own the engine tells, what a person typed it keeps in.

What a mail says freely is somebody's typing unless it is marked as the engine's own (`Own`). Who
runs the writing decides nothing: the engine restates in the morning what a person wrote at night.
Words whose mark was lost or forgotten are held back, never let out.
"""

from collections.abc import Iterable, Mapping

from engine.actions.event_feed import is_secret
from engine.actions.impersonal import READ_INSIDE, without_requester
from engine.actions.step import Step
from engine.documents.notices import is_secret_item
from engine.models import Ticket

# Facts that hold names, days and terms: nobody types into them. All others are free words.
NEVER_TYPED = frozenset([
    "about", "category", "code", "contact", "decision", "due_how", "ended", "entry",
    "finding", "hotline_name", "judged", "kind", "letter_kind", "letter_number", "letter_title",
    "limit", "limit_name", "link", "number", "period", "proposal", "report", "return_conditions",
    "role", "ruling", "rung", "short", "summary", "todo", "unit", "urgency",
])  # fmt: skip


class Own(str):
    """Words the engine made itself, of terms, names and days; no typed words are put into them."""

    __slots__ = ()

    def strip(self, chars: str | None = None, /) -> "Own":
        """Return the words without what stands around them; they stay the engine's own."""
        return Own(super().strip(chars))

    @classmethod
    def joined(cls, sign: str, parts: Iterable[str]) -> str:
        """Return parts in one; the engine's own only where each of them is."""
        told = list(parts)
        words = sign.join(told)
        return cls(words) if all(isinstance(one, cls) for one in told) else words


def mailed(step: Step, ticket: Ticket | None, facts: Mapping[str, object]) -> dict[str, object]:
    """Return the facts of a mail as it may say them: of a secret ticket nothing that was typed.

    Of another one the requester is left out. A mail about many tickets is as secret as the most
    secret of them; whoever writes it leaves their requesters out.
    """
    secret = ticket is not None and is_secret(ticket)
    secret = secret or any(is_secret_item(one) for one in _items(facts))
    return {name: _told(step, ticket, name, value, secret=secret) for name, value in facts.items()}


def _items(facts: Mapping[str, object]) -> list[Mapping[str, object]]:
    items = facts.get("items")
    return items if isinstance(items, list) else []


def _told(step: Step, ticket: Ticket | None, name: str, value: object, *, secret: bool) -> object:
    if isinstance(value, list):
        return [_told(step, ticket, name, one, secret=secret) for one in value]
    if isinstance(value, Mapping):
        return {key: _told(step, ticket, key, one, secret=secret) for key, one in value.items()}
    if isinstance(value, Own):
        return str(value)
    if not isinstance(value, str) or not value or name in NEVER_TYPED:
        return value
    return READ_INSIDE if secret else _impersonal(step, ticket, value)


def _impersonal(step: Step, ticket: Ticket | None, words: str) -> str:
    return without_requester(step, ticket.id, words) if ticket is not None else words
