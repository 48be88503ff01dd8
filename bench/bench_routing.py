"""Measures the router: quality on labelled cases, CPU per ticket, time and memory of the index.

Run it as `python bench/bench_routing.py [CASES.jsonl]`; without a file it takes the one named in
HOTLINE_DEV_CASES, and always the project's own four sets. A case has `text`, and may have `title`,
`kind`, `expected_units`, `expected_task_rows`, `certain` and `in_list`.
"""

import argparse
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import add
from pathlib import Path
from typing import Any

from engine.rules.routing import Router, Routing, load_router
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.lexicon import load_lexicon
from engine.rules.routing.tuning import load_tuning
from engine.terms import RoutingDecision, TicketKind

CASES = Path(__file__).parent.parent / "tests" / "rules" / "routing"
SETS = {
    "own": ("own_cases.jsonl",),
    "fresh": ("fresh_cases.jsonl",),
    "unseen": ("unseen_tune.jsonl", "unseen_report.jsonl"),
    "later": ("later_tune.jsonl", "later_report.jsonl"),
}
LONG = 200
_ROUNDS = 5
_NOTHING = frozenset({"〇〇"})


@dataclass(frozen=True)
class Quality:
    """What the routing tables report, as shares; `nan` where there is no case."""

    cases: int
    outside: int
    top1: float
    top3: float
    covered: float
    right: float
    rows: float
    recall: float
    false: float


def share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found) if found else float("nan")


def propose(router: Router, case: dict[str, Any]) -> Routing:
    kind = TicketKind.parse(case["kind"]) if case.get("kind") else None
    return router.route(case["text"], title=case.get("title", ""), kind=kind)


def units_of(routing: Routing, places: int) -> set[str]:
    return {one.unit for one in routing.candidates[:places]}


def measure(router: Router, cases: list[dict[str, Any]]) -> Quality:
    known = [one for one in cases if one.get("certain", True)]
    ours = [one for one in known if one["in_list"]]
    theirs = [one for one in known if not one["in_list"]]
    told = [(one, propose(router, one)) for one in ours]
    away = [propose(router, one).decision is RoutingDecision.NOT_OURS for one in theirs]
    sure = [pair for pair in told if pair[1].decision is RoutingDecision.DISPATCH]
    rowed = [pair for pair in told if pair[0].get("expected_task_rows")]
    return Quality(
        cases=len(ours),
        outside=len(theirs),
        top1=share(bool(set(c["expected_units"]) & units_of(r, 1)) for c, r in told),
        top3=share(bool(set(c["expected_units"]) & units_of(r, 3)) for c, r in told),
        covered=len(sure) / len(told) if told else float("nan"),
        right=share(bool(set(c["expected_units"]) & units_of(r, 1)) for c, r in sure),
        rows=share(
            bool(set(c["expected_task_rows"]) & set(r.candidates[0].tasks[:3])) for c, r in rowed
        ),
        recall=share(away),
        false=share(r.decision is RoutingDecision.NOT_OURS for _, r in told),
    )


def print_quality(name: str, q: Quality) -> None:
    print(
        f"{name:<14}{q.cases:>5}{q.outside:>5}  {q.top1:6.3f}  {q.top3:6.3f}  {q.covered:6.3f}"
        f"  {q.right:6.3f}  {q.rows:6.3f}  {q.recall:6.3f}  {q.false:6.3f}"
    )


def read_cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def cases_of(name: str, half: str) -> list[dict[str, Any]]:
    cases = (case for file in SETS[name] for case in read_cases(CASES / file))
    return [case for case in cases if case["half"] == half]


def print_tables(router: Router, dev: str) -> None:
    print(
        f"{'set':<14}{'n':>5}{'out':>5}  {'top-1':>6}  {'top-3':>6}  {'gated':>6}  {'right':>6}"
        f"  {'row@3':>6}  {'out ok':>6}  {'out no':>6}"
    )
    for name in SETS:
        for half in ("tune", "report"):
            print_quality(f"{name} {half}", measure(router, cases_of(name, half)))
    long = [case for case in cases_of("unseen", "report") if len(case["text"]) >= LONG]
    print_quality("  of them long", measure(router, long))
    if dev:
        print_quality("given file", measure(router, read_cases(Path(dev))))


def print_speed(router: Router, name: str, cases: list[dict[str, Any]]) -> None:
    """CPU a ticket, beside a walk over as many pairs of letters: what any reading must cost."""
    ours, floor = [], []
    for _ in range(_ROUNDS):
        ours.append(_seconds(lambda: [propose(router, case) for case in cases]))
        floor.append(_seconds(lambda: [_walk(case["text"]) for case in cases]))
    length = sum(len(case["text"]) for case in cases) / len(cases)
    each, least = min(ours) / len(cases) * 1e3, min(floor) / len(cases) * 1e3
    print(
        f"CPU a ticket, {name}: {each:.2f} ms for {length:.0f} characters"
        f" (floor: looking up its pairs of letters {least:.2f} ms; load {os.getloadavg()[0]:.1f})"
    )


def _seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _walk(text: str) -> list[str]:
    return [pair for pair in map(add, text, text[1:]) if pair in _NOTHING]


def print_index() -> None:
    started = time.process_time()
    load_router()
    print(f"index built in {time.process_time() - started:.2f} s CPU")
    tracemalloc.start()
    kept = Router(load_catalogue(), load_lexicon(load_catalogue(), load_tuning()), load_tuning())
    held = tracemalloc.get_traced_memory()[0]
    print(f"index holds {held / 1e6:.1f} MB ({len(kept.lexicon.worth)} expressions)")
    tracemalloc.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="?", default=os.environ.get("HOTLINE_DEV_CASES", ""))
    dev = parser.parse_args().cases
    print_index()
    router = load_router()
    print_tables(router, dev)
    print_speed(router, "as they come", cases_of("unseen", "report"))
    read = [case for case in cases_of("unseen", "report") if len(case["text"]) >= LONG]
    print_speed(router, "long petitions", read)
    print_speed(router, "as long as is read", [case | {"text": case["text"] * 3} for case in read])


if __name__ == "__main__":
    main()
