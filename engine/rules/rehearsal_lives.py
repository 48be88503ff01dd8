"""Invents a district's year of tickets (模拟工单) for rehearsals; nothing in it is anybody's.

How tickets are spread is an assumption of the rehearsal, said in its report, and no rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from engine.rules.rehearsal import Life
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.terms import AnswerOutcome, Satisfaction, TicketKind

ASSUMED = (
    "受理集中在工作日；求助三成、投诉四成、举报一成、咨询一成半、建议半成；约三成未解决或不满意；"
    "各单位快慢不一，办理时长按对数正态分布，中位数约 4 个工作日。"
)
_KINDS = {
    TicketKind.HELP_REQUEST: 30, TicketKind.COMPLAINT: 40, TicketKind.REPORT: 10,
    TicketKind.CONSULTATION: 15, TicketKind.SUGGESTION: 5,
}  # fmt: skip
_HANDLING_DAYS, _SPREAD = 1.2, 0.75
_SOLVED, _HAPPY = 0.71, 0.86


@dataclass(frozen=True)
class Year:
    """What is invented: how many tickets from which day to which, by what chance."""

    tickets: int
    first: date
    last: date
    seed: int = 0


def lives(year: Year, units: Sequence[str], rules: RuleSet) -> Iterator[Life]:
    """Yield the invented tickets of a year, in the order of their numbers."""
    chance = Random(year.seed)
    span = (year.last - year.first).days + 1
    days = [year.first + timedelta(days=n) for n in range(span)]
    weights = [8 if rules.calendar.is_working_day(day) else 1 for day in days]
    pace = {unit: chance.uniform(0.7, 1.5) for unit in units}
    share = [chance.paretovariate(1.2) for _ in units]
    chosen = chance.choices(days, weights, k=year.tickets)
    for number, day in enumerate(sorted(chosen), start=1):
        unit = chance.choices(units, share)[0]
        yield _life(f"T{number:06}", unit, day, pace[unit], rules, chance)


def _life(
    number: str, unit: str, day: date, pace: float, rules: RuleSet, chance: Random
) -> Life:  # fmt: skip
    kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
    accepted = shanghai_moment(day, time(chance.randrange(8, 20), chance.randrange(60)))
    dispatched = accepted + timedelta(minutes=chance.randrange(2, 240))
    signed = _later(dispatched, chance.expovariate(1 / (0.3 * pace)), rules)
    contacted = _later(signed, chance.expovariate(1 / (0.4 * pace)), rules)
    answered = _later(contacted, chance.lognormvariate(_HANDLING_DAYS, _SPREAD) * pace, rules)
    approved = _later(answered, chance.uniform(0.05, 0.9), rules)
    solved = AnswerOutcome.SOLVED if chance.random() < _SOLVED else AnswerOutcome.NOT_SOLVED
    happy = Satisfaction.SATISFIED if chance.random() < _HAPPY else Satisfaction.DISSATISFIED
    return Life(
        number=number, kind=kind, unit=unit, accepted_at=accepted, dispatched_at=dispatched,
        signed_at=signed, contacted_at=contacted, answered_at=answered, approved_at=approved,
        called_at=_later(approved, chance.uniform(0.1, 1.8), rules), outcome=solved,
        solved=solved, satisfaction=happy,
    )  # fmt: skip


def _later(start: datetime, working_days: float, rules: RuleSet) -> datetime:
    """Return a moment some working days later, in office hours."""
    whole, part = divmod(working_days, 1)
    on = shanghai_date(start)
    day = rules.calendar.nth_working_day_after(on, int(whole)) if whole else on
    if not rules.calendar.is_working_day(day):
        day = rules.calendar.next_working_day(day)
    at = shanghai_moment(day, time(9)) + timedelta(hours=8 * part)
    return max(at, start + timedelta(minutes=5))
