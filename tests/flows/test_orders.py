"""The order of work without Prefect: names, sizes, limits, counts."""

import pytest

from engine.flows import orders
from engine.flows.batches import Kind, Piece, pieces, plainly
from tests.builders import moment
from tests.flows.fakes import FakeBackground

NOW = moment("Thu 2023-11-16 09:00")


@pytest.mark.parametrize(
    ("count", "names", "sizes"),
    [
        (0, [], []),
        (1, ["route-1"], [1]),
        (2, ["route-1", "route-2"], [1, 1]),
        (51, ["route-1..51-(51)"], [51]),
        (201, ["route-1..200-(200)", "route-201"], [200, 1]),
    ],
)
def test_batches_up_to_fifty_get_a_run_a_ticket_and_longer_ones_a_run_a_chunk(count, names, sizes):
    cut = pieces(orders.ROUTE, list(range(1, count + 1)))

    assert [piece.name for piece in cut] == names
    assert [len(piece.ids) for piece in cut] == sizes


def test_fifty_is_still_one_run_a_ticket():
    assert len(pieces(orders.ROUTE, list(range(50)))) == 50


def test_every_ticket_is_routed_in_order_and_counted_by_outcome():
    actions = FakeBackground()

    outcome = orders.route(actions, [3, 1, 2], NOW)

    assert actions.done == [3, 1, 2]
    assert outcome.as_details() == {
        "found": 3, "counts": {"dispatched": 2, "to_choose": 1}, "truncated": False,
    }  # fmt: skip


def test_a_batch_at_its_limit_says_that_more_may_wait():
    outcome = orders.send(FakeBackground(), list(range(orders.SEND_LIMIT)), NOW)

    assert outcome.truncated


def test_rungs_climbed_are_counted_by_name():
    actions = FakeBackground(clocks={7: ["warning", "breach"], 8: ["warning"], 9: []})

    outcome = orders.watch(actions, [7, 8, 9], NOW)

    assert outcome.counts == {"warning": 2, "breach": 1}


def test_messages_leave_two_hundred_to_a_piece():
    actions = FakeBackground()

    orders.send(actions, list(range(1, 271)), NOW)

    assert [len(ids) for ids in actions.done] == [200, 70]


def test_only_sending_is_tried_again_because_only_it_talks_to_the_outside():
    assert orders.SEND.retry_after_seconds
    assert not orders.ROUTE.retry_after_seconds
    assert not orders.CLIMB.retry_after_seconds


def test_running_an_order_twice_finds_nothing_left_to_do():
    actions = FakeBackground(clocks={7: ["warning"]})
    orders.watch(actions, [7], NOW)

    again = orders.watch(actions, [7], NOW)

    assert again.counts == {}


def test_a_run_may_record_each_piece_under_its_name():
    seen: list[str] = []

    def recording(kind: Kind, piece: Piece, work):
        seen.append(piece.name)
        return plainly(kind, piece, work)

    orders.route(FakeBackground(), [4, 5], NOW, recording)

    assert seen == ["route-4", "route-5"]


class AnotherWorker(FakeBackground):
    """Has the first ticket in hand."""

    def route_one(self, ticket_id, now):
        if ticket_id == 1:
            self.done.append("met")
            return orders.SKIPPED
        return super().route_one(ticket_id, now)


def test_two_workers_that_meet_at_a_ticket_go_separate_ways():
    routed = [*range(31, 41)]
    waiting = [one for one in range(1, 61) if one not in routed]
    actions = AnotherWorker(tickets=waiting)

    outcome = orders.route(actions, list(range(1, 61)), NOW)

    assert actions.done == ["met", *range(26, 31), *range(41, 61), *range(2, 26)]
    assert outcome.counts == {"skipped": 1, "dispatched": 24, "to_choose": 25}
