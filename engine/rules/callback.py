"""The callback (回访): when a person must call, how often, and what has to be done to close."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.rules.citations import Citation, cites, clause
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import SHANGHAI, shanghai_date, shanghai_moment
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    Satisfaction,
    TicketEvent,
    TicketKind,
)

_LOOK_AHEAD = 40


@dataclass(frozen=True)
class CallbackNeed:
    """Whether a callback is owed, whether only a person may make it, and on whose word."""

    owed: bool
    human: bool
    reason: str
    citation: Citation


@dataclass(frozen=True)
class Attempt:
    """One attempt to reach a requester; `at` is an aware moment."""

    at: datetime
    channel: CallbackChannel
    result: AttemptResult


@cites("chengzhong-2023-19/113/callback", "house/H-27", "house/H-28")
def callback_need(
    outcome: AnswerOutcome | None,
    satisfaction: Satisfaction | None,
    solved: AnswerOutcome | None,
    kind: TicketKind,
    rules: RuleSet,
    on: date,
) -> CallbackNeed:
    """Return whether a person must call the requester (人工回访).

    `outcome` is what the unit says, `solved` and `satisfaction` what the requester says (None
    while nothing was said), `on` the day of acceptance whose rules the ticket keeps.
    """
    law = clause("chengzhong-2023-19/113/callback")
    house = clause("house/H-28")
    unsolved = rules.parameters["callback.unsolved_outcomes"].on(on).value
    dissatisfied = rules.parameters["callback.dissatisfied"].on(on).value
    silent_kinds = rules.parameters["callback.unevaluated_kinds"].on(on).value
    if solved is not None and solved in unsolved:
        partly = solved is AnswerOutcome.PARTLY_SOLVED
        return CallbackNeed(True, True, f"诉求人评价{solved.label}", house if partly else law)
    if satisfaction in dissatisfied:
        return CallbackNeed(True, True, "诉求人不满意", law)
    if outcome is not None and outcome in unsolved:
        return CallbackNeed(True, True, f"承办单位自报{outcome.label}", house)
    if solved is None and satisfaction in (None, Satisfaction.NOT_EVALUATED):
        owed = kind in silent_kinds
        reason = f"{kind.label}工单未评价" if owed else f"未评价，{kind.label}类工单不强制人工回访"
        return CallbackNeed(owed, owed, reason, house)
    return CallbackNeed(False, False, "诉求人评价已解决且未表示不满意", law)


@cites("chengzhong-2023-19/91/field-verification", "house/H-31")
def verification_need(task_rows: Iterable[int], rules: RuleSet, on: date) -> CallbackNeed | None:
    """Return the callback that arrears (清欠) owe whatever anybody says; None for other rows.

    The document wants 实地核查或回访 where the debtor says it is settled: a person looks or calls.
    """
    setting = rules.parameters["callback.verified_rows"].on(on)
    rows = [row for row in task_rows if row in setting.value]
    if not rows:
        return None
    reason = f"清单第 {rows[0]} 项（清欠）须实地核查或人工回访"
    return CallbackNeed(True, True, reason, setting.citation)


@cites("chengzhong-2023-19/91/field-verification", "house/H-31")
def counts_as_human(channel: CallbackChannel, rules: RuleSet, on: date) -> bool:
    """Return whether a way of asking counts as a person's callback; a robot's never does."""
    return channel in rules.parameters["callback.human_channels"].on(on).value


@cites("chengzhong-2023-19/113/callback", "house/H-29")
def callback_state(attempts: Sequence[Attempt], rules: RuleSet, on: date) -> CallbackState:
    """Return where a human callback stands: reached, exhausted (已尽力未接通) or still owed.

    Only a person's attempts count. Exhausted takes the set number of attempts on enough
    different days and in enough different time bands; an attempt outside every band counts
    for nothing unless it reached somebody.
    """
    human = [attempt for attempt in attempts if counts_as_human(attempt.channel, rules, on)]
    reaching = rules.parameters["callback.reaching_results"].on(on).value
    if any(attempt.result in reaching for attempt in human):
        return CallbackState.REACHED
    slots = _slots(human, rules, on)
    return CallbackState.EXHAUSTED if _is_exhausted(slots, rules, on) else CallbackState.OWED


@cites("house/H-29")
def next_attempt_at(
    attempts: Sequence[Attempt], now: datetime, rules: RuleSet, on: date | None = None
) -> datetime | None:
    """Return when to try next (UTC): in a band on a working day not tried yet; None when done.

    The last attempt needed is put where it completes the different days and bands.
    """
    on = on or shanghai_date(now)
    if callback_state(attempts, rules, on) is not CallbackState.OWED:
        return None
    human = [attempt for attempt in attempts if counts_as_human(attempt.channel, rules, on)]
    tried = _slots(human, rules, on)
    last = len(tried) + 1 >= rules.parameters["callback.attempts"].on(on).value
    for day, band, opens_at in openings(now, rules, on):
        slot = (day, band)
        if slot not in tried and (not last or _is_exhausted([*tried, slot], rules, on)):
            return max(opens_at, now.astimezone(UTC))
    return None


@cites("chengzhong-2023-19/113/callback", "house/H-30")
def callback_bars_closing(
    human_required: bool, state: CallbackState, rules: RuleSet, on: date
) -> bool:
    """Return whether a ticket must stay open for its callback (未回访不得办结).

    A human callback that is owed must have reached the requester or been validly exhausted.
    """
    blocks: bool = rules.parameters["callback.blocks_closing"].on(on).value
    return blocks and human_required and state is CallbackState.OWED


@cites("chengzhong-2023-19/113/callback", "house/H-28")
def is_unresolved(
    solved: AnswerOutcome | None, satisfaction: Satisfaction | None, rules: RuleSet, on: date
) -> bool:
    """Return whether what a requester says leaves the matter open: 未解决, 部分解决, 不满意."""
    unsolved = rules.parameters["callback.unsolved_outcomes"].on(on).value
    dissatisfied = rules.parameters["callback.dissatisfied"].on(on).value
    return solved in unsolved or satisfaction in dissatisfied


@cites("chengzhong-2023-19/134/closed-loop", "house/H-25", "house/H-26")
def after_callback(
    solved: AnswerOutcome | None,
    satisfaction: Satisfaction | None,
    *,
    reworks: int,
    rules: RuleSet,
    on: date,
) -> tuple[TicketEvent, Citation]:
    """Return what follows what the requester said: close, rework (重办) or supervision (督办)."""
    if not is_unresolved(solved, satisfaction, rules, on):
        return TicketEvent.CLOSE, clause("chengzhong-2023-19/113/callback")
    if reworks_used_up(reworks, rules, on):
        return TicketEvent.SUPERVISE, clause("house/H-26")
    return TicketEvent.ORDER_REWORK, clause("house/H-25")


@cites("house/H-25", "house/H-26")
def reworks_used_up(reworks: int, rules: RuleSet, on: date) -> bool:
    """Return whether a ticket was sent back for rework as often as it may; supervision is next."""
    allowed: int = rules.parameters["rework.times"].on(on).value
    return reworks >= allowed


@cites("house/H-29")
def band_of(moment: datetime, rules: RuleSet, on: date) -> str | None:
    """Return the name of the time band that a moment lies in; None outside every band."""
    local = moment.astimezone(SHANGHAI).time()
    return next((name for name, (a, b) in _bands(rules, on).items() if a <= local < b), None)


def _slots(attempts: Iterable[Attempt], rules: RuleSet, on: date) -> list[tuple[date, str]]:
    slots = []
    for attempt in attempts:
        band = band_of(attempt.at, rules, on)
        if band is not None:
            slots.append((shanghai_date(attempt.at), band))
    return slots


def _is_exhausted(slots: Sequence[tuple[date, str]], rules: RuleSet, on: date) -> bool:
    attempts: int = rules.parameters["callback.attempts"].on(on).value
    days: int = rules.parameters["callback.days"].on(on).value
    bands: int = rules.parameters["callback.bands"].on(on).value
    different_days, different_bands = {day for day, _ in slots}, {band for _, band in slots}
    return len(slots) >= attempts and len(different_days) >= days and len(different_bands) >= bands


def _bands(rules: RuleSet, on: date) -> Mapping[str, tuple[time, time]]:
    stated = rules.parameters["callback.time_bands"].on(on).value
    return {
        name: (time.fromisoformat(opens), time.fromisoformat(closes))
        for name, (opens, closes) in stated.items()
    }


@cites("house/H-29")
def openings(now: datetime, rules: RuleSet, on: date) -> Iterable[tuple[date, str, datetime]]:
    """Yield the bands of the coming working days that are not over yet, with their opening."""
    today = shanghai_date(now)
    for ahead in range(_LOOK_AHEAD):
        day = today + timedelta(days=ahead)
        if not rules.calendar.is_working_day(day):
            continue
        for name, (opens, closes) in _bands(rules, on).items():
            if shanghai_moment(day, closes) > now:
                yield day, name, shanghai_moment(day, opens)
