"""Takes a ticket in from another system (接口受理), once, however often it is sent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import Taken, take_in
from engine.actions.intake_checks import NewTicket
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.models import Clock, IdempotencyRecord, Ticket, Unit
from engine.rules.certificates import Certificate
from engine.store import api_views
from engine.store import tickets as store
from engine.store.api_views import Recorded
from engine.store.writing import write_row

# How far another system's clock may run ahead of ours: a technical limit.
SKEW = timedelta(minutes=2)
KEY, EXTERNAL = "key:", "external:"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came with a ticket: who sent it, the body as sent, and the names it must be unique by.

    `received_at` is when the other system took the matter in; the requester's clock starts then.
    """

    api_key_id: int
    body: Mapping[str, Any] = field(repr=False)
    idempotency_key: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True)
class Received:
    """The ticket, when it was written, and whether it was written by an earlier request.

    `clock` is the requester's, where it was started just now.
    """

    ticket: Ticket
    written_at: datetime
    replayed: bool
    clock: Clock | None = None


def receive_ticket(step: Step, new: NewTicket, sent: Sent) -> Received:
    """Write a ticket that another system sends, or find the one written for the same request.

    Requests with the same Idempotency-Key or the same (source, external id) wait for each other.

    Raises:
        ConflictError: that key or external id was used with another body; names the first ticket.
        BadInputError: fields are wrong, or the matter was received in the future or too long ago.
        CalendarNotPublishedError: its due date lies beyond the known calendars.
    """
    names, digest = _names(new, sent), _digest(sent.body)
    api_views.lock_names(step.session, [_lock_name(sent, name) for name in names])
    known = api_views.records_of(step.session, sent.api_key_id, names)
    first = _first(step, known, digest)
    if first is None:
        _refuse_known_elsewhere(step, new)
        taken = accept_received(step, new, sent.received_at)
        _remember(step, sent, names, Recorded("", taken.ticket.id, digest, step.now))
        return Received(taken.ticket, step.now, replayed=False, clock=taken.clock)
    _remember(step, sent, [name for name in names if name not in known], first)
    return Received(step.session.get_one(Ticket, first.ticket_id), first.created_at, replayed=True)


def _names(new: NewTicket, sent: Sent) -> list[str]:
    names = [f"{KEY}{sent.idempotency_key}"] if sent.idempotency_key else []
    return [*names, f"{EXTERNAL}{new.source}:{new.external_id}"] if new.external_id else names


def _lock_name(sent: Sent, name: str) -> str:
    return f"{sent.api_key_id}:{name}" if name.startswith(KEY) else name


def _digest(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _first(step: Step, known: Mapping[str, Recorded], digest: str) -> Recorded | None:
    """Return what was recorded for the same request, refusing one that only looks the same."""
    for name, record in known.items():
        if record.body_hash != digest:
            raise _used(name, step.session.get_one(Ticket, record.ticket_id).number)
    return next(iter(known.values()), None)


def _refuse_known_elsewhere(step: Step, new: NewTicket) -> None:
    """Refuse an external id that came in another way (话务员登记, 批量导入)."""
    if new.external_id:
        number = store.number_by_external_id(step.session, new.source, new.external_id)
        if number is not None:
            raise _used(EXTERNAL, number)


def _used(name: str, first: str) -> ConflictError:
    words, field = ("幂等键", "Idempotency-Key") if name.startswith(KEY) else (
        "外部编号", "external_id")  # fmt: skip
    message = (
        f"这个{words}已用于工单 {first}，而这次的内容不同，没有另建工单。"
        "新的诉求请换编号；补充原诉求请用 supplements。"
    )
    return ConflictError(message, fields={field: f"已用于工单 {first}，内容不同"})


def _remember(step: Step, sent: Sent, names: Sequence[str], first: Recorded) -> None:
    """Record the names of a request that are not on record yet."""
    for name in names:
        record = IdempotencyRecord(
            api_key_id=sent.api_key_id, key=name, body_hash=first.body_hash,
            ticket_id=first.ticket_id, created_at=first.created_at,
        )  # fmt: skip
        write_row(step.session, record)


def accept_received(step: Step, new: NewTicket, received_at: datetime | None) -> Taken:
    """Write a ticket that was received at some earlier moment; without one, now.

    The requester's clock runs from then, a unit's from now.

    Raises:
        BadInputError: fields are wrong, or it was received in the future or too long ago.
    """
    if received_at is None:
        return take_in(step, new)
    if received_at > step.now + SKEW:
        words = "受理时间在将来，请核对对方系统的时钟。"
        raise BadInputError(words, fields={"received_at": words})
    earlier = replace(step, now=min(received_at, step.now))
    taken = take_in(earlier, replace(new, lead_unit="", support_units=()))
    _refuse_overdue(step, taken.clock)
    if new.lead_unit.strip():
        _dispatch(step, taken.ticket, new)
    return taken


def _refuse_overdue(step: Step, clock: Clock | None) -> None:
    if clock is None or step.now < clock.due_at:
        return
    why = Certificate.from_json(clock.certificate).sentence()
    words = f"按这个受理时间，答复期限已经过了：{why}请与热线主管联系后补录，不能直接登记。"
    raise BadInputError(words, fields={"received_at": words})


def _dispatch(step: Step, ticket: Ticket, new: NewTicket) -> None:
    """Hand a ticket that was received earlier to its unit now: the unit's clocks start now."""
    lead = _unit(step, "lead_unit", new.lead_unit)
    supports = tuple(_unit(step, "support_units", name) for name in new.support_units)
    dispatch(step, ticket, Dispatch(lead, supports, "对方系统登记时选定"))


def _unit(step: Step, name: str, words: str) -> Unit:
    try:
        return store.unit_by_name(step.session, words)
    except NotFoundError as error:
        raise BadInputError(str(error), fields={name: str(error)}) from error
