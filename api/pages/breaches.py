"""The ledger of breaches (超期台账) with proof and findings, and extensions to decide."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deadline_views import days_used_of
from api.pages.filters import from_address
from api.pages.forms import EMPTY, Form, Posted
from api.pages.kept_forms import as_left, drop_kept, kept_among, not_shown
from api.pages.ledger_filter import asked_of_ledger, indicators
from api.pages.profile import view_facts
from api.pages.special_acts import yes_or_no
from api.pages.used_days import strip_of
from api.pages.visit import EYES, Visit, attempt, reading
from api.pages.whys import why_of
from engine.actions.actor import require_role
from engine.actions.adjusting import decide_extension
from engine.actions.extension_choices import day_if_granted
from engine.actions.finding_evidence import FindingForm, excuse_of_the_untold
from engine.actions.finding_seen import check_findings_seen, findings_seen
from engine.actions.findings import judge_breach
from engine.actions.revoked_breaches import before_these
from engine.errors import EngineError
from engine.lifecycle import WITH_UNIT
from engine.rules.finding_evidence import SHORTEST_OWN
from engine.rules.shanghai import shanghai_date, weekday_name
from engine.store import breach_ledger, clocks, desk_supervise, desk_ticket, findings, tickets
from engine.store.breach_proof import proof
from engine.store.extensions import PENDING
from engine.terms import BreachJudgement, ClockKind, ClockState, FindingState, Role, TicketKind

router = APIRouter(include_in_schema=False)


@router.get("/supervise/breaches")
def ledger(request: Request, after: str = "") -> Response:
    """Show the ledger, last missed first; a breach is never deleted."""
    with reading(request, *EYES) as visit:
        asked = asked_of_ledger(visit, from_address(request))
        facts = {
            "page": breach_ledger.page(visit.session, asked.wanted, after),
            "count": breach_ledger.count(visit.session, asked.wanted), "asked": asked,
            "first": not after, "error": asked.error, "units": tickets.units(visit.session),
            "kinds": list(ClockKind), "ticket_kinds": list(TicketKind),
            "Judgement": BreachJudgement, "indicators": indicators(),
            "most": breach_ledger.MOST_COUNTED, **view_facts(visit),
        }  # fmt: skip
        return visit.page("breaches.html", facts, asked.error.status if asked.error else 200)


@router.get("/supervise/breaches/{breach_id}")
def breach(request: Request, breach_id: int) -> Response:
    """Show what proves one breach, its findings, and the form for another one."""
    with reading(request, *EYES) as visit:
        return breach_page(visit, breach_id, EMPTY)


def breach_page(
    visit: Visit, breach_id: int, form: Form, error: EngineError | None = None
) -> Response:
    """Return the page of a breach, with a form as it was typed."""
    row = breach_ledger.breach(visit.session, breach_id)
    found = findings.of_breach(visit.session, breach_id)
    used = strip_of(days_used_of(visit.step, row.ticket))
    waits = any(one.state is FindingState.PROPOSED for one in found)
    kept = kept_among(visit, breach_id, "breach") if visit.role is Role.SUPERVISOR else {}
    shown = () if waits or row.breach.judgement == BreachJudgement.WITHDRAWN else ("breach",)
    form = as_left(form, kept, shown)
    blank = form is EMPTY and not found
    laid = excuse_of_the_untold(visit.step, row.ticket, row.clock) if blank else None
    form = _laid_ready(laid) if laid else form
    facts = {
        "row": row, "form": form, "error": error, "found": found, "why": why_of(row.clock),
        "own": SHORTEST_OWN, "seen": findings_seen(visit.step, breach_id),
        "appeal_days": visit.rules.parameters["scoring.appeal_window"].on(
            shanghai_date(visit.now)).value,
        "revoked": before_these(tickets.events(visit.session, row.ticket), [row.breach]).get(
            row.clock.id, []),
        "used": used, "proof": proof(visit.session, row.clock), "weekday": weekday_name,
        "waits": waits, "kept": kept, "left": not_shown(kept, shown),
        **_as_laid(laid),
        "names": findings.names(visit.session, {id_ for one in found for id_ in (
            one.proposed_by_id, one.decided_by_id, one.appeal_ruled_by_id)}),
    }  # fmt: skip
    return visit.page("breach.html", facts, error.status if error else 200)


def _laid_ready(said: FindingForm) -> Form:
    """Return the form as it stands before anybody typed: an excuse where the unit was not told."""
    return Form({"judgement": [said.kind], "reason": [said.reason], "evidence": [said.evidence]})


def _as_laid(said: FindingForm | None) -> dict[str, object]:
    """Return what the page says of a form that the system filled in, and its event's number."""
    return {"laid": said, "laid_event": "".join(filter(str.isdigit, said.evidence if said else ""))}


@router.post("/supervise/breaches/{breach_id}")
def judge(request: Request, breach_id: int, form: Posted) -> Response:
    """Write a supervisor's finding beside a breach (超期认定); excusing takes another person."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        check_findings_seen(visit.step, breach_id, form.text("seen"))
        typed = FindingForm(
            kind=form.text("judgement"), reason=form.text("reason"),
            evidence=form.text("evidence"),
        )  # fmt: skip
        found = judge_breach(visit.step, breach_id, typed)
        drop_kept(visit, form)
        said = "认定已记录，系统判定保留不变。"
        if found.state is FindingState.PROPOSED:
            said = "免责已提出，等另一位主管复核后生效；系统判定保留不变。"
        return visit.go(f"/supervise/breaches/{breach_id}", said)

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return breach_page(visit, breach_id, form, error)

    return attempt(request, form, do, again)


@router.get("/supervise/extensions/{request_id}")
def extension(request: Request, request_id: int) -> Response:
    """Show a wish for more days, with the form to decide it."""
    with reading(request, *EYES) as visit:
        return _extension(visit, request_id, EMPTY)


def _extension(
    visit: Visit, request_id: int, form: Form, error: EngineError | None = None
) -> Response:
    row = desk_supervise.extension(visit.session, request_id)
    runs = row.clock.state is ClockState.RUNNING and row.request.state == PENDING
    waits = row.ticket.status in WITH_UNIT
    kept = kept_among(visit, request_id, "extension") if visit.role is Role.SUPERVISOR else {}
    shown = ("extension",) if waits and row.request.state == PENDING else ()
    facts = {
        "row": row, "form": as_left(form, kept, shown), "error": error, "waits": waits,
        "kept": kept, "left": not_shown(kept, shown),
        "by": desk_ticket.names(visit.session, [row.request.requested_by_id]),
        "would": day_if_granted(visit.step, row.ticket, row.clock, row.request) if runs else "",
        "answer_by": clocks.one(visit.session, row.ticket.id, ClockKind.REQUESTER),
    }  # fmt: skip
    return visit.page("extension.html", facts, error.status if error else 200)


@router.post("/supervise/extensions/{request_id}")
def decide(request: Request, request_id: int, form: Posted) -> Response:
    """Grant or refuse an extension (批延期)."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        granted = yes_or_no(form, "granted", "请点“同意延期”或“不同意”。")
        decide_extension(visit.step, request_id, granted=granted, reason=form.text("reason"))
        drop_kept(visit, form)
        return visit.go("/supervise", "已同意延期。" if granted else "不同意延期，已告知承办单位。")

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _extension(visit, request_id, form, error)

    return attempt(request, form, do, again)
