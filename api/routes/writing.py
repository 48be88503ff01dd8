"""What guards a write to a ticket: its version as read, and a name by which it is done once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Response
from pydantic import BaseModel

from api.dependencies import Call, IdempotencyKey, IfMatch
from api.errors import StaleError
from engine.actions.repeats import Once, done_before
from engine.models import Ticket
from engine.store.tickets import ticket_by_number

REPLAYED = "Idempotent-Replayed"
OK = 200


@dataclass(frozen=True)
class Guards:
    """The headers that guard a write (If-Match, Idempotency-Key)."""

    if_match: IfMatch = ""
    idempotency_key: IdempotencyKey = ""


Guarded = Annotated[Guards, Depends()]


def once(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route whose request may come again."""
    words = "the same request was answered before: nothing is written, this is how it stands now"
    return {OK: {"model": model, "description": words}}


@dataclass(frozen=True)
class Write:
    """A locked ticket to write to; `name` is what the request is known by.

    `replayed` says that this very request was answered before: nothing is to be written.
    """

    ticket: Ticket
    name: str
    replayed: bool


def opened(
    call: Call, number: str, guards: Guards, what: str, body: BaseModel | None, response: Response
) -> Write:
    """Return a ticket locked for a write of some kind; one done before is marked as replayed.

    A request that comes again is known before its If-Match is asked: the first changed the ticket.

    Raises:
        StaleError: the ticket changed since the caller read it.
        ConflictError: the Idempotency-Key was used for something else.
    """
    ticket = ticket_by_number(call.step.session, number, lock=True)
    name = _once(call, guards, what, body.model_dump(mode="json") if body else {})
    replayed = done_before(call.step, ticket, name)
    if replayed:
        response.status_code, response.headers[REPLAYED] = OK, "true"
    else:
        check_version(ticket, guards.if_match)
    return Write(ticket, name.name, replayed)


def repeated(
    call: Call, ticket: Ticket, guards: Guards, what: str, said: Mapping[str, Any]
) -> bool:
    """Return whether a write to a locked ticket was done before; remember it if it was not.

    Raises:
        ConflictError: the Idempotency-Key was used for something else.
    """
    return done_before(call.step, ticket, _once(call, guards, what, said))


def _once(call: Call, guards: Guards, what: str, said: Mapping[str, Any]) -> Once:
    return Once(call.key_id, guards.idempotency_key, what, said)


def check_version(ticket: Ticket, if_match: str) -> None:
    """Refuse a write to a ticket that changed since the caller read it.

    Raises:
        StaleError: none of the tags in `if_match` is the ticket's.
    """
    tags = {tag.strip() for tag in if_match.split(",") if tag.strip()}
    if tags and not tags & {"*", etag(ticket)}:
        message = f"工单 {ticket.number} 在您读取之后有了变化，请重新读取后再提交。"
        raise StaleError(message)


def etag(ticket: Ticket) -> str:
    """Return the tag of a ticket's present version."""
    return f'"{ticket.version}"'
