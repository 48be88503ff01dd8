"""Returning a ticket (退单): until when, with what, how often, and when the panel decides."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.terms import ReturnReason

_WORDS = MappingProxyType(
    {
        "explanation": "请写明退单理由。",
        "legal_basis": "请写明依据的职责条款或法律条文。",
        "suggested_unit": "请写明建议由哪个单位承办。",
    }
)
# What the parameter calls a thing, and the field in which a unit writes it.
_FIELDS = MappingProxyType(
    {"reason": "explanation", "basis": "legal_basis", "suggested_unit": "suggested_unit"}
)


@cites("house/H-13")
def missing_in_return(
    reason: ReturnReason | None, written: Mapping[str, str], rules: RuleSet, on: date
) -> dict[str, str]:
    """Return the fields a return still lacks, with what to write; empty when it is complete.

    `written` holds explanation, legal_basis and suggested_unit; the reason may not be chosen yet.
    Who else should have the ticket is asked only for the reasons that say somebody else should.
    """
    required = rules.parameters["returns.required"].on(on).value
    suggested = reason in rules.parameters["returns.suggestion_for"].on(on).value
    fields = [_FIELDS[name] for name in required if name != "suggested_unit" or suggested]
    return {name: _WORDS[name] for name in fields if not written[name].strip()}


@cites("house/H-13")
def return_closes_at(dispatched_at: datetime, rules: RuleSet, on: date) -> datetime:
    """Return the moment (UTC) after which a unit can no longer send a ticket back (退单截止).

    `on` is the day of acceptance, whose rules the ticket keeps.
    """
    window: int = rules.parameters["returns.window"].on(on).value
    return end_of_day(rules.calendar.nth_working_day_after(shanghai_date(dispatched_at), window))


@cites("house/H-14")
def returns_used_up(by_unit: int, rules: RuleSet, on: date) -> bool:
    """Return whether a unit has sent a ticket back as often as it may."""
    allowed: int = rules.parameters["returns.per_unit"].on(on).value
    return by_unit >= allowed


@cites("house/H-14", "chengzhong-2023-19/3-2/coordination")
def panel_due(returns_in_all: int, rules: RuleSet, on: date) -> bool:
    """Return whether units have disagreed so often that the panel (会商) decides, nobody else."""
    before_panel: int = rules.parameters["returns.before_panel"].on(on).value
    return returns_in_all >= before_panel


@cites("house/H-15")
def designation_binds(designated: bool, rules: RuleSet, on: date) -> bool:
    """Return whether the unit the panel designated must keep the ticket."""
    final: bool = rules.parameters["returns.designation_final"].on(on).value
    return designated and final


@cites("house/H-14")
def refused_to_the_same(unit: str, supports: Collection[int], now: Collection[int]) -> str | None:
    """Refuse to move a ticket (改派) to the unit that leads it: no limit begins anew so.

    Other supports (协办) than `now` may be named: the lead keeps the ticket, its limits run on.
    """
    if supports and set(supports) != set(now):
        return None
    return (
        f"{unit}已是主办单位，改派给它不会换单位，时限也不重新起算；请改派其他单位。"
        "只调整协办单位的，请写明调整后的全部协办单位。"
    )


@cites("house/H-13")
def refused_to_the_returner(unit: str, *, upheld: bool, decides: bool) -> str | None:
    """Refuse to hand a ticket back to a unit whose return of it was upheld (退单获准).

    `decides`: a supervisor or the panel (会商), who answer for it.
    """
    if not upheld or decides:
        return None
    return f"{unit}的退单已经获准，不能再派给它；请派其他单位，确需由它承办的，由主管写明理由派单。"
