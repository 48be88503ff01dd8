"""How long personal data are kept (保存期限): what is due, and the holds that stop it (保存令)."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.finding import find
from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import EYES, Visit, attempt, reading
from engine.actions import retention
from engine.actions.actor import require_role
from engine.errors import EngineError
from engine.store import retention as store
from engine.terms import Role

router = APIRouter(include_in_schema=False)
PATH = "/supervise/retention"


def _page(visit: Visit, form: Form, error: EngineError | None = None) -> Response:
    facts = {
        "form": form, "error": error, "found": retention.preview(visit.session, visit.now),
        "holds": store.holds(visit.session),
    }  # fmt: skip
    return visit.page("retention.html", facts, error.status if error else 200)


@router.get(PATH)
def kept(request: Request) -> Response:
    """Show what is due, what is held, by whom and why."""
    with reading(request, *EYES) as visit:
        return _page(visit, EMPTY)


@router.post(PATH)
def hold(request: Request, form: Posted) -> Response:
    """Put a hold on a ticket, or release it."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        ticket = find(visit, form.text("number").strip().upper(), lock=True)
        if form.has("release"):
            retention.release(visit.step, ticket, form.text("reason"))
            return visit.go(PATH, f"{ticket.number} 的保存令已解除。")
        retention.hold(visit.step, ticket, form.text("reason"))
        return visit.go(PATH, f"{ticket.number} 已保存，到期也不脱敏。")

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _page(visit, form, error)

    return attempt(request, form, do, again)
