"""Returning a ticket (退单): until when, with what, how often, and when the panel decides."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.rules.citations import Citation, cites, clause
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import ReturnRuling


@dataclass(frozen=True)
class ReturnRequest:
    """What a unit hands in with a return: reason, legal or duty basis, who should have it."""

    reason: str
    basis: str
    suggested_unit: str


@dataclass(frozen=True)
class EarlierReturns:
    """What happened before: returns by this unit, returns in all, whether it was designated."""

    by_unit: int = 0
    in_all: int = 0
    designated: bool = False


_FIELD_NAMES = {"reason": "退单理由", "basis": "职责或法律依据", "suggested_unit": "建议承办单位"}


@cites("house/H-13", "house/H-14", "house/H-15")
def return_refusal(
    request: ReturnRequest,
    earlier: EarlierReturns,
    *,
    dispatched_at: datetime,
    now: datetime,
    rules: RuleSet,
    on: date,
) -> tuple[str, Citation] | None:
    """Return why a unit may not send the ticket back, with the clause; None when it may."""
    final: bool = rules.parameters["returns.designation_final"].on(on).value
    if earlier.designated and final:
        return "会商指定承办后不得再退单", clause("house/H-15")
    if earlier.by_unit >= rules.parameters["returns.per_unit"].on(on).value:
        return "本单位已退过一次，不能再退", clause("house/H-14")
    last_day = return_window_ends_on(dispatched_at, rules, on)
    if shanghai_date(now) > last_day:
        return f"退单期限已过（{last_day} 24:00）", clause("house/H-13")
    missing = _missing(request, rules, on)
    return (f"退单须写明：{'、'.join(missing)}", clause("house/H-13")) if missing else None


@cites("house/H-13")
def return_window_ends_on(dispatched_at: datetime, rules: RuleSet, on: date) -> date:
    """Return the last Shanghai day on which a unit may send a ticket back."""
    window: int = rules.parameters["returns.window"].on(on).value
    return rules.calendar.nth_working_day_after(shanghai_date(dispatched_at), window)


@cites("house/H-14", "chengzhong-2023-19/3-2/coordination")
def ruling_needed(returns_in_all: int, rules: RuleSet, on: date) -> ReturnRuling:
    """Return who rules on a return: the dispatcher (待裁定), or the panel (会商) from the limit on.

    `returns_in_all` includes the one to be ruled on.
    """
    before_panel: int = rules.parameters["returns.before_panel"].on(on).value
    return ReturnRuling.TO_PANEL if returns_in_all >= before_panel else ReturnRuling.PENDING


def _missing(request: ReturnRequest, rules: RuleSet, on: date) -> list[str]:
    required = rules.parameters["returns.required"].on(on).value
    return [_FIELD_NAMES[name] for name in required if not getattr(request, name).strip()]
