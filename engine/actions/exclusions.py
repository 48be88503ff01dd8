"""Leaves a ticket out of an indicator (剔除): with ground, evidence and a second supervisor."""

from dataclasses import dataclass

from engine.actions.actor import require_role
from engine.actions.findings import LONGEST, propose
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, EngineError
from engine.models import Finding, Ticket
from engine.rules.findings import excludable, exclusion_grounds, missing_in_finding
from engine.rules.shanghai import shanghai_date
from engine.store import findings as store
from engine.store import tickets as ticket_store
from engine.terms import FindingKind, FindingState, Role


@dataclass(frozen=True, kw_only=True)
class ExclusionForm:
    """An exclusion as typed: which ticket, from which indicator, on which ground."""

    number: str
    indicator: str
    ground: str
    reason: str
    evidence: str


def exclude(step: Step, form: ExclusionForm) -> Finding:
    """Propose to leave a ticket out of one indicator's adjusted figures; raw figures keep it.

    Raises:
        NotPermittedError: only supervisors propose it.
        BadInputError: ticket, indicator, ground, reason or evidence is missing or unknown.
        ConflictError: it is left out already, or that waits for another supervisor.
    """
    require_role(step.actor, Role.SUPERVISOR)
    fields = missing_in_finding(FindingKind.EXCLUDED, form.reason, form.evidence)
    if form.indicator not in excludable():
        fields["indicator"] = "请选指标；回访类指标不能剔除（第113项）。"
    if form.ground not in exclusion_grounds(step.rules, shanghai_date(step.now)):
        fields["ground"] = "请选剔除事由。"
    ticket = _ticket(step, form.number, fields)
    if ticket is None or fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    _once(step, ticket, form.indicator)
    return propose(step, ticket, Finding(
        kind=FindingKind.EXCLUDED, state=FindingState.PROPOSED, ticket_id=ticket.id,
        unit_id=ticket.lead_unit_id, indicator=form.indicator, ground=form.ground,
        reason=form.reason.strip()[:LONGEST], evidence=form.evidence.strip(),
        proposed_by_id=step.actor.account_id or 0, proposed_at=step.now,
    ))  # fmt: skip


def _ticket(step: Step, number: str, fields: dict[str, str]) -> Ticket | None:
    try:
        return ticket_store.ticket_by_number(step.session, number.strip(), lock=True)
    except EngineError as error:
        fields["number"] = str(error)
        return None


def _once(step: Step, ticket: Ticket, indicator: str) -> None:
    if store.exclusion_standing(step.session, ticket.id, indicator) is not None:
        message = f"工单 {ticket.number} 已从这项指标剔除，或正等另一位主管复核。"
        raise ConflictError(message)
