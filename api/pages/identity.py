"""Signing in by the site's own identity server (统一身份认证登录), where there is one."""

import json
import secrets
from dataclasses import asdict
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.pages.sign_in import browser_of, is_secure, local, login_form, welcome
from engine import clock
from engine.actions.identities import sign_in_by_identity
from engine.delivery import identity
from engine.delivery.identity import Begun
from engine.errors import EngineError, NotFoundError, NotPermittedError

router = APIRouter(include_in_schema=False)
UNDER_WAY = "hotline_oidc"
MINUTES = 10
NONE = "本系统没有设统一身份认证，请用账号和密码登录。"
STRAY = "这次登录不是从本页开始的，或放得太久。请再试一次。"
DECLINED = "统一身份认证没有同意登录。请再试一次，或用账号和密码登录。"


@router.get("/login/oidc")
def begin(request: Request, next: str = "/") -> Response:
    """Send the browser to the identity server; what it must bring back waits in a cookie."""
    _require()
    begun, address = identity.begin(local(next), clock.now())
    response = RedirectResponse(address, status_code=303)
    response.set_cookie(
        UNDER_WAY, quote(json.dumps(asdict(begun))), max_age=MINUTES * 60, path="/login",
        httponly=True, samesite="lax", secure=is_secure(request),
    )  # fmt: skip
    return response


@router.get("/login/oidc/back")
def back(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """Take back who went to the identity server: open a session, or say why not."""
    _require()
    wanted = "/"
    try:
        begun = _begun(request, state)
        wanted = begun.wanted
        response = _enter(request, begun, "" if error else code)
    except EngineError as refused:
        response = login_form(request, wanted, "", str(refused))
    response.delete_cookie(UNDER_WAY, path="/login")
    return response


def _enter(request: Request, begun: Begun, code: str) -> Response:
    if not code:
        raise NotPermittedError(DECLINED)
    now = clock.now()
    who = identity.identify(begun, code, now)
    opened = sign_in_by_identity(who.claim, now, browser_of(request))
    if isinstance(opened, str):
        raise NotPermittedError(opened)
    return welcome(request, begun.wanted, opened)


def _begun(request: Request, state: str) -> Begun:
    """Return the sign-in this browser began, if it is the one that comes back."""
    try:
        begun = Begun(**json.loads(unquote(request.cookies.get(UNDER_WAY, ""))))
    except (ValueError, TypeError) as error:
        raise NotPermittedError(STRAY) from error
    if not secrets.compare_digest(str(begun.state).encode(), state.encode()):
        raise NotPermittedError(STRAY)
    return begun


@router.get("/login/oidc/leave")
def leave(request: Request) -> Response:
    """Lead to where one signs out of the identity server itself."""
    _require()
    return RedirectResponse(identity.leave_address(clock.now()), status_code=303)


def _require() -> None:
    if not identity.in_use():
        raise NotFoundError(NONE)
