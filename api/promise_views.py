"""Tables → answers about what was promised with an answer, and what was found (承诺、核查)."""

from datetime import date

from api.deadline_views import unit_ref
from api.dependencies import Call
from api.schemas import Answer, Moment, UnitRef, Word
from engine.models import Promise, Ticket, Verification
from engine.store import api_views
from engine.store import promises as store


class VerificationView(Answer):
    """One verification (核查): how, when and what was found; evidence only with tickets:private."""

    at: Moment
    done_on: date
    way: Word
    result: Word
    place: str | None
    evidence: str | None


class PromiseView(Answer):
    """One promise (承诺): by which day, how it stands; the words only with tickets:private."""

    unit: UnitRef | None
    state: Word
    promised_on: date
    made_at: Moment
    reported_at: Moment | None
    settled_at: Moment | None
    text: str | None
    report: str | None
    verifications: list[VerificationView]


class Promises(Answer):
    """Every promise made on a ticket, oldest first; their deadlines are among the ticket's."""

    number: str
    items: list[PromiseView]


def promises(call: Call, ticket: Ticket) -> Promises:
    """Return the promises made on a ticket, with what was found."""
    made = store.of_ticket(call.step.session, ticket.id)
    found = store.verifications(call.step.session, [one.id for one in made])
    units = api_views.units_by_id(call.step.session, (one.unit_id for one in made))
    items = [
        _promise(call, one, unit_ref(units.get(one.unit_id)), found.get(one.id, [])) for one in made
    ]
    return Promises(number=ticket.number, items=items)


def _promise(
    call: Call, one: Promise, unit: UnitRef | None, found: list[Verification]
) -> PromiseView:
    return PromiseView(
        unit=unit, state=Word.of(one.state), promised_on=one.promised_on, made_at=one.made_at,
        reported_at=one.reported_at, settled_at=one.settled_at,
        text=one.text if call.private else None, report=one.report if call.private else None,
        verifications=[_verification(call, row) for row in found],
    )  # fmt: skip


def _verification(call: Call, row: Verification) -> VerificationView:
    return VerificationView(
        at=row.at, done_on=row.done_on, way=Word.of(row.way), result=Word.of(row.result),
        place=row.place if call.private else None,
        evidence=row.evidence if call.private else None,
    )  # fmt: skip
