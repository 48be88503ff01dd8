"""How good the forecast of who will be late is: a back-test on simulated district years.

    python -m bench.bench_forecast [SEED ...]

Each week is told from the thirteen weeks before it alone. Share caught: late matters of units that
were named; false alarms: named units in whose week nothing was late. What is invented is said in
`engine.rules.rehearsal_lives.ASSUMED`.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, time, timedelta

from engine.rules.early_sight import History, backtest, least_history
from engine.rules.rehearsal import Life
from engine.rules.rehearsal_lives import Year, lives
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.rules.time_limits import clock_deadline
from engine.terms import ClockKind

TICKETS, FIRST, LAST = 5000, date(2025, 10, 1), date(2026, 9, 30)
EDGE = 2  # the first and last weeks are not whole


def simulated_weeks(seed: int, rules: RuleSet) -> list[Mapping[str, History]]:
    """Return what became of matters open on a Monday and due in its week, the newest week first."""
    units = [one.name for one in load_catalogue().units]
    weeks: dict[date, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for life in lives(Year(TICKETS, FIRST, LAST, seed), units, rules):
        _count(life, rules, weeks)
    days = sorted(weeks, reverse=True)[EDGE:-EDGE]
    return [{unit: History(*found) for unit, found in weeks[day].items()} for day in days]


def _count(life: Life, rules: RuleSet, weeks: dict[date, dict[str, list[int]]]) -> None:
    deadline = clock_deadline(
        ClockKind.HANDLING, life.dispatched_at, rules, kind=life.kind,
        accepted_on=shanghai_date(life.accepted_at),
    )  # fmt: skip
    if deadline is None:
        return
    monday = deadline.due_on - timedelta(days=deadline.due_on.weekday())
    answered, begins = life.answered_at, shanghai_moment(monday, time(0))
    if life.dispatched_at <= begins and (answered is None or answered > begins):
        found = weeks[monday][life.unit]
        found[0] += 1
        found[1] += answered is None or answered >= deadline.due_at


def main() -> None:
    """Print one line a simulated year."""
    rules = load_rules("CN-GX")
    least = least_history(rules, LAST)
    for seed in [int(one) for one in sys.argv[1:]] or [0, 1, 2]:
        found = backtest(simulated_weeks(seed, rules), least)
        print(
            f"year {seed}: {found.weeks} weeks, {found.late} late, {found.expected:.0f} expected; "
            f"caught {found.share_caught or 0:.0f} %; named {found.named}, "
            f"false alarms {found.share_false or 0:.0f} %"
        )


if __name__ == "__main__":
    main()
