"""Keeps a ticket from the unit its own words accuse (回避), whatever was noted at the desk."""

from collections.abc import Sequence

from engine.actions.step import Step
from engine.errors import BadInputError, RefusedTransitionError
from engine.models import Ticket, Unit
from engine.rules.acceptance import must_avoid_unit
from engine.rules.citations import clause
from engine.rules.routing import load_router
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import ActorKind, Role, TicketKind

RECUSAL = "house/H-38"
ALONE = "被反映的单位不能单独承办：请改派其他单位；不填主办单位的，由热线人工选定。"


def refuse_the_accused(step: Step, ticket: Ticket, lead: Unit, supports: Sequence[Unit]) -> None:
    """Refuse a person to hand a ticket to whom its text accuses; a supervisor may, and answers.

    A report (举报) goes to none of them; another matter not to one of them alone.

    Raises:
        RefusedTransitionError: says which unit, and who may decide.
    """
    if step.actor.kind is not ActorKind.USER or step.actor.role is Role.SUPERVISOR:
        return
    found = accused_among(ticket, lead, supports, step.rules)
    if found:
        what = (
            "不能派给它" if ticket.kind is TicketKind.REPORT else "不能只派给它，请加派监督单位协办"
        )
        message = f"来件反映的可能就是{found}，{what}；经核实不是的，请主管派单。"
        raise RefusedTransitionError(message, clause=clause(RECUSAL).label)


def refuse_to_begin(
    step: Step, kind: TicketKind, lead: Unit | None, supports: Sequence[Unit], accused: Unit | None
) -> None:
    """Refuse to take a matter in for the very unit it is noted to be about (被反映单位).

    It has no number yet, so none is told: the next caller gets it. Beside another unit it may
    lead where its kind lets it (H-38).

    Raises:
        BadInputError: names the field of the lead unit.
    """
    if accused is None or lead is None or lead.id != accused.id:
        return
    alone = not any(unit.id != accused.id for unit in supports)
    if alone or must_avoid_unit(kind, step.rules, shanghai_date(step.now)):
        raise BadInputError(ALONE, fields={"lead_unit": ALONE})


def kept_from(step: Step, ticket: Ticket, lead: Unit, supports: Sequence[Unit]) -> bool:
    """Return whether a unit another system named must wait for a person of the hotline."""
    api = step.actor.kind is ActorKind.API
    return api and accused_among(ticket, lead, supports, step.rules) != ""


def accused_among(ticket: Ticket, lead: Unit, supports: Sequence[Unit], rules: RuleSet) -> str:
    """Return the unit that must not have a ticket so, by the ticket's own words; or nothing."""
    if not must_avoid_unit(ticket.kind, rules, shanghai_date(ticket.accepted_at)):
        return ""
    router = load_router(ticket.catalogue_version)
    accused = router.accused_in(ticket.content, title=ticket.title, kind=ticket.kind)
    if ticket.kind is TicketKind.REPORT:
        return next((one.name for one in (lead, *supports) if one.name in accused), "")
    watched = any(one.name in router.watchdogs and one.name not in accused for one in supports)
    return lead.name if lead.name in accused and not watched else ""
