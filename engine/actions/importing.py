"""Takes the rows of a file in (批量导入), each once, however often the file is imported."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from engine.actions.actor import Actor, require_role
from engine.actions.import_rows import Arrived, tried_row
from engine.actions.intake_checks import NewTicket
from engine.actions.received_checks import refusals
from engine.actions.receiving import accept_received
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError
from engine.models import Requester, Ticket
from engine.models.requester import phone_mark
from engine.store import api_views, matters
from engine.store import tickets as store
from engine.terms import Role


class Outcome(StrEnum):
    """What became of a row that was not refused."""

    WRITTEN = "written"
    KNOWN = "known"


def import_row(step: Step, fields: Mapping[str, Any], source: str) -> tuple[Outcome, str]:
    """Write the ticket of one row, or find the one it has made before; return its number.

    Imports of the same row, and the API, wait for each other.

    Raises:
        BadInputError: fields are wrong; all of them are named.
        ConflictError: another matter was registered under the row's number.
        NotPermittedError: only the hotline's own people import.
    """
    check_importer(step.actor)
    arrived = _read(step, fields, source)
    new = arrived.new
    number = new.external_id or ""
    api_views.lock_names(step.session, [f"external:{new.source}:{number}"])
    first = store.ticket_by_external_id(step.session, new.source, number)
    if first is not None:
        _check_same(step, new, first)
        return Outcome.KNOWN, first.number
    return Outcome.WRITTEN, _accepted(step, arrived)


def check_importer(actor: Actor) -> None:
    """Refuse who may not import.

    Raises:
        NotPermittedError: only the hotline's own people import.
    """
    require_role(actor, Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR)


def _read(step: Step, fields: Mapping[str, Any], source: str) -> Arrived:
    """Return the ticket of a row; of one that is wrong, unknown units are named with the rest."""
    arrived, wrong = tried_row(fields, source)
    if wrong:
        moment = None if "kind" in wrong else arrived.received_at
        wrong = {**refusals(step, arrived.new, moment), **wrong}
        raise BadInputError("；".join(wrong.values()), fields=wrong)
    return arrived


def _accepted(step: Step, arrived: Arrived) -> str:
    return accept_received(step, arrived.new, arrived.received_at).ticket.number


def _check_same(step: Step, new: NewTicket, first: Ticket) -> None:
    """Refuse a row that only has the number of an earlier one: nothing may be lost unseen."""
    who: Requester = store.requester_of(step.session, first)
    theirs = first.kind is new.kind and who.phone_mark == phone_mark(new.phone)
    # Of a message that was split, only an excerpt stands on the first ticket.
    said = first.content == new.content or bool(matters.children(step.session, first))
    if not theirs or not said:
        words = f"编号 {new.external_id} 已登记为工单 {first.number}，内容不同，没有另建工单。"
        raise ConflictError(words, fields={"external_id": words})
