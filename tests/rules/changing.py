"""Rules and calendars with one thing changed, made through the real loaders."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from engine.rules.calendar_files import (
    NATIONAL,
    REGIONAL,
    Notice,
    YearFile,
    load_provisional_year,
    load_year_files,
)
from engine.rules.parameters import PARAMETERS, load_parameters
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.working_days import Calendar, calendar_of
from tests.rules.reading import day

TODAY = day("Mon 2026-11-23")


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
    entry["values"][on] = {"value": value, "reference": "house/H-01"}


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


def invented_2027(**changes):
    """An invented notice, for the tests only: nobody has published 2027 yet."""
    more = changes.pop("days_off", {day("Tue 2027-02-09"): "春节放假"})
    statutory = dict.fromkeys(load_provisional_year(2027).days_off, "节日放假")
    stated = {
        "number": "试验〔2026〕1号",
        "title": "试验用的放假安排",
        "dated": day("Fri 2026-11-20"),
        "days_off": {**statutory, **more},
        "make_up_days": {day("Sun 2027-02-21"): "春节调休上班"},
    }
    return YearFile("CN", 2027, TODAY, (Notice(**{**stated, **changes}),))
