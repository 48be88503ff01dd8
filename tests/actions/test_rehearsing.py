"""Rehearsals tell what the real actions and sweeps do; a draft moves what it says and no more."""

from datetime import date

import pytest

from engine.actions.rehearsal_draft import draft_of
from engine.actions.rehearsing import disagreement
from engine.documents.rehearsal_report import Rehearsed, rehearsal_report
from engine.errors import BadInputError
from engine.rules.district import DistrictValue, laid_over
from engine.rules.rehearsal import moved, outcome, run
from engine.rules.rehearsal_lives import Year, lives
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.shanghai import end_of_day
from engine.store.database import work
from engine.store.recorded_lives import recorded_lives
from engine.terms import ClockKind, Rung, TicketKind
from tests.builders import a_callback, a_ticket_to_call_back, call_back, day, moment

FIRST, LAST = day("Mon 2026-06-01"), day("Fri 2026-08-28")
END = end_of_day(day("Fri 2026-10-30"))
UNITS = ("区市场监管局", "区税务局", "区财政局")


@pytest.fixture(scope="module")
def rules():
    return load_rules("CN-GX")


def some(rules, tickets=300, seed=3):
    return list(lives(Year(tickets, FIRST, LAST, seed), UNITS, rules))


def test_the_real_actions_and_sweeps_do_what_a_rehearsal_tells(database, rules):
    every = [run(life, rules, life.approved_at) for life in some(rules, 600)]
    deemed = [one for one in every if any(c.rung is Rung.DEEMED_SIGNED for c in one.climbed)]
    ran = [*deemed[:2], *every[:10]]

    assert len(deemed) > 1
    assert any(one.clock is ClockKind.HANDLING for life in ran for one in life.breaches)
    assert [words for one in ran if (words := disagreement(one, rules))] == []


def test_the_same_seed_is_the_same_year(rules):
    assert some(rules, 40) == some(rules, 40)
    assert some(rules, 40) != some(rules, 40, seed=4)


def test_a_shorter_limit_for_consultations_moves_those_and_no_other(rules):
    years = some(rules)
    value = DistrictValue(0, "answer_limit.consultation", date(2026, 1, 1), 1, "试算")
    draft = RuleSet(laid_over(rules.parameters, [value]), rules.calendar, rules.book)

    before = [run(life, rules, END) for life in years]
    after = [run(life, draft, END) for life in years]

    kinds = {one.number: one.kind for one in years}
    changed = moved(before, after)
    assert {kinds[one.number] for one in changed} == {TicketKind.CONSULTATION}
    assert len(changed) == sum(kind is TicketKind.CONSULTATION for kind in kinds.values())
    assert outcome(after).late > outcome(before).late


def test_callbacks_to_staff_are_those_the_rules_want_a_person_for(rules):
    years = some(rules)

    found = outcome(run(life, rules, END) for life in years)

    unhappy = [one for one in years if one.solved != "solved" or one.satisfaction == "dissatisfied"]
    assert sum(found.calls.values()) >= len(unhappy)
    mean, ninth, most = found.staffing
    assert 0 < mean <= ninth <= most


def test_the_report_names_the_draft_and_draws_what_its_tables_say(rules):
    ran = [run(life, rules, END) for life in some(rules, 60)]
    told = Rehearsed(
        before=outcome(ran), after=outcome(ran), moved=[], changes=[("咨询答复时限", "2", "1")],
        source="模拟", proof="抽查 2 件", made_at="", rules_version="1", calendar_version="2",
        draft_calendar="3",
    )  # fmt: skip

    page = rehearsal_report(told)

    assert "咨询答复时限" in page
    assert page.count("<svg") == page.count("aria-label") == 3


def test_a_draft_of_a_rule_that_does_not_exist_names_those_alike(rules):
    with pytest.raises(BadInputError, match=r"answer_limit\.complaint"):
        draft_of(rules, ["answer_limit.complaints=8"], [], FIRST)


def test_past_tickets_are_rehearsed_as_people_handled_them(database):
    number = a_ticket_to_call_back("Tue 2026-06-02 09:00")
    call_back(number, "Wed 2026-06-03 10:00", a_callback())

    with work() as session:
        (life,) = recorded_lives(session, FIRST, LAST)

    assert (life.number, life.unit, life.solved) == (number, "区市场监管局", "solved")
    assert life.called_at == moment("Wed 2026-06-03 10:00")
