"""The district changes its own rules (规则修改): one proposes, another approves, dated."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from engine.actions.actor import require_role
from engine.actions.audit import Note, note
from engine.actions.rules_in_force import as_json, district_values, rules_in_force, rules_of
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, EngineError, NotPermittedError, RuleError
from engine.models import RuleChange, RulesVersion
from engine.rules import district
from engine.rules.district import DistrictValue
from engine.rules.parameters import Parameter, plain
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import rules_versions as store
from engine.store.database import wake
from engine.terms import Role, RuleChangeKind, RuleChangeState

PROPOSERS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
APPROVERS = (Role.SUPERVISOR,)
LONGEST = 500
FURTHEST = timedelta(days=731)  # a technical limit: a slip of the pen, not a plan
WAKES = "rules"


@dataclass(frozen=True)
class NewValue:
    """What a person wants a parameter to be, as typed: the value, from which day, and why."""

    key: str
    text: str
    since: date | None
    reason: str


def propose_value(step: Step, new: NewValue) -> RuleChange:
    """Put another value of a parameter before a second person (提出修改).

    Raises:
        NotPermittedError: only supervisors and administrators may.
        BadInputError: value, day or reason cannot be used; all are named.
        ConflictError: the parameter cannot be changed, or a change of it waits already.
    """
    require_role(step.actor, *PROPOSERS)
    step = held(step)
    value, since = checked_value(step, new)
    change = proposal(step, RuleChangeKind.PARAMETER, new.key, since, {"value": value})
    change.reason = new.reason.strip()
    return kept(step, change)


def checked_value(step: Step, new: NewValue) -> tuple[Any, date]:
    """Return value and day of what somebody wants, if it could be proposed now.

    Raises:
        BadInputError: value, day or reason cannot be used; all are named.
        ConflictError: the parameter cannot be changed, or a change of it waits already.
    """
    parameter = step.rules.parameters[new.key]
    _refuse_locked(step, parameter)
    refuse_second(step, new.key)
    return _checked(step, parameter, new)


def held(step: Step) -> Step:
    """Return the step with every other change of the rules held back, and the rules as of now."""
    store.lock(step.session)
    return replace(step, rules=rules_in_force(step.session))


def proposal(
    step: Step, kind: RuleChangeKind, subject: str, since: date, content: dict[str, Any]
) -> RuleChange:
    """Return a change that waits for a second person, not yet stored."""
    return RuleChange(
        kind=kind, subject=subject, since=since, content=content, reason="",
        state=RuleChangeState.PROPOSED, proposed_at=step.now, proposed_by=step.actor.name,
        proposed_by_id=step.actor.account_id,
    )  # fmt: skip


def kept(step: Step, change: RuleChange) -> RuleChange:
    """Store a change and return it with its number."""
    step.session.add(change)
    step.session.flush()
    _audited(step, change)
    return change


def _audited(step: Step, change: RuleChange) -> None:
    details = {"kind": change.kind.value, "subject": change.subject, "content": change.content,
               "since": change.since.isoformat(), "reason": change.reason,
               "decision": change.decision_reason}  # fmt: skip
    said = Note(f"rule_change:{change.id}", f"rule_change_{change.state.value}", details)
    note(step.session, step.actor, step.now, said)


def _refuse_locked(step: Step, parameter: Parameter) -> None:
    why = district.locked(parameter, shanghai_date(step.now))
    if why:
        message = f"“{parameter.label}”{why}。"
        raise ConflictError(message)


def refuse_second(step: Step, subject: str) -> None:
    """Refuse a second change of the same thing while one waits.

    Raises:
        ConflictError: says which one waits, and whose it is.
    """
    waits = store.open_change(step.session, subject)
    if waits is not None:
        message = f"这一项已有待审批的修改（第{waits.id}号，{waits.proposed_by}提出）。"
        raise ConflictError(message)


def _checked(step: Step, parameter: Parameter, new: NewValue) -> tuple[Any, date]:
    fields = _wrong_day(step, parameter, new.since)
    value: Any = None
    try:
        value = district.read_value(parameter, new.text)
    except RuleError as error:
        fields["value"] = str(error).removeprefix(f"{district.NEW_VALUE} 第 1 行：")
    if not 0 < len(new.reason.strip()) <= LONGEST:
        fields["reason"] = f"请写明修改理由，不超过 {LONGEST} 字。"
    if new.since and not fields and plain(parameter.on(new.since).value) == value:
        fields["value"] = "与那一天本来适用的数值相同，不必修改。"
    if fields or new.since is None:
        raise BadInputError("".join(fields.values()), fields=fields)
    _try_out(step, DistrictValue(0, new.key, new.since, value, new.reason))
    return value, new.since


def _wrong_day(step: Step, parameter: Parameter, since: date | None) -> dict[str, str]:
    first = district.earliest_day(step.now)
    if since is None:
        return {"since": f"请写生效日期，如 {first}。"}
    if not first <= since <= first + FURTHEST:
        last = first + FURTHEST
        return {"since": f"生效日期应在 {first} 至 {last} 之间，已受理的工单不受影响。"}
    if since in {one.since for one in parameter.values}:
        return {"since": f"{since} 已有一版数值，请换一天，或先撤回那一版。"}
    return {}


def _try_out(step: Step, value: DistrictValue) -> None:
    """Refuse a value with which the rules as a whole can no longer be read."""
    try:
        district.laid_over(step.rules.parameters, [value])
    except EngineError as error:
        raise BadInputError(str(error), fields={"value": str(error)}) from error


def approve(step: Step, number: int) -> RuleChange:
    """Approve a change of a parameter (批准修改): in force from its day on, in every process.

    Raises:
        NotPermittedError: only a supervisor approves, and never what is their own.
        ConflictError: it was decided already, its day is over, or its value cannot be used.
    """
    step = held(step)
    change = decidable(step, number, RuleChangeKind.PARAMETER)
    parameter = step.rules.parameters[change.subject]
    _refuse_locked(step, parameter)
    wrong = _wrong_day(step, parameter, change.since)
    if wrong:
        message = f"{wrong['since']}请退回第{number}号修改，另写生效日期重新提出。"
        raise ConflictError(message)
    value = DistrictValue(
        number, change.subject, change.since, change.content["value"], change.reason
    )
    if problem := district.unfit(value):
        raise ConflictError(problem)
    decide(step, change, RuleChangeState.APPROVED)
    state = store.newest(step.session)
    values = [*(state.parameters if state else []), as_json(value)]
    write_state(step, change, values, state.calendars if state else [])
    return change


def decidable(step: Step, number: int, kind: RuleChangeKind) -> RuleChange:
    """Return a change that this person may approve now, every other change held back.

    Raises:
        NotPermittedError: only a supervisor approves, and never what is their own.
        ConflictError: it was decided already.
        NotFoundError: there is no such change.
    """
    require_role(step.actor, *APPROVERS)
    change = _waiting(step, number)
    if change.kind is not kind:
        message = f"第{number}号修改是{change.kind.label}，请在那一页审批。"
        raise ConflictError(message)
    if change.proposed_by_id == step.actor.account_id:
        message = "提出人不能批准自己的修改，须由另一位主管批准。"
        raise NotPermittedError(message)
    return change


def _waiting(step: Step, number: int) -> RuleChange:
    store.lock(step.session)
    change = store.change(step.session, number)
    if change.state is not RuleChangeState.PROPOSED:
        message = f"第{number}号修改{change.state.label}（{change.decided_by}），不能再处理。"
        raise ConflictError(message)
    return change


def refuse(step: Step, number: int, reason: str) -> RuleChange:
    """Turn a change down (不批准), or take one's own back; it stays on record.

    Raises:
        NotPermittedError: neither a supervisor nor the one who proposed it.
        BadInputError: a supervisor's refusal has no reason.
        ConflictError: it was decided already.
    """
    require_role(step.actor, *PROPOSERS)
    change = _waiting(step, number)
    own = change.proposed_by_id == step.actor.account_id
    if not own:
        require_role(step.actor, *APPROVERS)
        _need_reason(reason)
    decide(step, change, RuleChangeState.WITHDRAWN if own else RuleChangeState.REFUSED, reason)
    return change


def withdraw(step: Step, number: int, reason: str) -> RuleChange:
    """Take back an approved change of a parameter before its day has come (撤回).

    Raises:
        NotPermittedError: only a supervisor may.
        BadInputError: no reason was given.
        ConflictError: it is in force already, or is no approved change.
    """
    require_role(step.actor, *APPROVERS)
    _need_reason(reason)
    store.lock(step.session)
    change = store.change(step.session, number)
    if change.state is not RuleChangeState.APPROVED or change.kind is not RuleChangeKind.PARAMETER:
        message = f"第{number}号修改{change.state.label}，不能撤回。"
        raise ConflictError(message)
    if change.since < district.earliest_day(step.now):
        message = f"第{number}号修改自 {change.since} 起生效，不能撤回；请另提一版新的数值。"
        raise ConflictError(message)
    decide(step, change, RuleChangeState.WITHDRAWN, reason)
    state = store.newest(step.session)
    kept = [one for one in (state.parameters if state else []) if one["number"] != number]
    write_state(step, change, kept, state.calendars if state else [])
    return change


def _need_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST:
        words = f"请写明理由，不超过 {LONGEST} 字。"
        raise BadInputError(words, fields={"reason": words})


def decide(step: Step, change: RuleChange, state: RuleChangeState, reason: str = "") -> None:
    """Note who decided a change, and how."""
    change.state, change.decision_reason = state, reason.strip()
    change.decided_at, change.decided_by = step.now, step.actor.name
    change.decided_by_id = step.actor.account_id
    _audited(step, change)


def write_state(
    step: Step, change: RuleChange, parameters: Sequence[dict[str, Any]], calendars: Sequence[str]
) -> RulesVersion:
    """Write a whole state of the rules; it is in force when the transaction commits.

    Raises:
        RuleError: with it the rules could not be read; nothing is written.
    """
    said = json.dumps([*parameters, *calendars], ensure_ascii=False, sort_keys=True)
    state = RulesVersion(
        made_at=step.now, made_by=step.actor.name, change_id=change.id,
        parameters=list(parameters), calendars=list(calendars),
        digest=hashlib.sha256(said.encode()).hexdigest()[:16],
        parameters_version="", calendar_version="",
    )  # fmt: skip
    rules = rules_of([state, *store.states(step.session)], load_settings().region)
    state.parameters_version = rules.parameters.version
    state.calendar_version = rules.calendar.version
    step.session.add(state)
    step.session.flush()
    wake(step.session, WAKES)
    return state


def in_force(step: Step) -> tuple[DistrictValue, ...]:
    """Return the district's approved values, those of the past and those to come."""
    state = store.newest(step.session)
    return district_values(state.parameters) if state else ()
