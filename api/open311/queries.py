"""GET requests: which may be seen, and how a ticket looks to the standard.

Never a report (举报), never a confidential ticket; words and place only for keys that may see them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from api.open311.formats import w3
from api.open311.services import service_kind
from api.requests import FIRST_YEAR, LAST_YEAR
from engine.errors import BadInputError
from engine.lifecycle import FINAL
from engine.store.open311 import Shown, Wanted

SPAN = timedelta(days=90)
MOST = 1000
MOMENT = TypeAdapter(AwareDatetime)
OPEN, CLOSED = "open", "closed"


def wanted(query: dict[str, str], now: datetime) -> Wanted:
    """Return what a query asks for; numbers override everything else.

    Raises:
        BadInputError: a date or status is wrong, or the span is longer than 90 days.
        NotFoundError: there is no such service.
    """
    numbers = _parts(query.get("service_request_id", ""))
    if numbers:
        return Wanted(numbers=tuple(numbers[:MOST]), limit=MOST)
    kinds = tuple(service_kind(code) for code in _parts(query.get("service_code", "")))
    start, end = _span(query, now)
    return Wanted(kinds=kinds, start=start, end=end, closed=_closed(query), limit=MOST)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _span(query: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    start, end = (_moment(name, query.get(name, "")) for name in ("start_date", "end_date"))
    if start is None and end is None:
        return now - SPAN, now
    start = start or (end or now) - SPAN
    end = end or start + SPAN
    if end - start > SPAN:
        message = "start_date 到 end_date 不能超过 90 天。"
        raise BadInputError(message, fields={"end_date": message})
    return start, end


def _moment(name: str, text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = MOMENT.validate_python(text.strip().replace(" ", "+"))
    except ValidationError as error:
        raise _wrong_moment(name) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _wrong_moment(name)
    return found


def _wrong_moment(name: str) -> BadInputError:
    words = f"{name} 应写成 2026-11-23T00:00:00+08:00 或 …Z，要带时区。"
    return BadInputError(words, fields={name: words})


def _closed(query: dict[str, str]) -> bool | None:
    """Return which of the two states is asked for; nothing for both."""
    states = {one.lower() for one in _parts(query.get("status", ""))}
    if states - {OPEN, CLOSED}:
        message = "status 只能是 open 或 closed。"
        raise BadInputError(message, fields={"status": message})
    return None if len(states) != 1 else CLOSED in states


def shown(found: Sequence[Shown], *, private: bool) -> list[dict[str, Any]]:
    """Return tickets as the standard's requests."""
    return [_request(one, private=private) for one in found]


def _request(one: Shown, *, private: bool) -> dict[str, Any]:
    ticket = one.ticket
    return {
        "service_request_id": ticket.number,
        "status": CLOSED if ticket.status in FINAL else OPEN,
        "status_notes": ticket.status.label,
        "service_name": ticket.kind.label,
        "service_code": ticket.kind.value,
        "description": ticket.content[:4000] if private else None,
        "agency_responsible": one.unit,
        "service_notice": None,
        "requested_datetime": w3(ticket.accepted_at),
        "updated_datetime": w3(ticket.closed_at or one.updated_at or ticket.accepted_at),
        "expected_datetime": w3(one.due_at),
        "address": (ticket.place or None) if private else None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }
