"""Rules and calendars with one thing changed, made through the real loaders."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from engine.rules.calendar_files import NATIONAL, REGIONAL, load_year_files
from engine.rules.parameters import PARAMETERS, load_parameters
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.working_days import Calendar, calendar_of


def rules_with(
    key: str, value: Any, directory: Path, *, since: str = "", unit: str = ""
) -> RuleSet:
    """Return the district's rules with another value for one parameter, from `since` on."""
    changed = directory / "parameters"
    shutil.copytree(PARAMETERS, changed)
    for path in changed.glob("*.yaml"):
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
        if key in stated:
            _change(stated[key], value, since, unit)
            path.write_text(yaml.safe_dump(stated, allow_unicode=True), encoding="utf-8")
    return RuleSet(load_parameters(changed), load_rules().calendar)


def _change(entry: Any, value: Any, since: str, unit: str) -> None:
    from datetime import date

    entry["unit"] = unit or entry["unit"]
    first = next(iter(entry["values"]))
    on = date.fromisoformat(since) if since else first
    entry["values"][on] = {"value": value, "reference": ["试验文件", "第一条", "试验用"]}


def calendar_with(file: Any, region: str = "CN-GX") -> Calendar:
    """Return the calendar with one year file put in place of, or added to, the district's own."""
    kept = [
        one
        for one in (*load_year_files(NATIONAL), *load_year_files(REGIONAL))
        if (one.region, one.year) != (file.region, file.year)
    ]
    files = sorted([*kept, file], key=lambda one: one.year)
    national = tuple(one for one in files if one.region == NATIONAL)
    regional = tuple(one for one in files if one.region == REGIONAL)
    return calendar_of(region, national, regional if region == REGIONAL else ())
