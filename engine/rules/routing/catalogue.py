"""The district's task list and its units (任务清单、承办单位), versioned by year."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from engine.errors import NotFoundError, RuleError
from engine.rules.routing.files import changed_at, read_text, read_yaml

OTHER_LISTS = "其他版本清单"  # where a row belongs that the list in force does not have


class OpenGroup(NamedTuple):
    """A group the list names instead of a unit (开放范围), such as 各有关单位."""

    name: str
    role: str


@dataclass(frozen=True)
class Task:
    """One promise of the list (任务): who leads it, who supports, and by when.

    `indicator` is the list's own spelling, `indicator_canonical` the folded one. `joint_by_duty`
    says that the lead cell closes with 按职责分工负责: the leads share the row by their duties.
    """

    number: int
    indicator: str
    direction: str
    measure: str
    deadline: date
    leads: tuple[str, ...]
    joint_by_duty: bool
    supports: tuple[str, ...]
    open_groups: tuple[OpenGroup, ...]
    notes: tuple[str, ...] = ()
    indicator_canonical: str = ""

    def to_json(self) -> dict[str, Any]:
        """The row as plain JSON, the deadline as an ISO date."""
        groups = [group._asdict() for group in self.open_groups]
        return asdict(self) | {
            "deadline": self.deadline.isoformat(),
            "leads": list(self.leads),
            "supports": list(self.supports),
            "open_groups": groups,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Unit:
    """A handling unit (承办单位); not `subordinate`: the hotline may only 商请 it."""

    name: str
    aliases: tuple[str, ...]
    kind: str
    subordinate: bool
    slug: str


@dataclass(frozen=True)
class Catalogue:
    """One year's list with the units it names (任务清单)."""

    tasks: tuple[Task, ...]
    units: tuple[Unit, ...]
    version: str
    in_force_from: date
    title: str = ""
    reference: str = ""
    _by_number: dict[int, Task] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, Unit] = field(init=False, repr=False, compare=False)
    _led: dict[str, tuple[Task, ...]] = field(init=False, repr=False, compare=False)
    _supported: dict[str, tuple[Task, ...]] = field(init=False, repr=False, compare=False)
    _rows: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_number", {task.number: task for task in self.tasks})
        object.__setattr__(self, "_by_name", units_by_name(self.units))
        named = [unit.name for unit in self.units]
        led = {name: tuple(t for t in self.tasks if name in t.leads) for name in named}
        object.__setattr__(self, "_led", led)
        supported = {
            name: tuple(t for t in self.tasks if name in t.supports and name not in t.leads)
            for name in named
        }
        object.__setattr__(self, "_supported", supported)
        rows = {name: tuple(t.number for t in (*led[name], *supported[name])) for name in named}
        object.__setattr__(self, "_rows", rows)

    def task(self, number: int) -> Task:
        """The row with that number.

        Raises:
            NotFoundError: the list has no such row.
        """
        task = self._by_number.get(number)
        if task is None:
            message = f"任务清单 {self.version} 没有第 {number} 项"
            raise NotFoundError(message)
        return task

    def indicator(self, number: int) -> str:
        """The indicator (指标) of the row with that number; nothing where there is no such row."""
        task = self._by_number.get(number)
        return task.indicator_canonical if task else ""

    def indicators(self, numbers: Iterable[int]) -> str:
        """The indicators that rows belong to, each once, as people read them."""
        found = dict.fromkeys(self.indicator(one) for one in numbers)
        return "、".join(one for one in found if one)

    def unit(self, name: str) -> Unit:
        """The unit with that name, spelling or short name.

        Raises:
            NotFoundError: no unit of the list is called so.
        """
        unit = self._by_name.get(name.strip())
        if unit is None:
            message = f"任务清单 {self.version} 没有叫“{name}”的单位"
            raise NotFoundError(message)
        return unit

    def led_by(self, unit: str) -> tuple[Task, ...]:
        """The rows a unit leads."""
        return self._led.get(unit, ())

    def supported_by(self, unit: str) -> tuple[Task, ...]:
        """The rows a unit only supports."""
        return self._supported.get(unit, ())

    def rows_of(self, unit: str) -> tuple[int, ...]:
        """The numbers of the rows a unit leads, and after them of those it only supports."""
        return self._rows.get(unit, ())


def units_by_name(units: tuple[Unit, ...]) -> dict[str, Unit]:
    """Every name of every unit; a unit's own name wins over another's alias."""
    names = {alias: unit for unit in units for alias in unit.aliases}
    return names | {unit.name: unit for unit in units}


@lru_cache
def load_units() -> tuple[Unit, ...]:
    """The units of the list, in its order."""
    return tuple(_unit(entry) for entry in read_yaml("units.yaml")["units"])


def _unit(entry: Mapping[str, Any]) -> Unit:
    spellings = (*entry["misspellings"], *entry["short_names"])
    return Unit(entry["name"], spellings, entry["kind"], entry["subordinate"], entry["slug"])


@lru_cache
def misspellings() -> frozenset[str]:
    """The list's own slips of the pen, such as 区自然资源 without 局."""
    entries = read_yaml("units.yaml")["units"]
    return frozenset(name for entry in entries for name in entry["misspellings"])


def versions() -> tuple[Mapping[str, Any], ...]:
    """The lists there are, the newest first; a list applied meanwhile is seen at once."""
    return _versions(changed_at("catalogue.yaml"))


@lru_cache(maxsize=1)
def _versions(_changed: int) -> tuple[Mapping[str, Any], ...]:
    entries = read_yaml("catalogue.yaml")["versions"]
    return tuple(sorted(entries, key=lambda entry: entry["in_force_from"], reverse=True))


def load_catalogue(version: str = "") -> Catalogue:
    """The list of that version; without one, the newest.

    Raises:
        NotFoundError: no such version is shipped.
        RuleError: a row of the shipped list cannot be read.
    """
    return _load(version or versions()[0]["version"])


@lru_cache(maxsize=4)
def slugs_by_name(version: str) -> Mapping[str, str]:
    """The slug of each unit of a list, by its name and by every other spelling of it."""
    return {name: one.slug for name, one in units_by_name(load_catalogue(version).units).items()}


def version_for(on: date) -> str:
    """The version that routes what comes in on a day; before the first list, the first.

    Routing proposes for any text at all; that a day is too early is for the clocks to refuse.
    """
    return version_in_force(max(on, versions()[-1]["in_force_from"]))


def version_in_force(on: date) -> str:
    """The version of the list that routes tickets accepted on a day.

    Raises:
        NotFoundError: the day lies before the first list.
    """
    for entry in versions():
        if entry["in_force_from"] <= on:
            return str(entry["version"])
    message = f"{on.isoformat()} 尚无任务清单生效"
    raise NotFoundError(message)


@lru_cache
def _load(version: str) -> Catalogue:
    from engine.rules.routing.catalogue_import import read_table

    entry = next((one for one in versions() if one["version"] == version), None)
    if entry is None:
        message = f"没有版本为“{version}”的任务清单"
        raise NotFoundError(message)
    table = read_table(read_text(entry["file"]))
    if table.problems:
        message = f"engine/rules/catalogue/{entry['file']}：{table.problems[0]}"
        raise RuleError(message)
    return Catalogue(
        tasks=table.tasks,
        units=load_units(),
        version=version,
        in_force_from=entry["in_force_from"],
        title=entry["title"],
        reference=entry["reference"],
    )
