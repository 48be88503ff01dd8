"""Bulk acts (批量催办、督办、备注): a page that lists tickets and addressees, then one act."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import asked
from api.pages.forms import Form, Posted
from api.pages.visit import EYES, Visit, attempt, reading
from engine.actions import bulk as actions
from engine.actions.bulk import Bulk
from engine.errors import BadInputError, EngineError
from engine.store import bulk_acts, desk_filters, desk_views
from engine.terms import BulkKind, Role

router = APIRouter(include_in_schema=False)


@router.post("/supervise/bulk")
def confirm(request: Request, form: Posted) -> Response:
    """Show whom a bulk act would touch and tell; nothing is done or sent yet."""

    def do(visit: Visit) -> Response:
        return _confirm(visit, form, _numbers(visit, form))

    def again(visit: Visit, error: EngineError) -> Response:
        return visit.page("bulk_none.html", {"error": error, "back": _back(form)}, error.status)

    return attempt(request, form, do, again, Role.SUPERVISOR)


def _kind(form: Form) -> BulkKind:
    try:
        return BulkKind.parse(form.text("what"))
    except ValueError as error:
        words = "请选催办、督办或加备注。"
        raise BadInputError(words, fields={"what": words}) from error


def _numbers(visit: Visit, form: Form) -> tuple[str, ...]:
    """Return the numbers ticked, or those of the whole filter's result."""
    if not form.has("whole"):
        return tuple(dict.fromkeys(form.many("numbers")))
    found = asked(visit, form)
    if found.error is not None:
        raise found.error
    return tuple(desk_filters.numbers(visit.session, found.wanted, visit.now, actions.MOST + 1))


def _back(form: Form) -> str:
    back = form.text("back")
    return back if back.startswith("/supervise/") else "/supervise/tickets"


def _confirm(
    visit: Visit, form: Form, numbers: tuple[str, ...], error: EngineError | None = None
) -> Response:
    kind = _kind(form)
    found = actions.preview(visit.step, kind, numbers)
    can = [one for one in found if not one.refusal]
    facts = {
        "what": kind, "form": form, "error": error, "back": _back(form), "can": can,
        "cannot": [one for one in found if one.refusal],
        "mails": len({address for one in can for address in one.addresses}),
        "once": form.text("once") or secrets.token_urlsafe(16),
    }  # fmt: skip
    return visit.page("bulk.html", facts, error.status if error else 200)


@router.post("/supervise/bulk/send")
def send(request: Request, form: Posted) -> Response:
    """Do what was confirmed, once."""

    def do(visit: Visit) -> Response:
        once = form.text("once").strip()[:64]
        if not once:
            words = "请从确认页提交。"
            raise BadInputError(words)
        bulk = Bulk(_kind(form), tuple(form.many("numbers")), form.text("words"), once)
        return visit.go(f"/supervise/bulk/{actions.carry_out(visit.step, bulk).id}")

    def again(visit: Visit, error: EngineError) -> Response:
        numbers = tuple(form.many("numbers"))
        if not numbers or len(numbers) > actions.MOST or form.text("what") not in list(BulkKind):
            raise error
        return _confirm(visit, form, numbers, error)

    return attempt(request, form, do, again, Role.SUPERVISOR)


@router.get("/supervise/bulk/{number}")
def done(request: Request, number: int) -> Response:
    """Show what a bulk act did, what it could not, and how its mails fare."""
    with reading(request, *EYES) as visit:
        act = bulk_acts.act(visit.session, number)
        facts = {
            "act": act, "mails": bulk_acts.mails(visit.session, act),
            "names": desk_views.units_by_id(visit.session, [one["unit"] for one in act.tickets]),
        }  # fmt: skip
        return visit.page("bulk_done.html", facts)
