"""The figures with 10,000 to 1,000,000 tickets: the page, keeping the summaries, a past month.

    python -m bench.bench_figures [TICKETS ...]

CPU of the server and the database together. The promise: a dashboard costs at
most 100 ms however many tickets there are.
"""

import os
import sys
from collections.abc import Callable
from datetime import timedelta

from bench.archive import build
from bench.bench_pages import Desk, cost, database, one_real_ticket, sign_in
from bench.servers import Meter, server

SIZES = (10_000, 100_000, 1_000_000)
PAGES = (
    "/supervise/figures", "/supervise/units", "/supervise", "/supervise/breaches",
    "/supervise/sight", "/supervise/promises", "/supervise/bulletin", "/supervise/monitoring",
    "/supervise/exclusions",
    "/knowledge",
)  # fmt: skip


def measured(what: Callable[[], object], postgres: int) -> float:
    """Return the milliseconds of CPU of this process and the database for one call."""
    used = Meter(os.getpid(), postgres)
    what()
    return 1000 * used.cpu()


def keeping(postgres: int) -> dict[str, float]:
    """Return what summaries cost: all of them, then two minutes of them, then a month again."""
    from sqlmodel import delete

    from engine.actions.figure_keeping import keep
    from engine.actions.figures import report_on
    from engine.actions.rules_in_force import rules_in_force
    from engine.clock import now
    from engine.models import FigureMark
    from engine.rules.shanghai import shanghai_date
    from engine.store.database import work

    def month() -> None:
        with work() as session:
            days = (today - timedelta(60), today - timedelta(30))
            report_on(session, rules_in_force(session), days, today - timedelta(20), now())

    today = shanghai_date(now())
    with work() as session:  # what was kept of another size is not this one's
        session.exec(delete(FigureMark))
    first = measured(lambda: keep(now()), postgres)
    return {
        "all summaries for the first time": first,
        "summaries kept up": measured(lambda: keep(now() + timedelta(minutes=2)), postgres),
        "a past month as of a past day": measured(month, postgres),
    }


def main() -> None:
    """Print the figures of every size side by side."""
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    found: dict[int, dict[str, float]] = {}
    with database() as (url, postgres):
        for size in sizes:
            one_real_ticket()
            print(f"{size:>9,} tickets built in {build(url, size):.0f} s", flush=True)
            found[size] = keeping(postgres)
            with server("ours", url, HOTLINE_DEMO_DATA="1") as (port, process):
                desk = Desk(port, sign_in("zhuguan1"))
                for page in PAGES:
                    found[size][page] = cost(desk, f"GET {page}", (process, postgres))
            print(found[size], flush=True)
    print(f"\nms of CPU (load {os.getloadavg()[0]:.1f})")
    print(f"{'':42}" + "".join(f"{size:>12,}" for size in sizes))
    for name in found[sizes[0]]:
        print(f"{name:42}" + "".join(f"{found[size][name]:12.1f}" for size in sizes))


if __name__ == "__main__":
    main()
