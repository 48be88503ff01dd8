"""The page of API keys (接口密钥): made, replaced, revoked; a secret is shown once, here."""

from datetime import date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import Visit, attempt, reading
from engine.actions import keys
from engine.actions.actor import require_role
from engine.actions.keys import KeyForm
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import ApiKey
from engine.rules import access
from engine.store import desk_admin
from engine.terms import Role

router = APIRouter(include_in_schema=False)
ADMIN = (Role.ADMINISTRATOR,)
PATH = "/admin/keys"
SOON = timedelta(days=14)
SCOPE_NAMES = {
    "tickets:write": "登记工单", "tickets:read": "查询工单", "tickets:private": "查看诉求人",
    "callbacks:write": "登记回访", "routing:read": "派单建议", "events:read": "读取经过",
    "calls:write": "来电弹屏",
}  # fmt: skip


@router.get(PATH)
def show(request: Request) -> Response:
    """List the keys, and the form for a new one."""
    with reading(request, *ADMIN) as visit:
        return _page(visit, EMPTY)


def _page(
    visit: Visit, form: Form, error: EngineError | None = None, *, about: str = "",
    secret: str = "",
) -> Response:  # fmt: skip
    require_role(visit.step.actor, *ADMIN)
    found = desk_admin.keys(visit.session)
    facts = {
        "form": form, "error": error, "about": about, "secret": secret, "SCOPES": SCOPE_NAMES,
        "keys": [one for one in found if one.revoked_at is None],
        "revoked": [one for one in found if one.revoked_at is not None],
        "calls": desk_admin.calls_today(visit.session, visit.now),
        "most": access.calls_per_minute(None, visit.now, visit.rules),
        "state": lambda key: state_of(key, visit.now),
    }  # fmt: skip
    return visit.page("keys.html", facts, error.status if error else 200)


def state_of(key: ApiKey, now: datetime) -> tuple[str, str, str]:
    """Return how a key stands as shape, word and tone: in use, running out, run out, revoked."""
    if key.revoked_at is not None:
        return "○", "已停用", "off"
    if key.expires_at is None:
        return "●", "在用", "ok"
    if key.expires_at <= now:
        return "■", "已到期", "bad"
    if key.expires_at - now < SOON:
        return "▲", f"{max((key.expires_at - now).days, 0)} 天后到期", "warn"
    return "●", "在用", "ok"


@router.post(PATH + "/{what}")
def change(request: Request, what: str, form: Posted) -> Response:
    """Make, replace or revoke a key.

    Raises:
        NotFoundError: there is no such act.
    """
    doing = DOINGS.get(what)
    if doing is None:
        message = "没有这个操作。"
        raise NotFoundError(message)

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, *ADMIN)
        about, secret = doing(visit, form)
        return _page(visit, EMPTY, about=about, secret=secret) if secret else visit.go(PATH, about)

    return attempt(request, form, do, lambda visit, error: _page(visit, form, error))


def _add(visit: Visit, form: Form) -> tuple[str, str]:
    wanted = KeyForm(
        name=form.text("name"), scopes=form.many("scopes"), networks=form.lines("networks"),
        expires_on=_day(form), calls_per_minute=_calls(form),
    )  # fmt: skip
    key, secret = keys.make_key(visit.step, wanted)
    return f"密钥“{key.name}”，只显示这一次，请现在复制：", secret


def _day(form: Form) -> date | None:
    text = form.text("expires_on").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        words = "有效期写成 2027-06-30 的样子，或留空。"
        raise BadInputError(words, fields={"expires_on": words}) from error


def _calls(form: Form) -> int | None:
    if not form.text("calls_per_minute").strip():
        return None
    return form.number("calls_per_minute") or 0


def _rotate(visit: Visit, form: Form) -> tuple[str, str]:
    key, secret = keys.rotate_key(visit.step, _number(form))
    until = f"{visit.when(key.old_until)}"
    return f"密钥“{key.name}”已更换，旧的用到 {until}。新密钥只显示这一次，请现在复制：", secret


def _end_old(visit: Visit, form: Form) -> tuple[str, str]:
    key = keys.end_old_key(visit.step, _number(form))
    return f"密钥“{key.name}”的旧密钥已停用。", ""


def _revoke(visit: Visit, form: Form) -> tuple[str, str]:
    key = keys.revoke_key(visit.step, _number(form))
    return f"密钥“{key.name}”已停用。", ""


def _number(form: Form) -> int:
    found = form.number("id")
    if found is None:
        message = "请从列表里选。"
        raise BadInputError(message)
    return found


DOINGS = {"add": _add, "rotate": _rotate, "end-old": _end_old, "revoke": _revoke}
