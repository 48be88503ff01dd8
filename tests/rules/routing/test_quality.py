import json
from pathlib import Path

import pytest

from engine.rules.routing import load_router
from engine.terms import RoutingDecision, TicketKind

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "own_cases.jsonl").read_text("utf-8").splitlines()
]
REPORT = [case for case in CASES if case["half"] == "report"]


def share(flags):
    return sum(flags) / len(flags)


@pytest.fixture(scope="module")
def told():
    router = load_router()
    return [(c, router.route(c["text"], kind=TicketKind.parse(c["kind"]))) for c in REPORT]


@pytest.fixture(scope="module")
def ours(told):
    return [(case, routing) for case, routing in told if case["in_list"]]


def right(case, routing, places=1):
    return bool({one.unit for one in routing.candidates[:places]} & set(case["expected_units"]))


def test_the_set_has_three_hundred_cases_and_its_halves_share_none():
    tune = {case["text"] for case in CASES if case["half"] == "tune"}

    assert len(CASES) >= 300
    assert not tune & {case["text"] for case in REPORT}


def test_the_first_candidate_is_right_in_88_of_100(ours):
    assert share([right(*pair) for pair in ours]) >= 0.88


def test_one_of_the_first_three_is_right_in_97_of_100(ours):
    assert share([right(*pair, places=3) for pair in ours]) >= 0.97


def test_the_gate_decides_60_of_100_and_is_right_in_96(ours):
    sure = [pair for pair in ours if pair[1].decision is RoutingDecision.DISPATCH]

    assert len(sure) / len(ours) >= 0.60
    assert share([right(*pair) for pair in sure]) >= 0.96


def test_the_right_row_is_among_the_first_three_in_70_of_100(ours):
    flags = [
        bool(set(case["expected_task_rows"]) & set(routing.candidates[0].tasks[:3]))
        for case, routing in ours
    ]

    assert share(flags) >= 0.70


def test_bodies_outside_the_list_are_told_from_ours(told, ours):
    outside = [routing for case, routing in told if not case["in_list"]]

    assert share([one.decision is RoutingDecision.NOT_OURS for one in outside]) >= 0.70
    assert share([one.decision is RoutingDecision.NOT_OURS for _, one in ours]) <= 0.05
