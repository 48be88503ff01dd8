"""A person's own account (我的账号): his password, and the browsers he is signed in at."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.sign_in import local
from api.pages.visit import Visit, attempt, posting, reading
from engine.actions.passwords import change_password, must_change
from engine.actions.sessions import end_sessions, live_sessions, prove
from engine.errors import BadInputError, EngineError
from engine.settings import load_settings

router = APIRouter(include_in_schema=False)


@router.get("/me")
def me(request: Request) -> Response:
    """Show a person where he is signed in."""
    with reading(request) as visit:
        found = live_sessions(visit.session, visit.now, account_id=visit.account.id)
        return visit.page("me.html", {"sessions": [row for row, _ in found]})


@router.post("/me/sessions/end")
def end_others(request: Request, form: Posted) -> Response:
    """Sign a person out everywhere but here."""
    with posting(request, form) as visit:
        here = visit.signed_in.id
        ended = end_sessions(visit.session, visit.account.id, visit.now, but=here)
        return visit.go("/me", f"已退出其他 {ended} 处登录。" if ended else "没有在其他地方登录。")


@router.get("/password")
def password_page(request: Request, next: str = "/me") -> Response:
    """Show the form for another password; a one-time password leads here first."""
    with reading(request) as visit:
        return _page(visit, next, EMPTY)


def _page(visit: Visit, wanted: str, form: Form, error: EngineError | None = None) -> Response:
    facts = {
        "next": local(wanted), "form": form, "error": error,
        "length": load_settings().password_length, "first": must_change(visit.account, visit.now),
    }  # fmt: skip
    return visit.page("password.html", facts, error.status if error else 200)


@router.post("/password")
def password(request: Request, form: Posted) -> Response:
    """Change the password; every other session of the person ends."""
    old, new = form.text("old"), (form.text("new"), form.text("again"))

    def do(visit: Visit) -> Response:
        if refused:
            raise BadInputError(refused, fields={"old": refused})
        change_password(visit.session, visit.account.id, old, new, visit.now)
        end_sessions(visit.session, visit.account.id, visit.now, but=visit.signed_in.id)
        return visit.go(local(form.text("next")), "密码已修改，其他地方的登录已退出。")

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, form.text("next"), EMPTY, error)

    # Proved in transactions of its own, so that a wrong try counts although the form is refused.
    with posting(request, form) as visit:
        account_id, now = visit.account.id, visit.now
    refused = prove(account_id, old, now)
    return attempt(request, form, do, again)
