"""Leaves a ticket out of an indicator (剔除): with ground, evidence and a second supervisor."""

from dataclasses import dataclass

from engine.actions.actor import require_role
from engine.actions.figures import asked_cases
from engine.actions.finding_evidence import FindingForm, missing_fields
from engine.actions.findings import LONGEST, propose
from engine.actions.stated import too_long
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, EngineError
from engine.models import Finding, Ticket, Unit
from engine.rules.findings import excludable, exclusion_grounds
from engine.rules.shanghai import shanghai_date
from engine.store import figure_cases
from engine.store import findings as store
from engine.store import tickets as ticket_store
from engine.store.histories import units_by_id
from engine.terms import FindingKind, FindingState, Indicator, Role


@dataclass(frozen=True, kw_only=True)
class ExclusionForm:
    """An exclusion as typed: which ticket, from which indicator, on which ground.

    `unit` is the name of the unit whose case it is, where the ticket has cases of several.
    """

    number: str
    indicator: str
    ground: str
    reason: str
    evidence: str
    unit: str = ""


def exclude(step: Step, form: ExclusionForm) -> Finding:
    """Propose to leave a ticket out of one indicator's adjusted figures; raw figures keep it.

    It belongs to the unit whose case it is, whoever has the ticket now: that unit may appeal.

    Raises:
        NotPermittedError: only supervisors propose it.
        BadInputError: ticket, indicator, ground, reason or evidence is missing or unknown, or
            several units have a case and none is named.
        ConflictError: it is left out already, or that waits for another supervisor.
    """
    require_role(step.actor, Role.SUPERVISOR)
    fields: dict[str, str] = {}
    if form.indicator not in excludable():
        fields["indicator"] = "请选指标；回访类指标不能剔除（第113项）。"
    if form.ground not in exclusion_grounds(step.rules, shanghai_date(step.now)):
        fields["ground"] = "请选剔除事由。"
    ticket = _ticket(step, form.number, fields)
    unit_id = None if ticket is None else _checked(step, ticket, form, fields)
    if ticket is None or fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    _once(step, ticket, form.indicator, unit_id)
    return propose(step, ticket, Finding(
        kind=FindingKind.EXCLUDED, state=FindingState.PROPOSED, ticket_id=ticket.id,
        unit_id=unit_id, indicator=form.indicator, ground=form.ground,
        reason=form.reason.strip(), evidence=form.evidence.strip(),
        proposed_by_id=step.actor.account_id or 0, proposed_at=step.now,
    ))  # fmt: skip


def whose(step: Step, ticket: Ticket, indicator: Indicator) -> list[Unit]:
    """Return the units that have a case of an indicator on a ticket, as the figures count them.

    None has while no limit of it is over yet: there is nothing to be left out.
    """
    day = shanghai_date(step.now)
    asked = asked_cases(step.rules, (shanghai_date(ticket.accepted_at), day), step.now, past=False)
    ids = figure_cases.units_of(step.session, asked, ticket.id, indicator)
    every = units_by_id(step.session)
    return [every[one] for one in ids]


def _checked(step: Step, ticket: Ticket, form: ExclusionForm, fields: dict[str, str]) -> int | None:
    """Add what the form lacks for this ticket to `fields`; return whose case it is."""
    said = FindingForm(kind=FindingKind.EXCLUDED, reason=form.reason, evidence=form.evidence)
    fields |= missing_fields(step, ticket, said)
    if words := too_long(form.reason, LONGEST):
        fields["reason"] = words
    if "indicator" in fields:
        return None
    indicator = Indicator.parse(form.indicator)
    units = whose(step, ticket, indicator)
    if not units:
        fields["indicator"] = (
            f"工单 {ticket.number} 现在不计入“{indicator.label}”（没有到期，或没有这样的一件），"
            "没有可剔除的。"
        )
    named = [one for one in units if len(units) == 1 or one.name == form.unit]
    if units and not named:
        names = "、".join(one.name for one in units)
        fields["unit"] = f"这件工单的这项指标里有{names}的，请选剔除哪一家的。"
    return named[0].id if named else None


def _ticket(step: Step, number: str, fields: dict[str, str]) -> Ticket | None:
    try:
        return ticket_store.ticket_by_number(step.session, number.strip(), lock=True)
    except EngineError as error:
        fields["number"] = str(error)
        return None


def _once(step: Step, ticket: Ticket, indicator: str, unit_id: int | None) -> None:
    if store.exclusion_standing(step.session, ticket.id, indicator, unit_id) is not None:
        message = f"工单 {ticket.number} 已从这项指标剔除，或正等另一位主管复核。"
        raise ConflictError(message)
