"""The ledger of breaches (超期台账) with judgements, and extensions to decide."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import asked_of_ledger, from_address
from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import EYES, Visit, attempt, reading
from engine.actions.actor import require_role
from engine.actions.adjusting import decide_extension
from engine.actions.desk_work import judge_breach
from engine.errors import ConflictError, EngineError
from engine.store import api_views, breach_ledger, desk_supervise, tickets
from engine.terms import BreachJudgement, ClockKind, Role

router = APIRouter(include_in_schema=False)


@router.get("/supervise/breaches")
def ledger(request: Request, after: int = 0) -> Response:
    """Show the ledger, newest first; a breach is never deleted."""
    with reading(request, *EYES) as visit:
        asked = asked_of_ledger(visit, from_address(request))
        facts = {
            "page": breach_ledger.page(visit.session, asked.wanted, after or None),
            "count": breach_ledger.count(visit.session, asked.wanted), "asked": asked,
            "first": not after, "error": asked.error, "units": tickets.units(visit.session),
            "kinds": list(ClockKind), "Judgement": BreachJudgement,
        }  # fmt: skip
        return visit.page("breaches.html", facts, asked.error.status if asked.error else 200)


@router.get("/supervise/breaches/{breach_id}")
def breach(request: Request, breach_id: int) -> Response:
    """Show one breach with the form for the judgement."""
    with reading(request, *EYES) as visit:
        return _breach(visit, breach_id, EMPTY)


def _breach(visit: Visit, breach_id: int, form: Form, error: EngineError | None = None) -> Response:
    row = breach_ledger.breach(visit.session, breach_id)
    past = breach_ledger.judgements(visit.session, row.ticket)
    facts = {"row": row, "form": form, "error": error, "past": past}
    return visit.page("breach.html", facts, error.status if error else 200)


@router.post("/supervise/breaches/{breach_id}")
def judge(request: Request, breach_id: int, form: Posted) -> Response:
    """Write a supervisor's judgement beside a breach (超期认定)."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        _refuse_repeated(visit, breach_id, form)
        judge_breach(visit.step, breach_id, form.text("judgement"), form.text("reason"))
        return visit.go("/supervise/breaches", "认定已记录，系统判定保留不变。")

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _breach(visit, breach_id, form, error)

    return attempt(request, form, do, again)


def _refuse_repeated(visit: Visit, breach_id: int, form: Form) -> None:
    """Refuse the judgement that stands already, in the same words: the form was sent twice."""
    api_views.lock_names(visit.session, [f"breach:{breach_id}"])
    row = breach_ledger.breach(visit.session, breach_id).breach
    sent = (form.text("judgement"), form.text("reason").strip()[:500])
    if row.judged_at is not None and sent == (row.judgement, row.judgement_reason):
        message = f"这项认定您在 {visit.when(row.judged_at)[6:]} 已经提交过，没有再记一次。"
        raise ConflictError(message)


@router.get("/supervise/extensions/{request_id}")
def extension(request: Request, request_id: int) -> Response:
    """Show a wish for more days, with the form to decide it."""
    with reading(request, *EYES) as visit:
        return _extension(visit, request_id, EMPTY)


def _extension(
    visit: Visit, request_id: int, form: Form, error: EngineError | None = None
) -> Response:
    row = desk_supervise.extension(visit.session, request_id)
    facts = {"row": row, "form": form, "error": error}
    return visit.page("extension.html", facts, error.status if error else 200)


@router.post("/supervise/extensions/{request_id}")
def decide(request: Request, request_id: int, form: Posted) -> Response:
    """Grant or refuse an extension (批延期)."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        granted = form.text("granted") == "yes"
        decide_extension(visit.step, request_id, granted=granted, reason=form.text("reason"))
        return visit.go("/supervise", "已同意延期。" if granted else "不同意延期，已告知承办单位。")

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _extension(visit, request_id, form, error)

    return attempt(request, form, do, again)
