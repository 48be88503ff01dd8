"""How fast a deadline is, beside a table-and-bisect floor and a calendar package in the same run.

    python bench/bench_deadlines.py [ROWS]

Prints microseconds a deadline (best of several rounds, 10 working days, receipts spread over
2024-2026), then a batch file of ROWS rows (1,000,000 by default) with its peak memory.
"""

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar

from engine.rules.time_limits import answer_deadline, load_rules
from engine.terms import TicketKind

ROUNDS, SAMPLE, LIMIT = 7, 2_000, 10
SHANGHAI_OFFSET = timedelta(hours=8)
KINDS = ("求助", "投诉", "举报", "咨询", "complaint")
_COMMAND = (
    "import typer;from engine.cli import deadline;app=typer.Typer();"
    "app.callback()(lambda: None);deadline.register(app);app()"
)


def microseconds(run: Callable[[datetime], object], moments: list[datetime]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for moment in moments:
            run(moment)
        best = min(best, time.perf_counter() - began)
    return best / len(moments) * 1e6


def floor(moments: list[datetime]) -> Callable[[datetime], date]:
    """The least there is to do: the Shanghai day of a moment, a sorted table, one bisect."""
    calendar = load_rules("CN").calendar
    days = [one.on.toordinal() for one in calendar.days if one.working]

    def due(moment: datetime) -> date:
        received_on = (moment + SHANGHAI_OFFSET).toordinal()
        return date.fromordinal(days[bisect_right(days, received_on) + LIMIT - 1])

    return due


def chinesecalendar_loop(moment: datetime) -> date:
    day, left = (moment + SHANGHAI_OFFSET).date(), LIMIT
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day


def one_deadline() -> None:
    random.seed(1)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    moments = [first + timedelta(seconds=random.randrange(1035 * 86_400)) for _ in range(SAMPLE)]
    rules, kind = load_rules("CN"), TicketKind.COMPLAINT
    least = floor(moments)
    assert all(
        answer_deadline(kind, at, rules).due_on == least(at) == chinesecalendar_loop(at)
        for at in moments[:200]
    )
    measured = {
        "floor: table + bisect": microseconds(least, moments),
        "due date (answer_deadline)": microseconds(
            lambda at: answer_deadline(kind, at, rules), moments
        ),
        "due date with certificate": microseconds(
            lambda at: answer_deadline(kind, at, rules).certificate, moments
        ),
        "chinesecalendar, day by day": microseconds(chinesecalendar_loop, moments[:200]),
    }
    lowest = measured["floor: table + bisect"]
    for name, taken in measured.items():
        print(f"{name:<30} {taken:8.2f} µs   {taken / lowest:7.1f} × floor")


def batch(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.csv"), Path(folder, "out.csv")
        first = datetime(2023, 11, 8, tzinfo=UTC)
        with source.open("w", encoding="utf-8", newline="") as opened:
            write = csv.writer(opened)
            write.writerow(("kind", "received_at"))
            for _ in range(rows):
                at = first + timedelta(seconds=random.randrange(1000 * 86_400))
                write.writerow((random.choice(KINDS), at.isoformat()))
        began = time.perf_counter()
        command = [sys.executable, "-c", _COMMAND, "deadline", "--batch", source, target]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[1])
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"batch file of {rows:,} rows       {seconds:8.1f} s    {peak:7.0f} MB")


if __name__ == "__main__":
    one_deadline()
    batch(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
