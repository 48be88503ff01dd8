"""What people set for themselves (我的设置): keys on or off, the undo window, views by name."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.sign_in import local
from api.pages.visit import HOTLINE, Visit, attempt, posting, reading
from engine.actions.own_desk import View, conditions, drop_view, save_view
from engine.errors import EngineError
from engine.rules.shanghai import shanghai_date
from engine.store import desk_own

router = APIRouter(include_in_schema=False)


@router.get("/profile")
def profile(request: Request) -> Response:
    """Show somebody's own settings."""
    with reading(request) as visit:
        return _page(visit, EMPTY)


def _page(visit: Visit, form: Form, error: EngineError | None = None) -> Response:
    seconds = visit.rules.parameters["undo.window"].on(shanghai_date(visit.now)).value
    facts = {
        "own": desk_own.preference(visit.session, visit.account.id), "form": form, "error": error,
        "views": desk_own.saved_views(visit.session, visit.account), "seconds": seconds,
        "hotline": visit.role in HOTLINE,
    }  # fmt: skip
    return visit.page("profile.html", facts, error.status if error else 200)


@router.post("/profile")
def save(request: Request, form: Posted) -> Response:
    """Keep somebody's own settings."""
    with posting(request, form) as visit:
        undo = form.has("undo") or visit.role not in HOTLINE
        desk_own.prefer(visit.session, visit.account.id, shortcuts=form.has("shortcuts"), undo=undo)
        return visit.go("/profile", "设置已存。")


@router.post("/views")
def keep_view(request: Request, form: Posted) -> Response:
    """Keep the list somebody has before them under a name."""

    def do(visit: Visit) -> Response:
        view = View(
            name=form.text("name"), path=local(form.text("path")), query=form.text("query"),
            shared=form.has("shared"),
        )  # fmt: skip
        kept = save_view(visit.step, visit.account, view)
        return visit.go(f"{kept.path}?{kept.query}", f"已存为常用视图“{kept.name}”。")

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, form, error)

    return attempt(request, form, do, again)


@router.post("/views/{view_id}/drop")
def forget_view(request: Request, view_id: int, form: Posted) -> Response:
    """Forget one of one's own views."""
    with posting(request, form) as visit:
        drop_view(visit.step, visit.account, view_id)
        return visit.go("/profile", "视图已删。")


def view_facts(visit: Visit) -> dict[str, Any]:
    """Return what a list shows of the views kept of it, and of itself to be kept."""
    return {
        "views": desk_own.saved_views(visit.session, visit.account, visit.here),
        "view_query": conditions(visit.request.url.query),
    }  # fmt: skip
