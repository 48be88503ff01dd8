"""The audit page (审计核验): whether the chain is whole, what was done, the export. Read-only."""

import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from api.pages.audit_words import ACTIONS, entry_words, stream_words
from api.pages.filters import Reading, from_address
from api.pages.forms import Form, Posted
from api.pages.visit import HEADERS, Visit, posting, reading
from engine.actions.audit import Note, note
from engine.actions.audit_export import export
from engine.actions.audit_key import public_key
from engine.errors import BadInputError
from engine.rules.shanghai import shanghai_date
from engine.store import audit as store
from engine.store import audit_views
from engine.store.audit_views import Search
from engine.store.database import wake
from engine.terms import Role, TicketEvent

router = APIRouter(include_in_schema=False)
LOOKERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)


@router.get("/audit")
def audit(request: Request, log: str = "") -> Response:
    """Show the state of the chain and the newest rows of one log, as asked for."""
    with reading(request, *LOOKERS) as visit:
        asked = request.query_params
        typed = Reading(visit, from_address(request))
        search = Search(
            asked.get("ticket", ""), asked.get("person", ""), asked.get("action", ""),
            *typed.days(), asked.get("before", ""),
        )  # fmt: skip
        query = urlencode([(name, value) for name, value in asked.items()
                           if value and name != "before"])  # fmt: skip
        error = typed.error
        facts = {**_state(visit), **_found(visit, log, search, none=error is not None),
                 "query": query, "error": error, "form": typed.form}  # fmt: skip
        return visit.page("audit.html", facts, error.status if error else 200)


def _state(visit: Visit) -> dict[str, object]:
    seals = [store.last_seal(visit.session, log) for log in store.LOGS]
    newest = max((one for one in seals if one), key=lambda one: one.id, default=None)
    return {"check": store.last_check(visit.session), "running": store.running_check(visit.session),
            "seal": newest, "key": _key()}  # fmt: skip


def _key() -> str:
    """Return the public key, or nothing where this machine has none."""
    try:
        return public_key().hex()
    except BadInputError:
        return ""


def _found(visit: Visit, log: str, search: Search, *, none: bool) -> dict[str, object]:
    changes = log == "changes"
    entries = list(audit_views.entries(visit.session, search)) if changes and not none else []
    events = [] if changes or none else list(audit_views.events(visit.session, search))
    people = audit_views.accounts_of(visit.session, [one.stream for one in entries])
    acts = [(one.value, one.label) for one in TicketEvent]
    return {
        "changes": changes, "entries": entries, "events": events, "search": search,
        "acts": list(ACTIONS.items()) if changes else acts, "ACTIONS": ACTIONS,
        "entry_words": entry_words, "stream_words": lambda stream: stream_words(stream, people),
        "looked": TicketEvent.UNMASK,
        "more": audit_views.next_key(entries or [event for event, *_ in events]),
    }  # fmt: skip


@router.get("/audit/state")
def state(request: Request) -> Response:
    """Show only the state, for the page to renew itself while a check runs."""
    with reading(request, *LOOKERS) as visit:
        return visit.partial("_audit_state.html", **_state(visit))


@router.post("/audit/check")
def check(request: Request, form: Posted) -> Response:
    """Ask for the whole log to be read through; it is done in the background."""
    with posting(request, form, *LOOKERS) as visit:
        store.ask(visit.session, visit.account.name, visit.now)
        wake(visit.session, "audit")
        return visit.go("/audit", "已开始核验，进度显示在上方。")


@router.post("/audit/export")
def download(request: Request, form: Posted) -> Response:
    """Hand out the signed export; that it was is itself written down."""
    room = Path(tempfile.mkdtemp())
    gone = BackgroundTask(shutil.rmtree, room, ignore_errors=True)
    try:
        with posting(request, form, *LOOKERS) as visit:
            return _exported(visit, form, room / "audit.jsonl", gone)
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        raise


def _exported(visit: Visit, form: Form, path: Path, gone: BackgroundTask) -> Response:
    reason = form.text("reason").strip()
    if not reason:
        words = "请写明导出的用途。"
        raise BadInputError(words, fields={"reason": words})
    what = Note(f"account:{visit.account.id}", "export_audit", {"reason": reason[:200]})
    note(visit.session, visit.step.actor, visit.now, what)
    export(visit.session, path, visit.now)
    name = f"audit-{shanghai_date(visit.now):%Y%m%d}.jsonl"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return FileResponse(path, media_type="application/jsonl", headers=headers, background=gone)
