"""Taking a holiday notice in (导入放假安排): differences first, then a second person."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import Visit, attempt, reading
from api.pages.words import calendar_name
from engine.actions import calendar_changes, rule_changes
from engine.actions.rule_impact import impact_of_rules
from engine.errors import BadInputError, EngineError, NotFoundError, RuleError
from engine.rules.calendar_bytes import text_of
from engine.rules.calendar_files import NATIONAL, REGIONS
from engine.rules.calendar_reading import HandedIn
from engine.store import rules_versions as store
from engine.terms import RuleChangeKind, RuleChangeState

router = APIRouter(include_in_schema=False)


@router.get("/calendar/import")
def import_page(request: Request) -> Response:
    """Show the form for a notice."""
    with reading(request, *rule_changes.PROPOSERS) as visit:
        return _page(visit, EMPTY)


def _page(visit: Visit, form: Form, error: EngineError | None = None) -> Response:
    facts = {"form": form, "error": error}
    return visit.page("calendar_import.html", facts, error.status if error else 200)


@router.post("/calendar/import")
def propose(request: Request, form: Posted) -> Response:
    """Show what a notice would change; sent from there, put it before a second person."""

    def do(visit: Visit) -> Response:
        nonlocal form
        form = _with_file(form)
        if form.has("edit"):
            return _page(visit, form)
        given = _given(form)
        if not form.has("send"):
            plan = calendar_changes.allowed_plan(visit.step, given)
            return visit.page("calendar_preview.html", {"plan": plan, "form": form})
        change = calendar_changes.propose_calendar(visit.step, given, form.text("reason"))
        said = f"{calendar_name(change.subject)}的日历已提交，等另一位主管批准。"
        return visit.go(f"/calendar/changes/{change.id}", said)

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, form, error)

    return attempt(request, form, do, again, *rule_changes.PROPOSERS)


def _with_file(form: Form) -> Form:
    """Return the form with the words of the file that came with it, to be read and shown again.

    Raises:
        BadInputError: the file is no text.
    """
    if not form.files:
        return form
    file = form.files[0]
    try:
        text = text_of(file.source.read(), f"“{file.name}”")
    except RuleError as error:
        raise BadInputError(str(error), fields={"file": str(error)}) from error
    return Form({**form.values, "text": [text.replace("\r\n", "\n")]})


def _given(form: Form) -> HandedIn:
    fields, dated = {}, None
    region = form.text("region", NATIONAL)
    try:
        dated = date.fromisoformat(form.text("dated")) if form.text("dated").strip() else None
    except ValueError:
        fields["dated"] = "请写通知的日期，如 2026-11-04。"
    given = HandedIn(form.text("text"), "放假安排", form.text("number").strip(), dated, region)
    if not given.text.strip():
        fields["text"] = "请粘贴放假安排，或选一个文件。"
    elif given.lists_days and not given.number:
        fields["number"] = "请写通知的文号，如 国办发明电〔2025〕7号。"
    if region not in REGIONS:
        fields["region"] = "请选全国或广西。"
    if given.lists_days and not dated and not fields:
        fields["dated"] = "请写通知的日期，如 2026-11-04。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    return given


@router.get("/calendar/changes/{number}")
def change_page(request: Request, number: int) -> Response:
    """Show one calendar that was handed in, with the due dates it would move."""
    with reading(request) as visit:
        return _change(visit, number, EMPTY)


def _change(visit: Visit, number: int, form: Form, error: EngineError | None = None) -> Response:
    change = store.change(visit.session, number)
    if change.kind is not RuleChangeKind.CALENDAR:
        return visit.go(f"/rules/changes/{number}")
    waits = change.state is RuleChangeState.PROPOSED
    plan = calendar_changes.plan_again(visit.step, change) if waits else None
    fits = plan is not None and not plan.problems
    facts = {
        "change": change, "plan": plan, "form": form, "error": error, "waits": waits,
        "impact": impact_of_rules(visit.step, calendar_changes.rules_after(visit.step, change))
        if fits else None,
        "own": change.proposed_by_id == visit.account.id,
        "may_approve": visit.role in rule_changes.APPROVERS, "fits": fits,
    }  # fmt: skip
    return visit.page("calendar_change.html", facts, error.status if error else 200)


@router.post("/calendar/changes/{number}/{what}")
def decide(request: Request, number: int, what: str, form: Posted) -> Response:
    """Approve or refuse a calendar."""

    def do(visit: Visit) -> Response:
        if what == "approve":
            change = calendar_changes.approve_calendar(visit.step, number)
            said = f"{calendar_name(change.subject)}的日历已导入，未办结工单随即按新日历重算。"
        elif what == "refuse":
            change = rule_changes.refuse(visit.step, number, form.text("reason"))
            said = f"{calendar_name(change.subject)}日历的导入{change.state.label}，留在记录里。"
        else:
            message = "没有这个操作。"
            raise NotFoundError(message)
        return visit.go(f"/calendar/changes/{number}", said)

    def again(visit: Visit, error: EngineError) -> Response:
        return _change(visit, number, form, error)

    return attempt(request, form, do, again, *rule_changes.PROPOSERS)
