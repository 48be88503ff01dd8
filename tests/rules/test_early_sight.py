"""Early sight: forecasts lean on the district where a unit has little history; words that rise."""

from collections import Counter

import pytest

from engine.rules.early_sight import History, counted, forecast, risen


def test_a_unit_without_history_is_judged_as_the_district_and_one_with_much_as_itself():
    past = {"甲局": History(100, 100), "乙局": History(100, 0)}

    found = {one.unit: one for one in forecast({"甲局": 2, "乙局": 2, "丙局": 2}, past)}

    assert found["丙局"].risk == pytest.approx(0.5)
    assert found["甲局"].expected > 1.9
    assert found["乙局"].expected < 0.1


def test_the_unit_with_most_likely_to_be_late_comes_first_and_nothing_known_is_no_risk():
    assert [one.unit for one in forecast({"甲局": 1, "乙局": 5}, {"乙局": History(10, 5)})] == [
        "乙局", "甲局",
    ]  # fmt: skip
    assert forecast({"甲局": 3}, {})[0].expected == 0.0


def test_a_word_rises_when_it_is_in_more_texts_than_in_as_long_a_time_before():
    now = counted([["噪声", "噪声"], ["噪声"], ["噪声"], ["执照"]])

    found = risen(now, Counter({"噪声": 3, "执照": 9}), 3)

    assert [(one.word, one.now, one.before) for one in found] == [("噪声", 3, 1)]
