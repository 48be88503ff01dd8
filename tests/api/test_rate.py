"""The limit of calls a minute, as arithmetic: who is let in, and when who is not may come again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import TooManyError
from api.rate import KEPT, Gate
from tests.builders import moment

START = moment("Mon 2026-11-23 10:00")
KEY = 7


def let_in(gate: Gate, most: int, now: datetime, key: int = KEY) -> int:
    """Return 0 for a call that is let in, else after how many seconds to come again."""
    try:
        gate.call(key, most, now)
    except TooManyError as error:
        return error.retry_after
    return 0


def test_calls_of_the_minute_before_count_as_far_as_they_lie_within_sixty_seconds() -> None:
    gate, early = Gate(), START + timedelta(seconds=50)
    assert [let_in(gate, 10, early) for _ in range(10)] == [0] * 10

    at_the_turn = START + timedelta(seconds=61)

    assert let_in(gate, 10, at_the_turn) == 5  # one of ten is out a tenth of a minute later
    assert let_in(gate, 10, at_the_turn + timedelta(seconds=5)) == 0


def test_after_two_quiet_minutes_nothing_is_counted() -> None:
    gate = Gate()
    assert [let_in(gate, 2, START) for _ in range(3)] == [0, 0, 90]

    later = START + timedelta(minutes=2)

    assert [let_in(gate, 2, later) for _ in range(3)][:2] == [0, 0]


@given(
    most=st.integers(1, 20),
    waits=st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=80),
)
def test_who_comes_when_told_is_let_in_and_no_minute_lets_in_more(
    most: int, waits: list[float]
) -> None:
    gate, now, entered = Gate(), START, []
    for wait in waits:
        now += timedelta(seconds=wait)
        told = let_in(gate, most, now)
        if told:
            now += timedelta(seconds=told)
            assert let_in(gate, most, now) == 0
        entered.append(now)

    minutes = [int(one.timestamp() // 60) for one in entered]
    assert max(minutes.count(one) for one in minutes) <= most


def test_names_of_minutes_long_past_are_forgotten() -> None:
    gate = Gate()
    for key in range(KEPT + 1):
        let_in(gate, 1, START, key)

    let_in(gate, 1, START + timedelta(minutes=3))

    assert len(gate._counts) == 1


@pytest.mark.parametrize("most", [0, 1])
def test_a_limit_of_hardly_anything_says_when_to_come_again(most: int) -> None:
    gate = Gate()
    told = [let_in(gate, most, START) for _ in range(2)]

    assert told[-1] > 0
