"""Tickets left out of the figures (剔除): the list of them, and the form to propose one."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import from_address
from api.pages.forms import Form, Posted
from api.pages.visit import EYES, Visit, attempt, reading
from engine.actions.actor import require_role
from engine.actions.exclusions import ExclusionForm, exclude
from engine.errors import EngineError
from engine.rules.findings import excludable, exclusion_grounds
from engine.rules.shanghai import shanghai_date
from engine.store import findings
from engine.terms import Indicator, Role

router = APIRouter(include_in_schema=False)
FIELDS = ("number", "indicator", "ground", "reason", "evidence")


def _page(visit: Visit, form: Form, error: EngineError | None = None) -> Response:
    grounds = exclusion_grounds(visit.rules, shanghai_date(visit.now))
    facts = {
        "form": form, "error": error, "found": findings.exclusions(visit.session),
        "indicators": excludable(), "grounds": dict(grounds), "Indicator": Indicator,
    }  # fmt: skip
    return visit.page("exclusions.html", facts, error.status if error else 200)


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
        exclude(visit.step, ExclusionForm(**{name: form.text(name) for name in FIELDS}))
        return visit.go("/supervise/exclusions", "已提出剔除，等另一位主管复核后生效。")

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _page(visit, form, error)

    return attempt(request, form, do, again)
