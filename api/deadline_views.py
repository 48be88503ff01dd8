"""Clocks → answers: due dates with their reasons, and deadline certificates (期限凭证)."""

from collections.abc import Sequence
from datetime import datetime

from api import deadline_schemas as shapes
from api import schemas
from api.dependencies import Call
from api.schemas import Word
from engine.actions.clocks import is_overdue
from engine.actions.day_ledger import DaysUsed, Share, Stay, days_used
from engine.actions.step import Step
from engine.errors import CalendarNotPublishedError
from engine.models import Clock, Ticket, Unit
from engine.rules.certificates import Certificate
from engine.rules.shanghai import weekday_name
from engine.settings import load_settings
from engine.store import api_views, clocks
from engine.store.unit_sight import was_asked

Units = dict[int, Unit]


def unit_ref(unit: Unit | None) -> schemas.UnitRef | None:
    """Return a unit by name and slug."""
    return schemas.UnitRef(name=unit.name, slug=unit.slug) if unit else None


def ticket_url(ticket: Ticket) -> str:
    """Return where the API shows a ticket."""
    return f"{load_settings().link_base}/api/v1/tickets/{ticket.number}"


def deadline(clock: Clock, ticket: Ticket, units: Units, now: datetime) -> schemas.Deadline:
    """Return one due date with its reason and the link to its certificate."""
    unit = units.get(clock.unit_id) if clock.unit_id is not None else None
    certificate = Certificate.from_json(clock.certificate)
    return schemas.Deadline.model_validate({
        "id": clock.id,
        "clock": Word.of(clock.kind),
        "unit": unit_ref(unit),
        "state": Word.of(clock.state),
        "started_at": clock.started_at,
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "due_status": Word.of(clock.due_status),
        "overdue": is_overdue(clock, now),
        "reason": certificate.sentence(),
        "certificate": f"{ticket_url(ticket)}/deadlines/{clock.id}",
    })  # fmt: skip


def certificate(clock: Clock, ticket: Ticket, units: Units, now: datetime) -> schemas.Certificate:
    """Return a deadline certificate: days counted and skipped, citation, versions."""
    proof = Certificate.from_json(clock.certificate)
    cited = proof.citation
    return schemas.Certificate(
        deadline=deadline(clock, ticket, units, now),
        rule=proof.rule,
        limit=proof.limit,
        limit_unit=Word.of(proof.unit),
        citation=schemas.CitationView(
            label=cited.label, title=cited.title, words=cited.words, house_decision=cited.house
        ),
        rule_since=proof.rule_since,
        rules_version=proof.rules_version,
        calendar_region=proof.calendar_region,
        calendar_version=proof.calendar_version,
        days=[
            schemas.CertifiedDay(
                on=day.on, weekday=weekday_name(day.on), kind=Word.of(day.kind),
                number=day.number, reason=day.reason,
            )
            for day in proof.days
        ],
        pauses=[pause.to_json() for pause in proof.pauses],
        extensions=[extension.to_json() for extension in proof.extensions],
    )  # fmt: skip


def certificates(call: Call, ticket: Ticket) -> list[schemas.Certificate]:
    """Return every deadline certificate of a ticket."""
    rows, units = clocks_of(call, ticket)
    found = [certificate(row, ticket, units, call.step.now) for row in rows]
    return found if call.private else [_unquoting(one) for one in found]


def _unquoting(one: schemas.Certificate) -> schemas.Certificate:
    """Return a certificate without why a person paused or extended it: that may quote somebody."""
    changes = ("pauses", "extensions")
    told = {name: [{**each, "reason": ""} for each in getattr(one, name)] for name in changes}
    return one.model_copy(update=told)


def deadlines(call: Call, ticket: Ticket) -> shapes.Deadlines:
    """Return every deadline certificate of a ticket, and whose days were used."""
    items, used = certificates(call, ticket), days_used_of(call.step, ticket)
    return shapes.Deadlines(
        number=ticket.number, items=items, days_used=_used(used) if used else None
    )


def days_used_of(step: Step, ticket: Ticket) -> DaysUsed | None:
    """Return whose days a ticket used; None while its life reaches a year without a calendar."""
    try:
        return days_used(step.session, ticket, step.now, step.rules)
    except CalendarNotPublishedError:
        return None


def _used(used: DaysUsed) -> shapes.DaysUsed:
    return shapes.DaysUsed(
        working_days=used.whole,
        shares=[shapes.DayShare.model_validate(_share(one)) for one in used.shares],
        stays=[
            shapes.DayStay.model_validate({
                **_share(one), "since": one.since, "until": one.until,
                "charged_to_hotline": one.wrongly_sent,
            })
            for one in used.stays
        ],
    )  # fmt: skip


def _share(one: Share | Stay) -> dict[str, object]:
    return {"holder": Word.of(one.holder), "unit": unit_ref(one.unit),
            "working_days": one.working_days}  # fmt: skip


def clocks_of(call: Call, ticket: Ticket) -> tuple[Sequence[Clock], Units]:
    """Return the clocks of a ticket a key may know of, and their units.

    Without private matters none that nobody was ever asked to keep (撤回发送).
    """
    found = clocks.of_ticket(call.step.session, ticket.id)
    rows = [one for one in found if call.private or was_asked(one)]
    return rows, api_views.units_by_id(call.step.session, (row.unit_id for row in rows))
