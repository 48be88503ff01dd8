"""How the tests say moments and days: with their weekday, which is checked."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from engine.rules.shanghai import SHANGHAI, shanghai_moment, weekday_name

CASES = Path(__file__).parent / "cases"
_ENGLISH = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}


def day(text: str) -> date:
    """Read "Fri 2024-09-27" or "2024-09-27 周五"; a wrong weekday is a mistake in the test."""
    parts = text.split()
    on = date.fromisoformat(next(part for part in parts if part[0].isdigit()))
    name = next(part for part in parts if not part[0].isdigit())
    expected = _ENGLISH.get(name, name)
    assert expected in (on.weekday(), weekday_name(on)), f"{on} is {weekday_name(on)}, not {name}"
    return on


def moment(text: str) -> datetime:
    """Read "Fri 2024-09-27 10:00" (Shanghai time, seconds allowed) as a UTC moment."""
    *said, clock = text.split()
    return shanghai_moment(day(" ".join(said)), time.fromisoformat(clock))


def spoken(at: datetime) -> str:
    """Say a moment as the case files do: 2024-10-16 周三 09:00."""
    local = at.astimezone(SHANGHAI)
    return f"{local.date()} {weekday_name(local.date())} {local:%H:%M}"


def cases(name: str) -> list[Any]:
    """Return the cases of one file, each with its name as the test's id."""
    import pytest

    stated = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["名称"]) for case in stated]
