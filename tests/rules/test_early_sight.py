"""Early sight: forecasts lean on the district where a unit has little history; words that rise."""

from collections import Counter

import pytest

from engine.rules.early_sight import (
    History,
    Sample,
    backtest,
    counted,
    forecast,
    least_history,
    returning_more,
    risen,
    together,
)
from engine.rules.indicators import Count
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


def sample(texts, **words):
    return Sample(texts, Counter(words))


def test_a_word_is_counted_once_a_title():
    assert counted([["噪声", "噪声"], ["噪声"], []]) == sample(3, 噪声=2)


def test_a_word_rises_by_its_share_of_titles_however_many_were_looked_at_before():
    now = sample(200, 噪声=40, 执照=30, 停车=2)

    short = risen(now, sample(300, 噪声=30, 执照=60), 10)
    long = risen(now, sample(3000, 噪声=300, 执照=600), 10)

    assert [(one.word, one.share, one.share_before) for one in short] == [("噪声", 20, 10)]
    assert [(one.word, one.share, one.share_before) for one in long] == [("噪声", 20, 10)]


def test_a_word_that_is_in_few_titles_more_by_chance_does_not_rise():
    before = sample(600, 噪声=36)

    assert risen(sample(200, 噪声=18), before, 10) == []
    assert [one.word for one in risen(sample(200, 噪声=24), before, 10)] == ["噪声"]
    assert risen(sample(10, 噪声=10), sample(10, 噪声=10), 10) == []


def test_of_too_few_titles_no_word_rises():
    few, many = sample(9, 噪声=9), sample(10, 噪声=1)

    assert risen(few, many, 10) == risen(sample(10, 噪声=9), sample(9), 10) == []
    assert len(risen(sample(10, 噪声=9), many, 10)) == 1


def test_a_unit_returns_more_when_its_share_grew_not_when_it_only_had_more_tickets():
    before = {"甲局": Count(50, 5), "乙局": Count(20, 2), "丙局": Count(9, 0), "丁局": Count(10, 0)}
    now = {"甲局": Count(100, 9), "乙局": Count(20, 3), "丙局": Count(50, 9), "丁局": Count(10, 4)}

    found = returning_more(now, before, 10)

    assert [(one.unit, one.shares) for one in found] == [("丁局", (40, 0)), ("乙局", (15, 10))]


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
