"""Takes a ticket in from another system (接口受理), once, however often it is sent."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from engine.actions import repeats
from engine.actions.avoiding import kept_from, refuse_to_begin
from engine.actions.dispatch import Dispatch, Work, dispatch
from engine.actions.intake import Beside, Taken, nothing, take_in_tidy, units_of
from engine.actions.intake_checks import NewTicket
from engine.actions.intake_watch import asked_around
from engine.actions.own_words import Own
from engine.actions.received_checks import refusals, too_early, wrong_moment
from engine.actions.repeats import EXTERNAL, KEY
from engine.actions.step import Step
from engine.errors import BadInputError, RuleNotInForceError
from engine.models import Clock, Ticket
from engine.models.requester import phone_mark
from engine.rules.acceptance import kept_confidential
from engine.rules.routing.catalogue import slugs_by_name, version_for
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.store.api_views import Recorded
from engine.store.matters import By
from engine.store.questions import ask_ahead


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came with a ticket: who sent it, and the names it must be unique by.

    `received_at` is when the other system took the matter in; the requester's clock starts then.
    """

    api_key_id: int
    idempotency_key: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True)
class Received:
    """The ticket, when it was written, and whether it was written by an earlier request.

    `clock` is the requester's and `work` what units got, where that was written just now.
    """

    ticket: Ticket
    written_at: datetime
    replayed: bool
    clock: Clock | None = None
    work: tuple[Work, ...] = ()


def receive_ticket(step: Step, new: NewTicket, sent: Sent) -> Received:
    """Write a checked ticket that another system sends, or find the one of the same request.

    Requests with the same Idempotency-Key or the same (source, external id) wait for each other.

    Raises:
        ConflictError: that key or external id was used with another body; names the first ticket.
        BadInputError: fields are wrong, or the matter was received in the future or too long ago.
        CalendarNotPublishedError: its due date lies beyond the known calendars.
    """
    names, digest = _names(new, sent), meaning(step, new, sent.received_at)
    _ask_ahead(step, new, sent.api_key_id, names)
    known = repeats.known(step, sent.api_key_id, names, digest)
    first = next(iter(known.values()), None)
    if first is None:
        _refuse_known_elsewhere(step, new)

        def remember(ticket: Ticket) -> None:
            written = Recorded("", ticket.id, digest.keyed, step.now)
            repeats.remember(step, sent.api_key_id, names, written)

        taken = accept_received(step, new, sent.received_at, remember)
        return Received(taken.ticket, step.now, replayed=False, clock=taken.clock, work=taken.work)
    fresh = [name for name in names if name not in known]
    repeats.remember(step, sent.api_key_id, fresh, first)
    return Received(step.session.get_one(Ticket, first.ticket_id), first.created_at, replayed=True)


def _ask_ahead(step: Step, new: NewTicket, api_key_id: int, names: list[str]) -> None:
    """Ask at once what a ticket received now makes ask: by index, whatever comes of it."""
    by = By(phone_mark(new.phone), new.enterprise.strip(), new.credit_code)
    elsewhere = [store.external(new.source, new.external_id)] if new.external_id else []
    asked = repeats.asked(api_key_id, names) + elsewhere + asked_around(step, by)
    ask_ahead(step.session, asked)


def _names(new: NewTicket, sent: Sent) -> list[str]:
    names = [f"{KEY}{sent.idempotency_key}"] if sent.idempotency_key else []
    return [*names, f"{EXTERNAL}{new.source}:{new.external_id}"] if new.external_id else names


def meaning(step: Step, tidy: NewTicket, received_at: datetime | None) -> repeats.Digest:
    """Return what tells one request from another: what it says, however it is written.

    Terms in Chinese or English, a unit by name or slug, a number with or without blanks, a default
    left out or spelled out are the same.
    """
    said = {**vars(tidy), "confidential": _secret(step, tidy, received_at)}
    said["received_at"] = received_at.timestamp() if received_at else None
    alike = {**said, **_units_alike(step, tidy)}
    digest = repeats.digest_of(alike)
    if alike == said:
        return digest
    earlier = repeats.digest_of(said)  # units counted as written
    return replace(digest, earlier=(earlier.keyed, earlier.plain))


def _units_alike(step: Step, tidy: NewTicket) -> dict[str, object]:
    """Return the units that a request names, each by its slug."""
    if not (tidy.lead_unit or tidy.accused_unit or tidy.support_units):
        return {}
    slugs = slugs_by_name(version_for(shanghai_date(step.now)))
    return {
        "lead_unit": slugs.get(tidy.lead_unit, tidy.lead_unit),
        "accused_unit": slugs.get(tidy.accused_unit, tidy.accused_unit),
        "support_units": tuple(slugs.get(name.strip(), name) for name in tidy.support_units),
    }


def _secret(step: Step, new: NewTicket, received_at: datetime | None) -> bool:
    on = shanghai_date(received_at or step.now)
    with suppress(RuleNotInForceError):  # refused later on, for the moment it was received
        return kept_confidential(new.kind, new.confidential, step.rules, on)
    return bool(new.confidential)


def _refuse_known_elsewhere(step: Step, new: NewTicket) -> None:
    """Refuse an external id that came in another way (话务员登记, 批量导入)."""
    if new.external_id:
        number = store.number_by_external_id(step.session, new.source, new.external_id)
        if number is not None:
            raise repeats.used(EXTERNAL, number)


def accept_received(
    step: Step, new: NewTicket, received_at: datetime | None, beside: Beside = nothing
) -> Taken:
    """Write a checked ticket that was received at some earlier moment; without one, now.

    The requester's clock runs from then, a unit's from now.

    Raises:
        BadInputError: fields are wrong, or it was received in the future, before the rules, or too
            long ago; all of them are named.
    """
    try:
        return _accepted(step, new, received_at, beside)
    except BadInputError as error:
        fields = {**error.fields, **refusals(step, new, received_at)}
        raise BadInputError("；".join(fields.values()), fields=fields) from error


def _accepted(step: Step, new: NewTicket, received_at: datetime | None, beside: Beside) -> Taken:
    if received_at is None:
        return take_in_tidy(step, new, beside)
    wrong = wrong_moment(step, new, received_at)
    if wrong:
        raise BadInputError(wrong, fields={"received_at": wrong})
    earlier = replace(step, now=min(received_at, step.now))
    taken = _taken_then(earlier, new, beside)
    return (
        replace(taken, work=_dispatch(step, taken.ticket, new)) if new.lead_unit.strip() else taken
    )


def _taken_then(step: Step, new: NewTicket, beside: Beside) -> Taken:
    try:
        return take_in_tidy(step, replace(new, lead_unit="", support_units=()), beside)
    except RuleNotInForceError as error:  # of some other rule than the limit
        words = too_early(step, new, step.now)
        raise BadInputError(words, fields={"received_at": words}) from error


def _dispatch(step: Step, ticket: Ticket, new: NewTicket) -> tuple[Work, ...]:
    """Hand a ticket that was received earlier to its unit now: the unit's clocks start now."""
    lead, supports, accused = units_of(step, new)
    refuse_to_begin(step, new.kind, lead, supports, accused)
    if lead is None or kept_from(step, ticket, lead, supports):
        return ()
    return dispatch(step, ticket, Dispatch(lead, tuple(supports), Own("对方系统登记时选定")))
