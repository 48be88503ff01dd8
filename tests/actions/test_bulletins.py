"""Bulletins: scores with enough cases alone, ranks only where wanted, nobody to be known by one."""

import pytest

from engine.actions import unit_work
from engine.actions.bulletins import case_words, draft_bulletin, spoken_period
from engine.actions.figure_keeping import keep
from engine.documents.fonts import find_fonts
from engine.documents.letters import render_pdf
from engine.rules.indicators import Count, figure
from engine.rules.rule_set import load_rules
from engine.rules.scoring import FEW, scores
from engine.terms import Indicator, TicketKind
from tests.actions.return_steps import rule, send_back
from tests.builders import (
    FINANCE,
    SUPERVISOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
)
from tests.looking import sweep
from tests.rules.changing import rules_with

TODAY = day("Mon 2026-11-30")
DAYS = (day("Sun 2026-11-01"), TODAY)
SECRET = "演示企业丁要求更换公章"


def unit(name, n, solved, left_out=0):
    """A unit with n callbacks; `left_out` of those not solved are in no adjusted figure."""
    rules = load_rules("CN-GX")
    hits = {Indicator.SOLVED: solved, Indicator.CONTACTED: n, Indicator.SATISFIED: n}
    fair = {Indicator.SOLVED: solved, Indicator.CONTACTED: n - left_out,
            Indicator.SATISFIED: n - left_out}  # fmt: skip
    figures = [figure(one, Count(n, hits.get(one, 0)), Count(n - left_out, fair.get(one, 0)),
                      rules, TODAY) for one in Indicator]  # fmt: skip
    return name, figures


UNITS = [unit("甲局", 10, 5), unit("乙局", 12, 12), unit("丙局", 9, 9), unit("丁局", 11, 11)]


def test_a_score_weighs_three_rates_and_needs_ten_cases(rules):
    found = {one.unit: one for one in scores(UNITS, rules, TODAY)}

    assert found["甲局"].value == pytest.approx(10 + 25 + 40)
    assert (found["丙局"].value, found["丙局"].group) == (None, FEW)
    assert {one.rank for one in found.values()} == {None}


def test_units_with_as_many_cases_are_in_one_group(rules):
    units = [unit(f"{n}局", 10, 5) for n in range(4)] + [unit("多局", 90, 5), unit("中局", 40, 5)]

    found = {one.unit: one.group for one in scores(units, rules, TODAY)}

    assert len({found[f"{n}局"] for n in range(4)}) == 1
    assert found["多局"] == "件数较多"


def test_where_the_district_ranks_a_unit_is_ranked_within_its_group_only(tmp_path):
    rules = rules_with("scoring.ranking", True, tmp_path)

    found = {one.unit: (one.group, one.rank) for one in scores(UNITS, rules, TODAY)}

    assert {rank for _, rank in found.values()} == {1, None}
    assert len({group for group, _ in found.values()}) == 4


def test_ranks_go_by_the_adjusted_score_and_need_ten_cases_after_adjusting(tmp_path):
    rules = rules_with("scoring.ranking", True, tmp_path)
    units = [
        unit("甲局", 12, 10, left_out=2),
        unit("乙局", 12, 11),
        unit("丙局", 11, 9, left_out=2),
    ]
    groups = [unit(f"{n}局", 40 + n, 1) for n in range(6)]

    found = {one.unit: one for one in scores([*units, *groups], rules, TODAY)}

    assert (found["甲局"].n, found["甲局"].fair_n, found["甲局"].adjusted) == (12, 10, 100.0)
    assert found["甲局"].value < found["乙局"].value
    assert (found["甲局"].rank, found["乙局"].rank) == (1, 2)
    assert found["丙局"].value is not None
    assert (found["丙局"].adjusted, found["丙局"].rank) == (None, None)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("Sun 2026-11-01", "Mon 2026-11-30", "2026年11月"),
        ("Thu 2026-10-01", "Thu 2026-12-31", "2026年第4季度"),
        ("Mon 2026-11-02", "Mon 2026-11-30", "2026年11月2日至11月30日"),
    ],
)
def test_a_period_is_named_as_people_name_it(first, last, said):
    assert spoken_period((day(first), day(last))) == said


def test_typical_cases_are_chosen_by_a_person_and_tell_nobodys_words(database):
    good = a_ticket_to_call_back("Mon 2026-11-02 09:00", content=SECRET)
    call_back(good, "Tue 2026-11-03 10:00", a_callback(words=SECRET))
    late = a_signed_ticket("Mon 2026-11-02 09:00", TAX, content=SECRET)
    told_on = a_signed_ticket("Mon 2026-11-02 09:00", TAX, kind=TicketKind.REPORT, content=SECRET)
    sweep("Fri 2026-11-20 09:00")
    keep(moment("Mon 2026-11-30 09:00"))

    def made(*chosen):
        return doing("Mon 2026-11-30 10:00", SUPERVISOR,
                     lambda step: draft_bulletin(step, DAYS, chosen))  # fmt: skip

    nothing, both = made(), made(good, late, told_on)

    assert {one.number for one in nothing.proposed} == {good, late}
    assert "本期未选典型案例" in "".join(part.text for part in nothing.document.body)
    words = "".join(part.text for part in both.document.body)
    assert "区市场监管局当日答复" in words
    assert "区税务局超期" in words
    assert not any(one in words for one in (SECRET, "演示企业", good, late))


def test_a_case_is_late_by_the_working_days_after_its_last_day(database):
    late = a_signed_ticket("Mon 2026-11-02 09:00", TAX)  # due on Mon 2026-11-16
    sweep("Tue 2026-11-17 09:00")
    on_ticket(late, "Tue 2026-11-17 10:00", TAX, lambda step, ticket: unit_work.answer(
        step, ticket, an_answer()))  # fmt: skip
    keep(moment("Mon 2026-11-30 09:00"))

    made = doing("Mon 2026-11-30 10:00", SUPERVISOR,
                 lambda step: draft_bulletin(step, DAYS, [late]))  # fmt: skip

    assert "区税务局超期1个工作日才答复" in "".join(part.text for part in made.document.body)


def test_what_was_unsolved_done_again_or_returned_in_vain_is_proposed_as_well_as_what_was_late(
    database,
):
    unhappy = a_ticket_to_call_back("Mon 2026-11-02 09:00", content=SECRET)
    call_back(unhappy, "Tue 2026-11-03 10:00", an_unhappy_callback(words=SECRET))
    returned = a_dispatched_ticket("Wed 2026-11-04 09:00", TAX)
    send_back(returned, "Wed 2026-11-04 10:00", TAX, suggested_unit=FINANCE)
    rule(returned, "Wed 2026-11-04 11:00", upheld=False)

    told = doing("Thu 2026-11-05 09:00", SUPERVISOR, lambda step: {
        one.number: case_words(one, step)
        for one in draft_bulletin(step, DAYS, ()).proposed})  # fmt: skip

    assert told == {
        unhappy: "11月2日，某企业反映一件投诉（开办企业），区市场监管局答复后回访，"
                 "诉求人说没有解决或不满意，已退回重办。",
        returned: "11月4日，某企业反映一件投诉（跨境贸易），区税务局退单，裁定不同意，仍由其办理。",
    }  # fmt: skip


def test_every_rate_of_the_annex_stands_beside_its_own_n_raw_and_adjusted(database):
    number = a_ticket_to_call_back("Mon 2026-11-02 09:00")
    call_back(number, "Tue 2026-11-03 10:00", a_callback())
    a_ticket_to_call_back("Mon 2026-11-02 09:00")
    keep(moment("Mon 2026-11-30 09:00"))

    draft = doing("Mon 2026-11-30 10:00", SUPERVISOR, lambda step: draft_bulletin(step, DAYS, ()))

    figures, units = draft.document.attachments
    assert units.rows == ((FEW, "区市场监管局", "100.0%\nn=2", "100.0%\nn=2", "100.0%\nn=1",
                           "100.0%\nn=1", "不适用\nn=1", "不适用\nn=1"),)  # fmt: skip
    assert len(units.header) == len(units.widths) == len(units.rows[0])
    targets = {row[0]: row[-1] for row in figures.rows}
    assert (targets["人工回访覆盖率"], targets["按时办结率"]) == ("100%", "95%")


def test_the_bulletin_is_set_as_an_official_document(database):
    keep(moment("Mon 2026-11-30 09:00"))
    draft = doing("Mon 2026-11-30 10:00", SUPERVISOR, lambda step: draft_bulletin(step, DAYS, ()))

    made = render_pdf(draft.document, fonts=find_fonts(), moment=moment("Mon 2026-11-30 10:00"))

    assert made.pdf.startswith(b"%PDF")
    assert made.pages >= 2
