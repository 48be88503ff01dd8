"""One parameter and its versions (参数), another value proposed, and a second person's decision."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import Visit, attempt, reading
from engine.actions import rule_changes as actions
from engine.actions.rule_changes import NewValue
from engine.actions.rule_impact import impact_of_value
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import RuleChange
from engine.rules.district import DistrictValue, earliest_day, locked
from engine.rules.parameter_words import differences, said, typed
from engine.rules.parameters import UNITS, Parameter, Value
from engine.rules.shanghai import shanghai_date
from engine.store import rules_versions as store
from engine.terms import RuleChangeKind, RuleChangeState

router = APIRouter(include_in_schema=False)
LONG = ("list", "table")


@dataclass(frozen=True)
class Version:
    """One dated value, what it changed against the one before, and whose decision it was."""

    value: Value
    lines: tuple[tuple[str, str], ...]
    change: RuleChange | None


@router.get("/rules/p/{key}")
def parameter_page(request: Request, key: str) -> Response:
    """Show one parameter with all its versions, and the form for another where there may be one."""
    with reading(request) as visit:
        return _page(visit, key, EMPTY)


def _page(visit: Visit, key: str, form: Form, error: EngineError | None = None) -> Response:
    parameter = _parameter(visit, key)
    today = shanghai_date(visit.now)
    facts: dict[str, Any] = {
        "one": parameter, "versions": _versions(visit, parameter), "form": form, "error": error,
        "why_not": locked(parameter, today), "long": parameter.unit in LONG, "UNITS": UNITS,
        "now_is": typed(parameter.values[-1].value), "earliest": earliest_day(visit.now),
        "may_propose": visit.role in actions.PROPOSERS, "today": today,
        "waits": store.open_change(visit.session, key),
        "changes": store.changes(visit.session, RuleChangeKind.PARAMETER, key),
        "choices": lambda one: [(str(may), said(may)) for may in one.may.choices],
    }  # fmt: skip
    return visit.page("rule.html", facts, error.status if error else 200)


def _parameter(visit: Visit, key: str) -> Parameter:
    if key not in visit.rules.parameters:
        message = f"没有参数“{key[:60]}”。"
        raise NotFoundError(message)
    return visit.rules.parameters[key]


def _versions(visit: Visit, parameter: Parameter) -> list[Version]:
    changes = store.changes(visit.session, RuleChangeKind.PARAMETER, parameter.key)
    approved = {one.since: one for one in changes if one.state is RuleChangeState.APPROVED}
    before, found = None, []
    for value in parameter.values:
        lines = differences(parameter, before.value, value.value) if before else ()
        found.append(Version(value, lines, approved.get(value.since)))
        before = value
    return found[::-1]


@router.post("/rules/p/{key}")
def propose(request: Request, key: str, form: Posted) -> Response:
    """Show what another value would do; sent from there, put it before a second person."""

    def do(visit: Visit) -> Response:
        _parameter(visit, key)
        if form.has("edit"):
            return _page(visit, key, form)
        new = NewValue(key, form.text("value"), _day(form), form.text("reason"))
        if not form.has("send"):
            return _preview(visit, key, form, new)
        change = actions.propose_value(visit.step, new)
        return visit.go(f"/rules/changes/{change.id}", f"第{change.id}号修改已提交，等另一人批准。")

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, key, form, error)

    return attempt(request, form, do, again, *actions.PROPOSERS)


def _preview(visit: Visit, key: str, form: Form, new: NewValue) -> Response:
    value, since = actions.checked_value(visit.step, new)
    parameter = _parameter(visit, key)
    facts = {
        "one": parameter, "form": form, "since": since, "reason": new.reason.strip(),
        "lines": differences(parameter, parameter.on(since).value, value),
        "impact": impact_of_value(visit.step, DistrictValue(0, key, since, value, new.reason)),
    }  # fmt: skip
    return visit.page("rule_preview.html", facts)


def _day(form: Form) -> date | None:
    text = form.text("since").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        words = f"“{text[:20]}”不是日期，请写成 2026-12-01。"
        raise BadInputError(words, fields={"since": words}) from error


@router.get("/rules/changes/{number}")
def change_page(request: Request, number: int) -> Response:
    """Show one change with its impact, and what may be done with it."""
    with reading(request) as visit:
        return _change(visit, number, EMPTY)


def _change(visit: Visit, number: int, form: Form, error: EngineError | None = None) -> Response:
    change = store.change(visit.session, number)
    if change.kind is not RuleChangeKind.PARAMETER:
        return visit.go(f"/calendar/changes/{number}")
    parameter = _parameter(visit, change.subject)
    value = DistrictValue(
        number, change.subject, change.since, change.content["value"], change.reason
    )
    waits = change.state is RuleChangeState.PROPOSED
    others = [one for one in parameter.values if one.since < change.since]
    facts = {
        "change": change, "one": parameter, "form": form, "error": error,
        "lines": differences(parameter, others[-1].value, value.value),
        "waits": waits,
        "impact": impact_of_value(visit.step, value) if waits else None,
        "own": change.proposed_by_id == visit.account.id,
        "may_approve": visit.role in actions.APPROVERS,
        "may_withdraw": change.state is RuleChangeState.APPROVED
        and change.since >= earliest_day(visit.now) and visit.role in actions.APPROVERS,
    }  # fmt: skip
    return visit.page("rule_change.html", facts, error.status if error else 200)


@router.post("/rules/changes/{number}/{what}")
def decide(request: Request, number: int, what: str, form: Posted) -> Response:
    """Approve, refuse or take back a change."""

    def do(visit: Visit) -> Response:
        if what not in DOINGS:
            message = "没有这个操作。"
            raise NotFoundError(message)
        return visit.go(f"/rules/changes/{number}", DOINGS[what](visit, number, form))

    def again(visit: Visit, error: EngineError) -> Response:
        return _change(visit, number, form, error)

    return attempt(request, form, do, again, *actions.PROPOSERS)


def _approve(visit: Visit, number: int, _form: Form) -> str:
    change = actions.approve(visit.step, number)
    return f"已批准，自 {change.since} 起在所有程序里适用。"


def _refuse(visit: Visit, number: int, form: Form) -> str:
    change = actions.refuse(visit.step, number, form.text("reason"))
    return f"这份修改{change.state.label}，留在记录里。"


def _withdraw(visit: Visit, number: int, form: Form) -> str:
    actions.withdraw(visit.step, number, form.text("reason"))
    return "已撤回，这一版不会生效。"


DOINGS = {"approve": _approve, "refuse": _refuse, "withdraw": _withdraw}
