"""Tickets left out of the figures (剔除): the list of them, and the form to propose one."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import from_address
from api.pages.finding import number_meant
from api.pages.forms import Form, Posted
from api.pages.visit import EYES, Visit, attempt, reading
from engine.actions.actor import require_role
from engine.actions.exclusions import ExclusionForm, exclude, whose
from engine.errors import BadInputError, EngineError
from engine.rules.findings import excludable, exclusion_grounds
from engine.rules.shanghai import shanghai_date
from engine.store import findings
from engine.store.tickets import ticket_by_number
from engine.terms import Indicator, Role

router = APIRouter(include_in_schema=False)
FIELDS = ("number", "indicator", "ground", "reason", "evidence", "unit")


def _page(visit: Visit, form: Form, error: EngineError | None = None) -> Response:
    grounds = exclusion_grounds(visit.rules, shanghai_date(visit.now))
    facts = {
        "units": _units(visit, form, error), "form": form, "error": error,
        "found": findings.exclusions(visit.session), "indicators": excludable(),
        "grounds": dict(grounds), "Indicator": Indicator,
    }  # fmt: skip
    return visit.page("exclusions.html", facts, error.status if error else 200)


def _units(visit: Visit, form: Form, error: EngineError | None) -> list[str]:
    """Return the units to choose from, where the form must say whose case is left out."""
    if not isinstance(error, BadInputError) or "unit" not in error.fields:
        return []
    ticket = ticket_by_number(visit.session, _number(form))
    indicator = Indicator.parse(form.text("indicator"))
    return [one.name for one in whose(visit.step, ticket, indicator)]


def _number(form: Form) -> str:
    """Return the ticket's number, however it was typed."""
    return number_meant(form.text("number")) or form.text("number").strip()


@router.get("/supervise/exclusions")
def exclusions(request: Request) -> Response:
    """Show what is left out of the figures, by whom and why."""
    with reading(request, *EYES) as visit:
        return _page(visit, from_address(request))


@router.post("/supervise/exclusions")
def propose(request: Request, form: Posted) -> Response:
    """Propose to leave a ticket out (剔除); another supervisor must agree."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        typed = {name: form.text(name) for name in FIELDS} | {"number": _number(form)}
        exclude(visit.step, ExclusionForm(**typed))
        return visit.go("/supervise/exclusions", "已提出剔除，等另一位主管复核后生效。")

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _page(visit, form, error)

    return attempt(request, form, do, again)
