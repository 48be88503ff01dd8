"""Who looks at a page: session, role, token; and the two ways in, reading and posting."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from api.pages import words
from api.pages.back import remember_list
from api.pages.forms import Form
from api.pages.language import remember
from api.pages.rendering import render
from api.pages.summary import as_on_the_page
from api.pages.token import masked, matches
from engine import clock
from engine.actions.actor import Actor
from engine.actions.passwords import must_change
from engine.actions.rules_in_force import rules_in_force
from engine.actions.sessions import note_seen, signed_in
from engine.actions.step import Step
from engine.errors import (
    BadInputError,
    ConflictError,
    DocumentError,
    EngineError,
    NotPermittedError,
    NotSignedInError,
    RuleError,
)
from engine.models import Account, AccountSession, Clock, Unit
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import desk_own, desk_views, watchdog
from engine.store.database import work
from engine.store.row_security import see_as_unit
from engine.terms import Role

COOKIE = "hotline_session"
SAID = "hotline_said"
HOTLINE = (Role.OPERATOR, Role.SUPERVISOR)
UNIT = (Role.HANDLER, Role.UNIT_LEADER)
EYES = (Role.SUPERVISOR, Role.AUDITOR)
REFRESH = "x-refresh"  # a list that looks again by itself: nobody need be at the desk
WITHOUT_CHANGE = (
    "/password",
    "/logout",
    "/here",
)  # what a person may do before choosing a password
STALE = "这个页面放得太久，或在别处重新登录过。您填的内容还在，请再提交一次。"
ELSEWHERE = "这个请求不是从本系统的页面发出的，已拒绝。"
REPEATABLE = (BadInputError, ConflictError, DocumentError, NotPermittedError, RuleError)
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass
class Visit:
    """One request by a signed-in person: transaction, account, token, moment."""

    request: Request
    session: Session
    account: Account
    signed_in: AccountSession
    now: datetime
    unit: Unit | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def csrf(self) -> str:
        """Return the token that this person's forms carry, another one on every page."""
        return masked(self.signed_in.csrf)

    @cached_property
    def rules(self) -> RuleSet:
        """Return the rules this installation counts by."""
        return rules_in_force(self.session)

    @property
    def rules_today(self) -> str:
        """Return the version of the parameters in force today, for the foot of the page."""
        return self.rules.parameters.version_on(shanghai_date(self.now))

    @property
    def role(self) -> Role:
        """Return the role of the person."""
        return self.account.role

    @property
    def step(self) -> Step:
        """Return what the engine's actions take."""
        return Step(self.session, Actor.of(self.account), self.now, self.rules)

    @property
    def kept_since(self) -> datetime:
        """Return since when a unit still sees what it has closed (办结后查看)."""
        kept = self.rules.parameters["privacy.handler_access_after_closing"]
        return self.now - timedelta(days=kept.on(shanghai_date(self.now)).value)

    @property
    def here(self) -> str:
        """Return the path of this page."""
        return self.request.url.path

    def tag(self, clock: Clock, *, named: bool = False) -> words.Tag:
        """Return how a clock stands now."""
        return words.clock_tag(clock, self.now, self.rules, named=named)

    def when(self, moment: datetime | None) -> str:
        """Return a moment as the lists show it."""
        return words.moment_words(moment, self.now)

    def ago(self, moment: datetime | None) -> str:
        """Return how long ago a moment was."""
        return words.ago(moment, self.now)

    def left(self, moment: datetime) -> str:
        """Return how long there is until a moment."""
        return words.left(moment, self.now)

    def page(
        self, template: str, facts: Mapping[str, Any] | None = None, status: int = 200
    ) -> HTMLResponse:
        """Return a whole page for this person; what was said before it is shown once."""
        said = _said(self.request)
        left = words.seconds_left(said.get("until", ""), self.now) if said else 0
        frame = {**self._frame(), "said": said, "undo_left": left}
        response = html(template, {**frame, **(facts or {})}, status)
        remember_list(self.request, response)
        if said:
            response.delete_cookie(SAID)
        return response

    def partial(self, template: str, **facts: Any) -> HTMLResponse:
        """Return a piece of a page, made by the same macros as the whole."""
        return html(template, {"visit": self, "csrf": self.csrf, **facts}, 200)

    def _frame(self) -> dict[str, Any]:
        return {
            "visit": self, "csrf": self.csrf, "settings": load_settings(), "error": None,
            "counts": desk_views.menu_counts(self.session, self.account, self.now),
            "demonstration": load_settings().demo_data, "Role": Role,
            "silent": None if self.unit else watchdog.silent_since(self.session, self.now),
            "prefers": desk_own.preference(self.session, self.account.id),
        }  # fmt: skip

    def go(
        self, where: str, said: str = "", number: str = "", undo_until: datetime | None = None
    ) -> RedirectResponse:
        """Send the browser on, with one green line to show there, and what can be taken back."""
        response = RedirectResponse(where, status_code=303)
        remember(response)
        if said:
            until = undo_until.isoformat() if undo_until else ""
            told = {"text": said, "number": number, "until": until}
            value = quote(json.dumps(told, ensure_ascii=False))
            response.set_cookie(SAID, value, max_age=60, httponly=True, samesite="lax")
        return response


def html(template: str, facts: dict[str, Any], status: int) -> HTMLResponse:
    """Return a filled template with the headers every page carries."""
    page = render(template, facts)
    if getattr(facts.get("error"), "fields", None):
        page = as_on_the_page(page)
    response = HTMLResponse(page, status_code=status, headers=HEADERS)
    remember(response)
    return response


def _said(request: Request) -> dict[str, str] | None:
    try:
        found = json.loads(unquote(request.cookies.get(SAID, "")))
    except ValueError:
        return None
    return found if isinstance(found, dict) and "text" in found else None


class ChangePasswordFirstError(NotPermittedError):
    """A person with a one-time password (or an old one) wants something else than to change it."""

    code, title = "change_password_first", "请先修改密码"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("请先修改密码，再继续使用。")


@contextmanager
def reading(request: Request, *roles: Role) -> Iterator[Visit]:
    """Yield the visit of somebody who only looks: the database refuses every change.

    Raises:
        NotSignedInError: nobody is signed in.
        NotPermittedError: the person's role is none of `roles`.
    """
    with work() as session:
        session.connection(execution_options={"postgresql_readonly": True})
        visit = _visit(session, request, roles)
        yield visit
    _note_seen(request, visit)


def _note_seen(request: Request, visit: "Visit") -> None:
    if REFRESH not in request.headers:
        note_seen(visit.signed_in, visit.now)


@contextmanager
def noting(request: Request, *roles: Role) -> Iterator[Visit]:
    """Yield the visit of somebody whose looking is written down (留痕): nothing else may change."""
    with work() as session:
        visit = _visit(session, request, roles)
        yield visit
    _note_seen(request, visit)


@contextmanager
def posting(request: Request, form: Form, *roles: Role) -> Iterator[Visit]:
    """Yield the visit of somebody who sent a form; token and origin are checked first.

    Raises:
        NotPermittedError: the form came from elsewhere, is stale, or the role is wrong.
        NotSignedInError: nobody is signed in.
    """
    check_origin(request)
    with work() as session:
        visit = _visit(session, request, roles)
        if not matches(form.text("csrf"), visit.signed_in.csrf):
            raise NotPermittedError(STALE)
        yield visit
    _note_seen(request, visit)


def _visit(session: Session, request: Request, roles: tuple[Role, ...]) -> Visit:
    secret = request.cookies.get(COOKIE)
    if not secret:
        msg = "请先登录。"
        raise NotSignedInError(msg)
    now = clock.now()
    row, account = signed_in(session, secret, now)
    if must_change(account, now) and request.url.path not in WITHOUT_CHANGE:
        raise ChangePasswordFirstError
    if roles and account.role not in roles:
        wanted = "、".join(role.label for role in roles)
        message = f"您没有这项权限。需要的角色：{wanted}。"
        raise NotPermittedError(message)
    unit = session.get(Unit, account.unit_id) if account.unit_id else None
    visit = Visit(request, session, account, row, now, unit)
    if account.role in UNIT:
        see_as_unit(session, account.unit_id or 0, account.id, visit.kept_since)
    return visit


def check_origin(request: Request) -> None:
    """Refuse a form that was not sent from a page of this house.

    Raises:
        NotPermittedError: Origin (or Referer, where a browser sends none) names another host.
    """
    sent = request.headers.get("origin") or request.headers.get("referer") or ""
    known = {request.headers.get("host", ""), urlsplit(load_settings().base_url).netloc}
    if urlsplit(sent).netloc not in known - {""}:
        raise NotPermittedError(ELSEWHERE)


def attempt(
    request: Request,
    form: Form,
    do: Callable[[Visit], Response],
    again: Callable[[Visit, EngineError], Response],
    *roles: Role,
) -> Response:
    """Do what a form asks in one transaction; if it can't be, show the form as it was typed."""
    try:
        with posting(request, form, *roles) as visit:
            return do(visit)
    except REPEATABLE as error:
        if str(error) == ELSEWHERE:
            raise
        refused = error
    with reading(request, *roles) as visit:
        return again(visit, refused)
