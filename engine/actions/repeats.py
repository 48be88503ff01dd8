"""Requests that come again (重复请求): the same is done once, another of the same name refused.

A name is a caller's Idempotency-Key (幂等键), or the external id of a ticket (外部编号).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import keyring
from engine.actions.step import Step
from engine.errors import ConflictError
from engine.models import IdempotencyRecord, Ticket
from engine.store import api_views
from engine.store.api_views import Recorded
from engine.store.questions import Question
from engine.store.together import together
from engine.store.writing import made, write_row

KEY, EXTERNAL = "key:", "external:"


@dataclass(frozen=True)
class Once:
    """What is to be done to a ticket once: by which key of the API, under which name, and what."""

    api_key_id: int
    idempotency_key: str
    what: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name this is known by among all that came by the API; empty without a key."""
        return f"{KEY}{self.api_key_id}:{self.idempotency_key}" if self.idempotency_key else ""


@dataclass(frozen=True)
class Digest:
    """What tells one request from another: as it is kept, and as older versions kept it."""

    keyed: str
    plain: str
    earlier: tuple[str, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """Return every digest that the same request may be on record with."""
        return frozenset((self.keyed, self.plain, *self.earlier))


def done_before(step: Step, ticket: Ticket, once: Once) -> bool:
    """Return whether a request on a locked ticket was answered before; remember it if it was not.

    Raises:
        ConflictError: its key was used for something else; names the ticket.
    """
    if not once.idempotency_key:
        return False
    names = [f"{KEY}{once.idempotency_key}"]
    digest = digest_of({"what": once.what, "ticket": ticket.number, "body": dict(once.body)})
    if known(step, once.api_key_id, names, digest):
        return True
    remember(step, once.api_key_id, names, Recorded("", ticket.id, digest.keyed, step.now))
    return False


def known(step: Step, api_key_id: int, names: Sequence[str], digest: Digest) -> dict[str, Recorded]:
    """Return what is on record under names for this very request; requests of a name wait in turn.

    Raises:
        ConflictError: a name was used for something else; names the ticket.
    """
    api_views.lock_names(step.session, _lock_names(api_key_id, names))
    found = api_views.records_of(step.session, api_key_id, names)
    for name, record in found.items():
        if record.body_hash not in digest.known:
            raise used(name, step.session.get_one(Ticket, record.ticket_id).number)
    return found


def asked(api_key_id: int, names: Sequence[str]) -> list[Question]:
    """Return what `known` is going to ask, to be asked ahead."""
    if not names:
        return []
    locking = api_views.locking(_lock_names(api_key_id, names))
    return [locking, api_views.recorded(api_key_id, names)]


def _lock_names(api_key_id: int, names: Sequence[str]) -> list[str]:
    return [f"{api_key_id}:{name}" if name.startswith(KEY) else name for name in names]


def remember(step: Step, api_key_id: int, names: Sequence[str], first: Recorded) -> None:
    """Record the names of a request that are not on record yet."""
    with together(step.session):
        for name in names:
            record = made(
                IdempotencyRecord, api_key_id=api_key_id, key=name, body_hash=first.body_hash,
                ticket_id=first.ticket_id, created_at=first.created_at,
            )  # fmt: skip
            write_row(step.session, record)


def used(name: str, first: str) -> ConflictError:
    """Return the refusal of a name that was used for something else on ticket `first`."""
    words, field = ("幂等键", "Idempotency-Key") if name.startswith(KEY) else (
        "外部编号", "external_id")  # fmt: skip
    message = (
        f"这个{words}已用于工单 {first}，而这次的内容不同，什么也没有写入。"
        "新的诉求请换编号；补充原诉求请用 supplements，并用新的幂等键。"
    )
    return ConflictError(message, fields={field: f"这个{words}已用于工单 {first}，内容不同"})


def digest_of(said: Mapping[str, Any]) -> Digest:
    """Return the digest of JSON-safe data, whatever the order of its fields.

    A plain one could be tried with every telephone number there is, so it is kept with a key.
    """
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    plain = hashlib.sha256(text.encode()).hexdigest()
    return Digest(keyring.ring().mark("body", plain).hex(), plain)
