"""Findings to agree to, appeals to rule on, and the unit's own page to appeal (认定、申诉)."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.kept_forms import as_left, drop_kept, kept_among, not_shown
from api.pages.visit import EYES, UNIT, Visit, attempt, reading
from engine.actions import findings as actions
from engine.actions.actor import require_role
from engine.errors import EngineError, NotFoundError
from engine.models import Finding
from engine.rules.findings import exclusion_grounds, favours_the_unit
from engine.rules.shanghai import shanghai_date
from engine.store import findings
from engine.terms import FindingState, Role

router = APIRouter(include_in_schema=False)
SAID = {"agree": "复核同意，认定自现在起生效。", "refuse": "复核不通过，已留痕。",
        "change": "申诉裁定：改变认定；改为免责的，另一位主管复核同意后生效。",
        "keep": "申诉裁定：维持认定。"}  # fmt: skip


def _page(visit: Visit, finding_id: int, form: Form, error: EngineError | None = None) -> Response:
    row = findings.row(visit.session, finding_id)
    one = row.finding
    if visit.role in UNIT and one.unit_id != visit.account.unit_id:
        message = "没有这条认定。"
        raise NotFoundError(message)
    people = {one.proposed_by_id, one.decided_by_id, one.appeal_ruled_by_id, one.appealed_by_id}
    deciders = actions.deciders(one)
    kept = kept_among(visit, finding_id, *_forms(visit))
    shown = _open_forms(visit, one)
    facts = {
        "others": findings.may_decide(visit.session, deciders),
        "row": row, "one": one, "form": as_left(form, kept, shown), "error": error,
        "State": FindingState, "kept": kept, "left": not_shown(kept, shown), "shown": shown,
        "names": findings.names(visit.session, people), "deciders": deciders,
        "grounds": exclusion_grounds(visit.rules, shanghai_date(one.proposed_at)),
        "over": _over(visit, one),
    }  # fmt: skip
    return visit.page("finding.html", facts, error.status if error else 200)


def _forms(visit: Visit) -> tuple[str, ...]:
    """Return which forms somebody may ever fill in on the page of a finding."""
    if visit.role in UNIT:
        return ("appeal",)
    return ("ruling",) if visit.role is Role.SUPERVISOR else ()


def _open_forms(visit: Visit, one: Finding) -> tuple[str, ...]:
    """Return which of them the finding has now."""
    if visit.role in UNIT:
        final = one.state in (FindingState.IN_FORCE, FindingState.REFUSED)
        final = final and not favours_the_unit(one.kind, one.state)
        open_ = one.appeal_until and not one.appealed_at and final
        return ("appeal",) if open_ and not _over(visit, one) else ()
    open_appeal = one.appealed_at and not one.appeal_ruled_at
    return _forms(visit) if one.state is FindingState.PROPOSED or open_appeal else ()


def _over(visit: Visit, one: Finding) -> bool:
    """Return whether the last day to appeal is over and nobody did."""
    until = one.appeal_until
    return until is not None and not one.appealed_at and shanghai_date(visit.now) > until


@router.get("/findings/{finding_id}")
def finding_page(request: Request, finding_id: int) -> Response:
    """Show one finding to supervisors and to the unit it is about."""
    with reading(request, *EYES, *UNIT) as visit:
        return _page(visit, finding_id, EMPTY)


@router.post("/findings/{finding_id}/appeal")
def appeal(request: Request, finding_id: int, form: Posted) -> Response:
    """Appeal a finding about one's own unit (申诉)."""

    def do(visit: Visit) -> Response:
        actions.appeal(visit.step, finding_id, form.text("reason"))
        drop_kept(visit, form)
        return visit.go("/unit", "申诉已提交，等主管裁定。")

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, finding_id, form, error)

    return attempt(request, form, do, again, *UNIT)


@router.post("/findings/{finding_id}/{what}")
def decide(request: Request, finding_id: int, what: str, form: Posted) -> Response:
    """Agree to a finding or refuse it; change or keep it on an appeal (复核、申诉裁定)."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        if what not in SAID:
            message = "没有这个操作。"
            raise NotFoundError(message)
        reason = form.text("reason")
        if what in ("agree", "refuse"):
            actions.decide(visit.step, finding_id, agreed=what == "agree", reason=reason)
        else:
            actions.rule_on_appeal(visit.step, finding_id, changed=what == "change", reason=reason)
        drop_kept(visit, form)
        return visit.go(f"/findings/{finding_id}", SAID[what])

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, Role.SUPERVISOR)
        return _page(visit, finding_id, form, error)

    return attempt(request, form, do, again)
