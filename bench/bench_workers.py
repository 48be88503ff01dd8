"""What a second worker brings: the same tickets routed by one process, then by two at once.

    python -m bench.bench_workers

Each worker is a process of its own that asks for what waits and routes it, as `hotline worker` does
while Prefect is away. All of them, and PostgreSQL, share this machine: on two cores the database
takes what it takes from the workers, so its share stands beside the factor.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from bench.servers import ROOT, Meter
from engine import clock
from engine.actions import background
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.setup import demo_accounts, load_reference_data
from engine.flows import orders
from engine.store.database import connect, use, work
from engine.store.embedded import embedded_server
from engine.store.migrate import migrate
from engine.terms import TicketKind

TICKETS = int(os.environ.get("HOTLINE_BENCH_TICKETS", "300"))
ROUNDS = int(os.environ.get("HOTLINE_BENCH_ROUNDS", "3"))
TARGET = "target: two workers route 1.7 times what one does, when the database is not the limit"
WARM = "warm\n"
MATTERS = (
    "营业执照变更窗口反复退件，区市场监管局注册窗口",
    "税务登记信息与实际不符，税务局发票申领被拒",
    "食品经营许可到期换证被拒",
    "拖欠工程款不结算，欠了三个月",
)


def main() -> None:
    """Print a line a round: seconds by one, seconds by two, the factor, and who used the CPU."""
    print(TARGET, f"({psutil.cpu_count()} cores)", sep="\n")
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as home,
        embedded_server(Path(home)) as server,
    ):
        os.environ["HOTLINE_VAR"] = home
        migrate(use(server.database))
        load_reference_data(clock.now())
        demo_accounts(clock.now())
        url, pid = server.database.url, server.server.get_pid()
        for _ in range(ROUNDS):
            one, share = _routed(url, pid, workers=1)
            two, shares = _routed(url, pid, workers=2)
            words = f"{TICKETS} tickets: {one:.2f} s by one, {two:.2f} s by two, {one / two:.2f}x"
            print(f"{words}; PostgreSQL used {share:.0%} and {shares:.0%} of a core", flush=True)


def _routed(url: str, pid: int, workers: int) -> tuple[float, float]:
    """Return the seconds until all tickets are routed, and the database's share of a core."""
    parts = [_started(url) for _ in range(workers)]
    _take_in(TICKETS)
    meter = Meter(pid)
    for part in parts:
        part.stdin.write("go\n")  # type: ignore[union-attr]
        part.stdin.flush()  # type: ignore[union-attr]
    told = [part.communicate()[0] for part in parts]
    wall = meter.wall()
    done = sum(int(one.splitlines()[-1].split()[0]) for one in told)
    assert done == TICKETS, told
    return wall, meter.cpu() / wall


def _started(url: str) -> "subprocess.Popen[str]":
    """Start a worker and wait until it is warm."""
    part = subprocess.Popen(
        [sys.executable, "-m", "bench.bench_workers", "worker"], cwd=ROOT, text=True,
        env={**os.environ, "HOTLINE_DATABASE_URL": url},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert part.stdout is not None
    for line in part.stdout:  # among lines of the log
        if line == WARM:
            return part
    raise AssertionError


def _take_in(count: int) -> None:
    for place in range(count):
        with work() as session:
            step = background.system_step(session, clock.now())
            content = f"{MATTERS[place % len(MATTERS)]}，第{place}号"
            phone = f"0772-{place:07}"
            accept_ticket(step, NewTicket(kind=TicketKind.COMPLAINT, content=content, phone=phone))


def _worker() -> None:
    use(connect(os.environ["HOTLINE_DATABASE_URL"]))
    _take_in(8)
    _route()
    print(WARM, end="", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    print(_route(), f"{time.perf_counter() - began:.3f}", flush=True)


def _route() -> int:
    """Route until nothing waits; return how many were this worker's."""
    counts: Counter[str] = Counter()
    while ids := background.tickets_to_route(orders.LIMIT):
        counts.update(orders.route(background, ids, clock.now()).counts)
    return sum(counts.values()) - counts["skipped"]


if __name__ == "__main__":
    _worker() if sys.argv[1:] == ["worker"] else main()
