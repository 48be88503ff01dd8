"""How a unit handled a ticket (办理情况), read off the record; judgements are people's."""

from engine.actions.evidence import evidence_for
from engine.actions.excused_breaches import is_excused
from engine.actions.ground_evidence import proved
from engine.actions.letter_facts import charged_days, main_clock
from engine.actions.proofs import proofs_of
from engine.actions.step import Step
from engine.actions.told_units import deemed_though_told
from engine.errors import ConflictError
from engine.models import Ticket
from engine.rules.rectification import Conduct, letter_grounds
from engine.rules.shanghai import shanghai_date
from engine.store import clocks
from engine.store import tickets as store
from engine.terms import ClockKind, RectificationGround


def grounds_on_record(step: Step, ticket: Ticket) -> dict[RectificationGround, str]:
    """Return the grounds for a rectification letter that a ticket's record speaks for, and why."""
    on = shanghai_date(ticket.accepted_at)
    return letter_grounds(_conduct(step, ticket), step.rules, on)


def grounds_shown(step: Step, ticket: Ticket) -> set[RectificationGround]:
    """Return the grounds that events prove of the unit a ticket is with."""
    return proved(evidence_for(step, ticket, ticket.lead_unit_id or 0), proofs_of(step, ticket))


def _conduct(step: Step, ticket: Ticket) -> Conduct:
    shown = grounds_shown(step, ticket)
    return Conduct(
        overdue_working_days=_overdue(step, ticket),
        deemed_signed_times=_deemed_signed(step, ticket),
        dissatisfied_after_rework=RectificationGround.DISSATISFIED_TWICE in shown,
        claimed_solved_but_not=RectificationGround.FALSE_REPORT in shown,
    )


def _overdue(step: Step, ticket: Ticket) -> int:
    try:
        return charged_days(step, main_clock(step, ticket))
    except ConflictError:  # praise and the like have no limit
        return 0


def _deemed_signed(step: Step, ticket: Ticket) -> int:
    found = store.assignments(step.session, ticket)
    excused = {one.assignment_id for one in clocks.of_ticket(step.session, ticket.id)
               if one.kind is ClockKind.SIGN_FOR and is_excused(step, one)}  # fmt: skip
    own = (one for one in found if one.unit_id == ticket.lead_unit_id and one.id not in excused)
    return sum(deemed_though_told(step, one) for one in own)
