"""Takes a holiday notice in (导入放假安排): differences first, two people, then in force."""

from collections.abc import Sequence
from datetime import date

from engine.actions import rule_changes as changes
from engine.actions.actor import require_role
from engine.actions.rules_in_force import rules_of, year_files
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, RuleError
from engine.models import RuleChange, RulesVersion
from engine.rules.calendar_amendment import file_to_import
from engine.rules.calendar_files import YearFile
from engine.rules.calendar_import import ImportPlan, import_plan, signed, year_file_text
from engine.rules.calendar_reading import HandedIn
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import rules_versions as store
from engine.terms import RuleChangeKind, RuleChangeState

MOST_NAMED = 5  # problems of a list that are said; the rest is counted


def plan_again(step: Step, change: RuleChange) -> ImportPlan:
    """Return what a proposed calendar would change by the calendars of today."""
    (file,) = year_files([change.content["text"]])
    return import_plan(file, shanghai_date(step.now), step.rules.book.files)


def propose_calendar(step: Step, given: HandedIn, reason: str = "") -> RuleChange:
    """Put a calendar before a second person (提交导入).

    Raises:
        NotPermittedError: only supervisors and administrators may.
        BadInputError: the text cannot be read, changes nothing, or must not be taken in.
        ConflictError: a calendar of that region and year waits already.
    """
    require_role(step.actor, *changes.PROPOSERS)
    step = changes.held(step)
    plan = allowed_plan(step, given)
    subject = subject_of(plan.file)
    changes.refuse_second(step, subject)
    content = {"text": year_file_text(plan.file)}
    change = changes.proposal(step, RuleChangeKind.CALENDAR, subject, _first(plan), content)
    change.reason = reason.strip() or _notice(plan)
    return changes.kept(step, change)


def subject_of(file: YearFile) -> str:
    """Return how a year of a region is called among the changes: CN-GX 2027."""
    return f"{file.region} {file.year}"


def allowed_plan(step: Step, given: HandedIn) -> ImportPlan:
    """Return what taking a text in would change.

    Raises:
        BadInputError: the text cannot be read, changes nothing, or must not be taken in.
    """
    known = step.rules.book.files
    try:
        plan = import_plan(file_to_import(given, known), shanghai_date(step.now), known)
    except RuleError as error:
        raise BadInputError(str(error), fields={"text": str(error)}) from error
    words = _in_short(plan.problems)
    if not words and not plan.changes:
        words = "与现有日历没有差异，不必导入。"
    if words:
        raise BadInputError(words, fields={"text": words})
    return plan


def _in_short(problems: Sequence[str]) -> str:
    """Return what is wrong in one sentence: of a whole wrong list, the first of it."""
    more = f"；等共 {len(problems)} 处" if len(problems) > MOST_NAMED else ""
    return "；".join(problems[:MOST_NAMED]) + more


def _first(plan: ImportPlan) -> date:
    return min(one.on for one in plan.changes)


def _notice(plan: ImportPlan) -> str:
    newest = plan.file.notices[-1]
    return f"{newest.number}（{newest.dated}）"


def approve_calendar(step: Step, number: int) -> RuleChange:
    """Approve a calendar (批准导入): in force at once; running deadlines are then recounted.

    Raises:
        NotPermittedError: only a supervisor approves, and never what is their own.
        ConflictError: it was decided already, or it must not be taken in as things are now.
    """
    step = changes.held(step)
    change = changes.decidable(step, number, RuleChangeKind.CALENDAR)
    plan = plan_again(step, change)
    if plan.problems or not plan.changes:
        words = "；".join(plan.problems) or "与现有日历已没有差异"
        message = f"现在不能导入：{words}。请退回第{number}号修改。"
        raise ConflictError(message)
    changes.decide(step, change, RuleChangeState.APPROVED)
    _lay_in(step, change, signed(plan.file, (change.proposed_by, step.actor.name)))
    return change


def take_in(step: Step, given: HandedIn, checked_by: tuple[str, str]) -> RuleChange:
    """Take in a calendar that two people checked beside each other (命令行导入).

    Raises:
        BadInputError: the text cannot be read, changes nothing, or must not be taken in.
        ConflictError: a calendar of that region and year waits on the page already.
    """
    step = changes.held(step)
    plan = allowed_plan(step, given)
    subject = subject_of(plan.file)
    changes.refuse_second(step, subject)
    content = {"text": year_file_text(plan.file)}
    change = changes.proposal(step, RuleChangeKind.CALENDAR, subject, _first(plan), content)
    change.reason, change.proposed_by = _notice(plan), checked_by[0]
    changes.kept(step, change)
    changes.decide(step, change, RuleChangeState.APPROVED)
    change.decided_by = checked_by[1]
    _lay_in(step, change, signed(plan.file, checked_by))
    return change


def _lay_in(step: Step, change: RuleChange, file: YearFile) -> RulesVersion:
    state = store.newest(step.session)
    calendars = _with(state, file)
    return changes.write_state(step, change, state.parameters if state else [], calendars)


def _with(state: RulesVersion | None, file: YearFile) -> list[str]:
    """Return a state's calendars with one year file in its place."""
    files = (*year_files(state.calendars if state else []), file)
    own = {subject_of(one): year_file_text(one) for one in files}
    return [own[subject] for subject in sorted(own)]


def rules_after(step: Step, change: RuleChange) -> RuleSet:
    """Return the rules as they would be with a proposed calendar, for the preview."""
    states = store.states(step.session)
    (file,) = year_files([change.content["text"]])
    state = states[0] if states else None
    would_be = RulesVersion(
        made_at=step.now, made_by="", change_id=change.id, digest="",
        parameters=state.parameters if state else [], calendars=_with(state, file),
        parameters_version="", calendar_version="",
    )  # fmt: skip
    return rules_of([would_be, *states], load_settings().region)
