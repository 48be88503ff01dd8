"""Adding a year's list beside the older ones (清单换年); no older list is ever changed."""

import csv
from datetime import date

from engine.rules.routing.catalogue import Task
from engine.rules.routing.catalogue_import import Table
from engine.rules.routing.files import DATA, read_text, read_yaml

_ENTRY = """versions:
- version: "{version}"
  title: 优化营商环境任务清单（{count} 项）
  reference: "{reference}"
  in_force_from: {day}
  file: {name}
"""


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
