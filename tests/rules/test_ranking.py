"""Units beside each other: rates, too few to compare, ranks only where the district ranks."""

from engine.rules.ranking import FEW, OFF, UnitFigures, period_of, standings
from tests.rules.changing import rules_with
from tests.rules.reading import day

TODAY = day("Tue 2026-11-24")
GOOD, FAIR, SMALL = (
    UnitFigures("甲局", 20, 19), UnitFigures("乙局", 10, 8, excused=1), UnitFigures("丙局", 9, 9),
)  # fmt: skip


def ranked(rules, *units):
    return [(one.figures.name, one.rank, one.why) for one in standings(units, rules, TODAY)]


def test_a_district_that_does_not_rank_shows_rates_without_places_in_the_units_own_order(rules):
    assert ranked(rules, SMALL, FAIR, GOOD) == [
        ("丙局", None, FEW), ("乙局", None, OFF), ("甲局", None, OFF),
    ]  # fmt: skip


def test_where_it_ranks_too_few_matters_have_no_place_and_equals_share_one(tmp_path):
    rules = rules_with("scoring.ranking", True, tmp_path)

    twin = UnitFigures("丁局", 40, 38)

    assert ranked(rules, SMALL, FAIR, GOOD, twin) == [
        ("丁局", 1, ""), ("甲局", 1, ""), ("乙局", 3, ""), ("丙局", None, FEW),
    ]  # fmt: skip


def test_the_raw_and_the_excused_rate_stand_beside_each_other(rules):
    (one,) = standings([FAIR], rules, TODAY)

    assert (one.rate, one.adjusted) == (80.0, 90.0)
    assert one.on_target is False
    assert FAIR.late == 2


def test_what_is_left_out_is_in_no_adjusted_rate_and_too_few_of_the_rest_have_no_place(tmp_path):
    rules = rules_with("scoring.ranking", True, tmp_path)
    more = UnitFigures("庚局", 12, 9, excused=1, left_out=2, left_out_good=0)
    few = UnitFigures("辛局", 12, 9, left_out=3, left_out_good=0)

    found = {one.figures.name: one for one in standings([few, FAIR, more], rules, TODAY)}

    assert (found["庚局"].rate, found["庚局"].adjusted, found["庚局"].rank) == (75.0, 100.0, 1)
    assert (found["辛局"].adjusted, found["辛局"].rank, found["辛局"].why) == (100.0, None, FEW)
    assert found["乙局"].rank == 2


def test_of_nothing_there_is_no_rate_and_nobody_is_below_the_target(rules):
    (one,) = standings([UnitFigures("戊局")], rules, TODAY)

    assert (one.rate, one.adjusted, one.on_target) == (None, None, True)


def test_the_period_is_the_natural_month_or_begins_where_the_district_says(rules, tmp_path):
    assert period_of(TODAY, rules) == (day("Sun 2026-11-01"), day("Mon 2026-11-30"))

    shifted = rules_with("scoring.period_start_day", 19, tmp_path)

    assert period_of(TODAY, shifted) == (day("Thu 2026-11-19"), day("Fri 2026-12-18"))
    assert period_of(day("Wed 2026-11-18"), shifted) == (
        day("Mon 2026-10-19"), day("Wed 2026-11-18"),
    )  # fmt: skip
