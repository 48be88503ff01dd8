"""Whose days were used."""

import pytest

from engine.errors import BadInputError
from engine.rules.day_ledger import HOTLINE, PAUSE, Segment, day_ledger, days_by_segment, merged
from tests.rules.reading import moment


def segment(holder, start, end, **more):
    return Segment(holder, moment(start), moment(end), **more)


STORY = [
    segment("hotline", "Fri 2024-09-27 10:00", "Fri 2024-09-27 11:00"),
    segment("甲局", "Fri 2024-09-27 11:00", "Mon 2024-09-30 09:00"),
    segment("hotline", "Mon 2024-09-30 09:00", "Tue 2024-10-08 15:00"),
    segment("乙局", "Tue 2024-10-08 15:00", "Fri 2024-10-11 10:00"),
    segment("pause", "Fri 2024-10-11 10:00", "Mon 2024-10-14 10:00"),
    segment("乙局", "Mon 2024-10-14 10:00", "Wed 2024-10-16 10:00"),
]


def test_the_shares_add_up_to_the_whole(rules):
    ledger = day_ledger(STORY, rules)

    assert dict(ledger.used) == {"hotline": 1, "甲局": 2, "乙局": 5, "pause": 2}
    assert ledger.whole == 10
    assert ledger.of(PAUSE) == 2
    assert ledger.of("丙局") == 0


def test_days_lost_to_a_wrong_dispatch_are_the_hotline_s(rules):
    wrong = [STORY[0], Segment("甲局", STORY[1].start, STORY[1].end, wrongly_sent=True)]

    assert day_ledger(wrong, rules).of(HOTLINE) == 2


def test_a_gap_or_an_overlap_is_refused(rules):
    with pytest.raises(BadInputError, match="首尾相接"):
        day_ledger([STORY[0], STORY[2]], rules)


def test_time_does_not_run_backwards(rules):
    with pytest.raises(BadInputError, match="止早于起"):
        day_ledger([segment("甲局", "Mon 2024-09-30 09:00", "Fri 2024-09-27 11:00")], rules)


def test_neighbouring_stretches_of_one_holder_become_one(rules):
    whole = segment("甲局", "Fri 2024-09-27 11:00", "Tue 2024-10-08 15:00")
    parts = [
        segment("甲局", "Fri 2024-09-27 11:00", "Mon 2024-09-30 09:00"),
        segment("甲局", "Mon 2024-09-30 09:00", "Tue 2024-10-08 15:00"),
    ]

    assert merged(parts) == (whole,)
    assert merged(STORY) == tuple(STORY)
    assert day_ledger(parts, rules) == day_ledger([whole], rules)


def test_a_hand_over_at_midnight_belongs_to_the_day_that_ends(rules):
    story = [
        segment("甲局", "Mon 2024-09-23 09:00", "Thu 2024-09-26 00:00"),
        segment("乙局", "Thu 2024-09-26 00:00", "Fri 2024-09-27 11:00"),
    ]

    assert days_by_segment(story, rules) == (2, 2)
