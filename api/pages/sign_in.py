"""Signing in and out (登录、退出), and the way from / to each role's own desk."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.pages.forms import Posted
from api.pages.token import masked, matches
from api.pages.visit import COOKIE, check_origin, html, posting, reading
from engine import clock
from engine.actions.drafts import clear_call_drafts
from engine.actions.sessions import Browser, SignedIn, sign_in, sign_out, signed_in
from engine.delivery import identity
from engine.errors import NotSignedInError
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import Role

router = APIRouter(include_in_schema=False)
TOKEN = "hotline_form"
DESKS = {
    Role.OPERATOR: "/desk", Role.SUPERVISOR: "/supervise", Role.HANDLER: "/unit",
    Role.UNIT_LEADER: "/unit", Role.ADMINISTRATOR: "/admin", Role.AUDITOR: "/supervise",
}  # fmt: skip
OLD = "登录页放得太久，请再按一次“登录”。"


@router.get("/")
def home(request: Request) -> Response:
    """Lead the person to the desk of their role."""
    with reading(request) as visit:
        return visit.go(DESKS[visit.role])


@router.get("/login")
def login_page(request: Request, next: str = "/", left: str = "") -> Response:
    """Show the sign-in form; who is signed in already goes on."""
    if _is_signed_in(request):
        return RedirectResponse(local(next), status_code=303)
    return login_form(request, next, "", "", left=bool(left))


def _is_signed_in(request: Request) -> bool:
    secret = request.cookies.get(COOKIE)
    if not secret:
        return False
    with work() as session:
        try:
            signed_in(session, secret, clock.now())
        except NotSignedInError:
            return False
    return True


def login_form(
    request: Request, wanted: str, username: str, refusal: str, *, left: bool = False
) -> Response:
    """Show the form as it was filled in, with what was wrong."""
    token = request.cookies.get(TOKEN) or secrets.token_urlsafe(18)
    facts = {"next": local(wanted), "username": username, "refusal": refusal,
             "token": masked(token), "expired": wanted not in ("", "/"), "left": left,
             "settings": load_settings(), "identity": identity.in_use()}  # fmt: skip
    response = html("login.html", facts, 422 if refusal else 200)
    response.set_cookie(TOKEN, token, httponly=True, samesite="lax", secure=is_secure(request))
    return response


@router.post("/login")
def login(request: Request, form: Posted) -> Response:
    """Open a session, or say why not."""
    check_origin(request)
    if not matches(form.text("token"), request.cookies.get(TOKEN, "")):
        return login_form(request, form.text("next"), form.text("username"), OLD)
    username, password = form.text("username"), form.text("password")
    outcome = sign_in(username, password, clock.now(), browser_of(request))
    if isinstance(outcome, str):
        return login_form(request, form.text("next"), form.text("username"), outcome)
    return welcome(request, form.text("next"), outcome)


def browser_of(request: Request) -> Browser:
    """Return from where a request comes."""
    address = request.client.host if request.client else ""
    return Browser(address, request.headers.get("user-agent", ""))


def welcome(request: Request, wanted: str, opened: SignedIn) -> Response:
    """Hand the browser its new session and lead it on; the session it had before ends."""
    earlier = request.cookies.get(COOKIE)
    if earlier:
        with work() as session:
            sign_out(session, earlier, clock.now())
    response = RedirectResponse(local(wanted), status_code=303)
    age = load_settings().session_hours * 3600
    response.set_cookie(
        COOKIE, opened.secret, max_age=age, httponly=True, samesite="lax", secure=is_secure(request)
    )
    return response


@router.post("/logout")
def logout(request: Request, form: Posted) -> Response:
    """Close the session; drafts of calls, which hold personal data, go with it."""
    with posting(request, form) as visit:
        clear_call_drafts(visit.session, visit.account.id)
        sign_out(visit.session, request.cookies.get(COOKIE, ""), visit.now)
    response = RedirectResponse("/login?left=1" if identity.in_use() else "/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response


def local(wanted: str) -> str:
    """Return a path of this site to go to; anything that leads elsewhere becomes /."""
    away = not wanted.startswith("/") or wanted.startswith(("//", "/\\", "/login", "/logout"))
    return "/" if away or any(ord(one) < ord(" ") for one in wanted) else wanted


def is_secure(request: Request) -> bool:
    """Return whether cookies may only travel encrypted."""
    return request.url.scheme == "https" or load_settings().base_url.startswith("https:")
