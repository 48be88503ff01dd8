"""Adding a year's list beside the older ones (清单换年); no older list is ever changed."""

import csv
from datetime import date

from engine.rules.routing.catalogue import Task, load_catalogue, versions
from engine.rules.routing.catalogue_import import Table
from engine.rules.routing.files import DATA, read_text, read_yaml

_ENTRY = """versions:
- version: "{version}"
  title: 优化营商环境任务清单（{count} 项）
  reference: "{reference}"
  in_force_from: {day}
  file: {name}
"""


def refusal(table: Table, day: date, *, force: bool = False) -> str:
    """Why a list may not come into force on that day; empty when it may.

    `force` lets pass a list in which most rows of the newest are missing, nothing else.
    """
    newest = versions()[0]
    if day <= newest["in_force_from"]:
        since = newest["in_force_from"].isoformat()
        return f"生效日要晚于现有清单 {newest['version']} 的生效日 {since}：已受理的工单不改清单"
    numbers = {task.number for task in load_catalogue().tasks}
    gone = len(numbers - {task.number for task in table.tasks})
    if gone * 2 > len(numbers) and not force:
        return f"现行清单 {len(numbers)} 项中有 {gone} 项不见了；确认无误请加 --force"
    return ""


def add_version(table: Table, *, version: str, day: date, reference: str) -> None:
    """Write a list that was read without problems as a further version, in force from a day."""
    name = f"tasks-{version}.csv"
    with (DATA / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(read_yaml("catalogue.yaml")["headings"])
        writer.writerows(_cells(task) for task in table.tasks)
    count, words = len(table.tasks), reference.replace('"', "")
    entry = _ENTRY.format(
        version=version, count=count, reference=words, day=day.isoformat(), name=name
    )
    content = read_text("catalogue.yaml").replace("versions:\n", entry, 1)
    (DATA / "catalogue.yaml").write_text(content, encoding="utf-8")


def _cells(task: Task) -> tuple[str, ...]:
    """A row as the document would write it."""
    words = (task.indicator, task.direction, task.measure, task.deadline.isoformat())
    ending = "按职责分工负责" if task.joint_by_duty else ""
    lead = _joined(task.leads, task, "lead") + ending
    return (str(task.number), *words, lead, _joined(task.supports, task, "support"))


def _joined(units: tuple[str, ...], task: Task, role: str) -> str:
    return "、".join((*units, *(group.name for group in task.open_groups if group.role == role)))
