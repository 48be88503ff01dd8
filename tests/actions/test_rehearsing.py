"""Rehearsals tell what the real actions and sweeps do; a draft moves what it says and no more."""

import random
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.actions import rehearsal_proof as proving
from engine.actions.rehearsal_draft import draft_of
from engine.actions.rehearsal_scratch import figures_of, write
from engine.documents.rehearsal_report import Rehearsed, rehearsal_report
from engine.errors import BadInputError
from engine.rules.district import DistrictValue, laid_over
from engine.rules.indicators import Count, figure
from engine.rules.rehearsal import moved, outcome, run
from engine.rules.rehearsal_lives import Year, lives
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store.database import work
from engine.store.recorded_lives import recorded_lives
from engine.terms import ClockKind, Indicator, Rung, TicketKind, Urgency
from tests.actions.test_any_walk import something_happens
from tests.builders import (
    a_callback,
    a_ticket,
    a_ticket_to_call_back,
    call_back,
    day,
    moment,
)
from tests.seeds import seeds

FIRST, LAST = day("Mon 2026-06-01"), day("Fri 2026-08-28")
END = end_of_day(day("Fri 2026-10-30"))
# So many paths have the lives of `ran_of`; each is led once, which costs half a second of CPU.
PATHS = 90
UNITS = ("区市场监管局", "区税务局", "区财政局")


@pytest.fixture(scope="module")
def rules():
    return load_rules("CN-GX")


def some(rules, tickets=300, seed=3):
    return list(lives(Year(tickets, FIRST, LAST, seed), UNITS, rules))


def everyone(lived):
    return lived


def ran_of(rules, tickets=600):
    return [run(life, rules, END) for life in some(rules, tickets)]


@pytest.mark.parametrize(
    "most", [12, pytest.param(PATHS, marks=pytest.mark.slow)], ids=["some", "every_path"]
)
def test_the_real_actions_and_sweeps_do_what_a_rehearsal_tells_on_every_path(database, rules, most):
    ran = ran_of(rules)
    chosen = proving.chosen(ran, most, END)

    assert len({one.path for one in ran}) == PATHS
    assert len({one.path for one in chosen}) == most
    assert any(one.rung is Rung.DEEMED_SIGNED for life in chosen for one in life.climbed)
    said = proving.proof(ran, chosen, rules, END, everyone)
    assert "不可用" not in said
    assert f"抽查 {len(chosen)} 件" in said


def test_a_life_told_otherwise_than_it_was_led_is_found(database, rules):
    chosen = proving.chosen(ran_of(rules, 60), 3, END)
    led, wrong = proving.lead(chosen, rules, END)
    later = [
        replace(one, life=replace(
            one.life, answered_at=one.life.answered_at + timedelta(days=200), approved_at=None,
            called_at=None))
        for one in led
    ]  # fmt: skip

    assert wrong == []
    assert proving.figures_apart(later, rules, END)


@pytest.mark.parametrize("seed", seeds([1, 2]))
def test_what_was_recorded_is_told_as_the_real_actions_lead_it(database, rules, seed):
    weeks_of_anything(seed)
    now = moment("Mon 2026-11-30 09:00")
    with work() as session:
        days = day("Sun 2026-11-01"), day("Mon 2026-11-30")
        recorded = list(recorded_lives(session, *days))
        write(session, [], rules)
    ran = [run(life, rules, now) for life in recorded]

    said = proving.proof(ran, proving.chosen(ran, 20, now), rules, now, everyone)

    assert len(recorded) > 2
    assert "不可用" not in said


def weeks_of_anything(seed):
    """Let anything happen to some tickets of every urgency for weeks."""
    chance = random.Random(seed)
    numbers = [
        a_ticket("Mon 2026-11-02 09:00", kind=kind, urgency=urgency)
        for kind in (TicketKind.COMPLAINT, TicketKind.HELP_REQUEST) for urgency in Urgency
    ]  # fmt: skip
    now = moment("Mon 2026-11-02 09:30")
    for _ in range(60):
        now += timedelta(hours=chance.choice([1, 2, 5]))
        something_happens(chance.choice(numbers), now, chance)


def test_a_year_written_into_a_scratch_database_has_the_figures_of_the_pages(database, rules):
    ran = ran_of(rules, 200)

    with work() as session:
        made = figures_of(session, ran, rules, END)

    found = {one.indicator: one for one in made.district}
    late = sum(
        one.deadline.due_at <= (one.stopped_at or END)
        for life in ran for one in life.clocks if one.kind is ClockKind.HANDLING
    )  # fmt: skip
    assert found[Indicator.BREACHED].raw.hit == late > 0
    assert found[Indicator.SOLVED].raw.n == len(ran)


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


def test_figures_that_nothing_was_rehearsed_for_are_named_without_a_value(rules):
    ran = [run(life, rules, END) for life in some(rules, 20)]
    figures = [figure(one, Count(20, 20), Count(20, 20), rules, shanghai_date(END))
               for one in (Indicator.RETURNED, Indicator.ANSWERED_ON_TIME)]  # fmt: skip
    told = Rehearsed(
        before=outcome(ran), after=outcome(ran), moved=[], changes=[], source="模拟", proof="",
        made_at="", rules_version="1", calendar_version="2", draft_calendar="3",
        figures=[(one, one) for one in figures],
    )  # fmt: skip

    page = rehearsal_report(told)

    rows = {label: re.search(rf"<tr><td>{label}</td>(.*?)</tr>", page)[1]
            for label in ("退单率", "按时办结率")}  # fmt: skip
    assert "未模拟" in rows["退单率"]
    assert "100.0%" not in rows["退单率"]
    assert "100.0%" in rows["按时办结率"]
    assert "一件有几个时限到了同一级的，计几次" in page
