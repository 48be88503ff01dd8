"""The administrator's pages (管理): health, mailbox, outgoing mail, accounts, units."""

import urllib.request
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.health_words import beat_words, data_words, job_words
from api.pages.naming import unit_meant
from api.pages.visit import Visit, attempt, reading
from engine.actions import address_checks, administration
from engine.actions.actor import require_role
from engine.actions.people import NewAccount
from engine.delivery.mailbox import list_messages, read_message
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import Account
from engine.rules.calendar_alarms import missing_calendars
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import desk_admin, mail_replies, webhooks
from engine.store.database import work
from engine.store.mail_names import mail_names
from engine.store.row_security import wall
from engine.store.watchdog import is_late
from engine.terms import Role

router = APIRouter(include_in_schema=False)
ADMIN = (Role.ADMINISTRATOR,)
LONGEST, KEY_DIGITS = 80, 19


@router.get("/admin")
def health(request: Request) -> Response:
    """Show whether every part of the installation works."""
    with reading(request, *ADMIN) as visit:
        version = visit.session.connection().dialect.server_version_info or ()
        facts = {
            "health": desk_admin.health(visit.session, visit.now),
            "prefect": prefect_state(), "wall": wall(visit.session),
            "missing": missing_calendars(shanghai_date(visit.now), visit.rules),
            "is_late": is_late, "unheard": webhooks.unheard(visit.session),
            "database": ".".join(map(str, version)),
            "unread": mail_replies.count_unread(visit.session),
            "job_words": job_words, "beat_words": beat_words, "data_words": data_words,
        }  # fmt: skip
        return visit.page("admin.html", facts)


def prefect_state() -> tuple[str, str]:
    """Return whether the flow engine answers, and where it was asked."""
    settings = load_settings()
    base = settings.prefect_api_url or f"http://127.0.0.1:{_prefect_port()}/api"
    if not base.startswith(("http://", "https://")):
        return "unknown", base
    try:
        with urllib.request.urlopen(f"{base.rstrip('/')}/health", timeout=1) as answer:
            return ("up" if answer.read(8) == b"true" else "odd"), base
    except (OSError, ValueError):
        return "away", base


def _prefect_port() -> int:
    """Return the port the embedded server really took: the wanted one may have been in use."""
    settings = load_settings()
    try:
        return int((settings.var / "prefect" / "server.port").read_text())
    except (OSError, ValueError):
        return settings.prefect_port


@router.get("/admin/mailbox")
def mailbox(request: Request) -> Response:
    """List the mails that lie in the mailbox directory while no SMTP server is set."""
    with reading(request, *ADMIN) as visit:
        found = list_messages(load_settings().mailbox, 100)
        return visit.page(
            "mailbox.html", {"messages": found, "smtp": bool(load_settings().smtp_url)}
        )


@router.get("/admin/mailbox/{name}")
def mail(request: Request, name: str) -> Response:
    """Show one mail as text, with the names of what is attached."""
    with reading(request, *ADMIN) as visit:
        return visit.page("mail.html", {"mail": read_message(load_settings().mailbox, name)})


@router.get("/admin/outbox")
def outbox(request: Request, before: int = 0) -> Response:
    """List outgoing mails with their state."""
    with reading(request, *ADMIN) as visit:
        found = desk_admin.mails(visit.session, before or None)
        failed = () if before else desk_admin.failed_mails(visit.session, 50)
        names = mail_names(visit.session, (*found, *failed))
        facts = {"mails": found, "first": not before, "failed": failed, "names": names}
        return visit.page("outbox.html", facts)


def _manage(
    visit: Visit, page: str, form: Form, error: EngineError | None = None, **more: Any
) -> Response:
    require_role(visit.step.actor, *ADMIN)
    facts = {
        "units": desk_admin.units(visit.session), "form": form, "error": error,
        "roles": list(Role), "secret": "", "about": "", **more,
    }  # fmt: skip
    if page == "accounts":
        facts = {**_accounts(visit), **facts}
    return visit.page(f"{page}.html", facts, error.status if error else 200)


def _accounts(visit: Visit) -> dict[str, Any]:
    asked = visit.request.query_params
    words, after = asked.get("q", "").strip()[:LONGEST], asked.get("after", "")
    key = int(after) if after.isascii() and after.isdigit() and len(after) < KEY_DIGITS else 0
    found, more = desk_admin.accounts(visit.session, words, key)
    return {"accounts": found, "more": more, "first": not key, "words": words,
            "query": urlencode({"q": words} if words else {})}  # fmt: skip


@router.get("/admin/{page}")
def manage(request: Request, page: str, unit: int = 0) -> Response:
    """Show accounts or units.

    Raises:
        NotFoundError: there is no such page.
    """
    if page not in ("accounts", "units"):
        message = "没有这个页面。"
        raise NotFoundError(message)
    with reading(request, *ADMIN) as visit:
        return _manage(visit, page, EMPTY, edit=unit)


@router.post("/admin/{page}/{what}")
def change(request: Request, page: str, what: str, form: Posted) -> Response:
    """Do one thing on a page of administration; secrets are shown once, here, and never again."""
    doing = DOINGS.get((page, what))
    if doing is None:
        message = "没有这个操作。"
        raise NotFoundError(message)

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, *ADMIN)
        about, secret = doing(visit, form)
        if secret:
            return _manage(visit, page, EMPTY, secret=secret, about=about, edit=0)
        kept = f"?unit={_number(form, 'id')}" if (page, what) == ("units", "test") else ""
        return visit.go(f"/admin/{page}{kept}", about)

    def again(visit: Visit, error: EngineError) -> Response:
        if "code" in error.fields:
            with work() as session:
                wrong = replace(visit.step, session=session)
                address_checks.count_wrong(wrong, _number(form, "id"))
        return _manage(visit, page, form, error, edit=_number(form, "id", 0))

    return attempt(request, form, do, again)


def _number(form: Form, name: str, otherwise: int | None = None) -> int:
    found = form.number(name)
    if found is not None:
        return found
    if otherwise is None:
        msg = "请从列表里选。"
        raise BadInputError(msg, fields={name: "请从列表里选。"})
    return otherwise


def _add_account(visit: Visit, form: Form) -> tuple[str, str]:
    unit = form.text("unit").strip()
    try:
        role = Role.parse(form.text("role"))
    except ValueError as error:
        msg = "请选角色。"
        raise BadInputError(msg, fields={"role": "请选角色。"}) from error
    new = NewAccount(
        username=form.text("username"), name=form.text("name"), role=role,
        unit_id=unit_meant(visit.session, unit, "unit").id if unit else None,
        email=form.text("email"),
    )  # fmt: skip
    account, password = administration.add_account(visit.step, new)
    return f"账号 {account.username} 的初始密码，只显示这一次：", password


def _reset(visit: Visit, form: Form) -> tuple[str, str]:
    account, password = administration.reset_password(visit.step, _number(form, "id"))
    return f"账号 {account.username} 的新密码，只显示这一次：", password


def _unlock(visit: Visit, form: Form) -> tuple[str, str]:
    account = administration.unlock(visit.step, _number(form, "id"))
    return f"账号 {account.username} 已解锁。", ""


def _switch(visit: Visit, form: Form) -> tuple[str, str]:
    wanted = form.text("active") == "yes"
    if _number(form, "id") == visit.account.id and not wanted:
        msg = "不能停用自己的账号。"
        raise BadInputError(msg)
    account: Account = administration.switch_account(visit.step, _number(form, "id"), active=wanted)
    return f"账号 {account.username} 已{'启用' if wanted else '停用，并已在各处退出'}。", ""


def _unit(visit: Visit, form: Form) -> tuple[str, str]:
    unit = administration.set_unit_mail(
        visit.step, _number(form, "id"), form.text("email"), form.text("leader_name"),
        form.text("leader_email"),
    )  # fmt: skip
    return f"{unit.name}的收件信息已保存。", ""


def _test_mail(visit: Visit, form: Form) -> tuple[str, str]:
    unit = address_checks.send_test(visit.step, _number(form, "id"))
    return f"测试信已发往{unit.name}，请对方把信里的核实码告诉您，填在下面。", ""


def _confirm(visit: Visit, form: Form) -> tuple[str, str]:
    unit = address_checks.confirm(visit.step, _number(form, "id"), form.text("code"))
    return f"{unit.name}的收件邮箱已核实。", ""


DOINGS = {
    ("accounts", "add"): _add_account, ("accounts", "reset"): _reset,
    ("units", "test"): _test_mail, ("units", "confirm"): _confirm,
    ("accounts", "switch"): _switch, ("accounts", "unlock"): _unlock,
    ("units", "save"): _unit,
}  # fmt: skip
