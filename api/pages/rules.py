"""The rules beside the law's words (规则), and the task list (任务清单)."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.english import said_in_english as in_english
from api.pages.visit import Visit, reading
from engine.actions import rule_changes
from engine.rules.citations import load_clauses
from engine.rules.district import locked
from engine.rules.parameter_words import TOPICS, in_words, topic
from engine.rules.parameters import Parameter, Value
from engine.rules.routing.catalogue import Task, load_catalogue, version_for
from engine.rules.shanghai import shanghai_date
from engine.store import rules_versions as store
from engine.store.desk_admin import units_with_people
from engine.terms import RuleChangeKind

router = APIRouter(include_in_schema=False)
TASKS = 45  # rows of the task list on a page
ROW = "chengzhong-2023-19/113/"
QUOTED = "_words"  # ends the keys of what people and programs write, in their own language


@dataclass(frozen=True)
class Row:
    """One parameter as it stands today, and the next value that is known already."""

    parameter: Parameter
    value: Value | None
    coming: Value | None

    @property
    def words(self) -> str:
        """Return today's value as people read it."""
        return in_words(self.parameter, self.value.value) if self.value else "现在没有规定"

    @property
    def house(self) -> bool:
        """Return whether the district itself decided it."""
        return (self.value or self.parameter.values[-1]).citation.house

    @property
    def quoted(self) -> bool:
        """Return whether the value is words as callers and requesters use them."""
        return self.parameter.key.endswith(QUOTED)


def rows(visit: Visit, wanted: str = "") -> list[Row]:
    """Return the parameters whose label, key or value holds the words wanted."""
    found = [_row(visit, one) for one in visit.rules.parameters.values()]
    return [one for one in found if _fits(one, wanted.strip().lower())]


def _row(visit: Visit, parameter: Parameter) -> Row:
    today = shanghai_date(visit.now)
    past = [one for one in parameter.values if one.since <= today]
    coming = [one for one in parameter.values if one.since > today]
    value = past[-1] if past and past[-1].value is not None else None
    return Row(parameter, value, coming[0] if coming else None)


def _fits(row: Row, wanted: str) -> bool:
    label, about = row.parameter.label, topic(row.parameter)
    said = f"{label} {row.parameter.key} {row.words} {about}"
    return not wanted or wanted in f"{said} {in_english(label)} {in_english(about)}".lower()


@router.get("/rules")
def rules(request: Request, q: str = "") -> Response:
    """Show the document's words beside the values drawn from them, and the district's own."""
    with reading(request) as visit:
        found = rows(visit, q)
        clauses = [one.citation for anchor, one in load_clauses().items() if anchor.startswith(ROW)]
        facts = {
            "law": [one for one in found if not one.house], "q": q, "clauses": clauses,
            "groups": _groups(one for one in found if one.house),
            "waiting": store.waiting(visit.session, RuleChangeKind.PARAMETER),
            "changes": store.changes(visit.session, RuleChangeKind.PARAMETER, limit=20),
            "labels": {one.key: one.label for one in visit.rules.parameters.values()},
            "locked": lambda one: locked(one, shanghai_date(visit.now)),
            "may_propose": visit.role in rule_changes.PROPOSERS,
        }  # fmt: skip
        return visit.page("rules.html", facts)


def _groups(found: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {one: [] for one in TOPICS.values()}
    for row in found:
        groups[topic(row.parameter)].append(row)
    return {name: some for name, some in groups.items() if some}


@router.get("/rules/tasks")
def tasks(request: Request, q: str = "", after: int = 0) -> Response:
    """Show a page of the task list, each unit with whether anybody can sign in for it."""
    with reading(request) as visit:
        catalogue = load_catalogue(version_for(shanghai_date(visit.now)))
        found = [one for one in catalogue.tasks if _holds(one, q.strip())]
        start = max(0, min(after, len(found)))
        shown = found[start : start + TASKS]
        facts = {
            "tasks": shown, "found": len(found), "first": start == 0,
            "more": start + TASKS if start + TASKS < len(found) else None,
            "q": q, "catalogue": catalogue, "all": len(catalogue.tasks),
            "people": units_with_people(visit.session),
        }  # fmt: skip
        return visit.page("rule_tasks.html", facts)


def _holds(task: Task, wanted: str) -> bool:
    said = (task.direction, task.measure, task.indicator, *task.leads, *task.supports)
    return wanted in ("", str(task.number)) or any(wanted in one for one in said)
