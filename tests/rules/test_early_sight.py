"""Early sight: forecasts lean on the district where a unit has little history; words that rise."""

from collections import Counter

import pytest

from engine.rules.early_sight import (
    History,
    backtest,
    counted,
    forecast,
    least_history,
    risen,
    together,
)
from tests.rules.reading import day


def test_a_unit_without_history_is_judged_as_the_district_and_one_with_much_as_itself():
    past = {"甲局": History(100, 100), "乙局": History(100, 0)}

    found = {one.unit: one for one in forecast({"甲局": 2, "乙局": 2, "丙局": 2}, past, 0)}

    assert found["丙局"].risk == pytest.approx(0.5)
    assert found["甲局"].expected > 1.9
    assert found["乙局"].expected < 0.1


def test_the_unit_with_most_likely_to_be_late_comes_first_and_nothing_known_is_no_risk():
    told = forecast({"甲局": 1, "乙局": 5}, {"乙局": History(10, 5)}, 0)
    assert [one.unit for one in told] == ["乙局", "甲局"]
    assert forecast({"甲局": 3}, {}, 0)[0].expected == 0.0


def test_of_a_unit_with_thin_history_nothing_is_told_and_it_is_named_in_no_week(rules):
    least = least_history(rules, day("Tue 2026-11-24"))
    thin, thick = {"甲局": History(9, 9)}, {"甲局": History(10, 10)}

    (untold,), (told,) = forecast({"甲局": 4}, thin, least), forecast({"甲局": 4}, thick, least)

    assert least == 10
    assert (untold.enough, untold.named) == (False, False)
    assert (told.enough, told.named) == (True, True)
    lived = [{"甲局": History(1, 1)}, *({"甲局": History(0, 0)} for _ in range(12)), thin]
    found = backtest(lived, least)
    assert (found.late, found.caught, found.named, found.expected) == (1, 0, 0, 0.0)


def test_a_word_rises_when_it_is_in_more_texts_than_in_as_long_a_time_before():
    now = counted([["噪声", "噪声"], ["噪声"], ["噪声"], ["执照"]])

    found = risen(now, Counter({"噪声": 3, "执照": 9}), 3)

    assert [(one.word, one.now, one.before) for one in found] == [("噪声", 3, 1)]


def weeks(late_unit, quiet_unit, number=20):
    """Return weeks in which one unit is always late with two of four, another never."""
    return [{late_unit: History(4, 2), quiet_unit: History(4, 0)} for _ in range(number)]


def test_the_backtest_catches_who_is_always_late_and_counts_no_false_alarm():
    found = backtest(weeks("甲局", "乙局"), 0)

    assert (found.weeks, found.late, found.caught) == (7, 14, 14)
    assert (found.named, found.false) == (7, 0)
    assert (found.share_caught, found.share_false) == (100, 0)
    assert found.expected == pytest.approx(14, rel=0.1)


def test_a_unit_that_was_late_before_and_is_not_now_is_a_false_alarm():
    now = [{"甲局": History(4, 0)} for _ in range(2)]

    found = backtest(now + weeks("甲局", "乙局", 13), 0)

    assert (found.weeks, found.late, found.named, found.false) == (2, 0, 2, 2)
    assert found.share_caught is None
    assert found.share_false == 100


def test_a_week_is_told_from_the_weeks_before_it_alone():
    sudden = [{"丙局": History(4, 4)}]

    found = backtest(sudden + [{"丙局": History(4, 0)} for _ in range(13)], 0)

    assert (found.late, found.caught, found.named) == (4, 0, 0)


def test_without_enough_history_nothing_is_tested():
    assert backtest(weeks("甲局", "乙局", 13), 0).weeks == 0
    assert together([]) == {}
