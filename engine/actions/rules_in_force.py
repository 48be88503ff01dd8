"""The rules as they stand now (现行规则): as shipped, with what the district decided laid over.

Every transaction asks the database which state is in force, so that no process ever counts by a
state another one has replaced; what a state says is read once and kept.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from engine.models import RulesVersion
from engine.rules.calendar_book import CalendarBook, book_with, laid_over, shipped_book
from engine.rules.calendar_files import YearFile, year_file_of
from engine.rules.district import DistrictValue
from engine.rules.district import laid_over as parameters_laid_over
from engine.rules.parameters import load_parameters
from engine.rules.rule_set import RuleSet, load_rules
from engine.settings import load_settings
from engine.store import rules_versions as store

KEEP = 8
TAKEN_IN = "本区导入的日历"

_known: dict[tuple[int, str, str], RuleSet] = {}


def rules_in_force(session: Session) -> RuleSet:
    """Return the rules of this installation now; read again only when another state is in force.

    Raises:
        RuleError: a change the district made no longer fits this program; names it.
    """
    region = load_settings().region
    stamp = store.stamp(session)
    if stamp is None:
        return load_rules(region)
    key = (stamp.id, stamp.digest, region)
    if key not in _known:
        if len(_known) >= KEEP:
            _known.clear()
        _known[key] = rules_of(store.states(session), region)
    return _known[key]


def rules_of(states: Sequence[RulesVersion], region: str) -> RuleSet:
    """Return the rules that a history of states makes, the newest state first."""
    values = district_values(states[0].parameters)
    book = _book(states)
    return RuleSet(parameters_laid_over(load_parameters(), values), book.calendar(region), book)


def _book(states: Sequence[RulesVersion]) -> CalendarBook:
    shipped = shipped_book()
    texts = list(dict.fromkeys(tuple(one.calendars) for one in states))
    earlier = tuple(laid_over(shipped, year_files(one)) for one in texts if one)
    return book_with(shipped, year_files(texts[0]), (*earlier, shipped))


def year_files(texts: Iterable[str]) -> tuple[YearFile, ...]:
    """Return the year files that stored texts hold."""
    return tuple(year_file_of(text, TAKEN_IN) for text in texts)


def district_values(stored: Iterable[dict[str, Any]]) -> tuple[DistrictValue, ...]:
    """Return the district's values from their JSON."""
    return tuple(
        DistrictValue(
            one["number"], one["key"], date.fromisoformat(one["since"]), one["value"], one["reason"]
        )
        for one in stored
    )


def as_json(value: DistrictValue) -> dict[str, Any]:
    """Return a district's value as it is stored."""
    return {"number": value.number, "key": value.key, "since": value.since.isoformat(),
            "value": value.value, "reason": value.reason}  # fmt: skip
