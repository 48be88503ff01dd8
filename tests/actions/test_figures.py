"""The figures: formulas on real tickets, made again for past days, and summaries that agree."""

import random
from datetime import timedelta

import pytest
from sqlmodel import delete, select

from engine.actions import background, figures, review, unit_work
from engine.actions.evaluations import Evaluation, evaluate_by_link, issue_evaluation_link
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.figure_keeping import keep
from engine.actions.finding_evidence import FindingForm
from engine.actions.findings import decide, judge_breach
from engine.errors import BadInputError
from engine.models import Assignment
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import figure_days, tickets, unit_figures
from engine.store.database import work
from engine.terms import AnswerOutcome, CallbackChannel, Indicator, Satisfaction, TicketKind
from tests.actions.test_any_walk import something_happens
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
)
from tests.looking import breaches_of, sweep
from tests.seeds import seeds

pytestmark = pytest.mark.usefixtures("database")
FIRST, LAST = day("Sun 2026-11-01"), day("Thu 2026-12-31")
EARLY, LATE = "Mon 2026-11-02 09:00", "Mon 2026-11-23 09:00"


def on(date_text, since=FIRST, until=LAST):
    """The district's figures as they stood at the end of a day, by indicator."""
    with work() as session:
        ended = end_of_day(day(date_text))
        made = figures.report_on(
            session, load_rules("CN-GX"), (since, until), day(date_text), ended
        )
    return {one.indicator: one for one in made.district}


def test_with_nothing_to_divide_by_every_figure_is_not_applicable():
    assert {(one.value, one.adjusted) for one in on("Mon 2026-11-23").values()} == {(None, None)}


def test_answered_in_time_and_late_are_counted_once_their_limit_is_over():
    a_ticket_to_call_back(EARLY)
    a_signed_ticket(EARLY, TAX)

    before, after = on("Fri 2026-11-13"), on("Mon 2026-11-16")

    assert before[Indicator.ANSWERED_ON_TIME].value is None
    found = after[Indicator.ANSWERED_ON_TIME]
    assert (found.raw.n, found.value) == (2, 50.0)
    assert after[Indicator.BREACHED].value == 50.0


def todays(now, date_text):
    with work() as session:
        return figures.report_on(
            session, load_rules("CN-GX"), (FIRST, LAST), day(date_text), moment(now)
        )


def test_today_counts_as_of_now_so_a_limit_that_ends_today_is_not_late_yet():
    a_signed_ticket(EARLY)

    made = todays("Mon 2026-11-16 09:00", "Mon 2026-11-16")

    late = {one.indicator: one for one in made.district}[Indicator.ANSWERED_ON_TIME]
    assert (made.at, late.raw.n) == (moment("Mon 2026-11-16 09:00"), 0)
    assert on("Mon 2026-11-16")[Indicator.ANSWERED_ON_TIME].value == 0.0


def test_a_day_to_come_has_no_figures():
    with pytest.raises(BadInputError, match="2026-11-17 还没有到"):
        todays("Mon 2026-11-16 09:00", "Tue 2026-11-17")


def test_callbacks_are_weighed_and_who_was_not_reached_is_in_no_rate():
    for satisfaction in (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED):
        number = a_ticket_to_call_back(EARLY)
        call_back(number, "Tue 2026-11-03 10:00", a_callback(satisfaction=satisfaction))
    a_ticket_to_call_back(EARLY)

    found = on("Mon 2026-11-23")

    assert (found[Indicator.SATISFIED].raw.n, found[Indicator.SATISFIED].value) == (2, 95.0)
    assert found[Indicator.SOLVED].value == 100.0
    assert found[Indicator.CALLED_BACK].raw.n == 3


def test_every_unhappy_requester_was_called_by_a_person_and_a_robot_does_not_count():
    called, robot = a_ticket_to_call_back(EARLY), a_ticket_to_call_back("Tue 2026-11-03 09:00")
    call_back(called, "Tue 2026-11-03 10:00", an_unhappy_callback())
    call_back(robot, "Tue 2026-11-03 10:00",
              an_unhappy_callback(channel=CallbackChannel.ROBOT_CALL))  # fmt: skip

    early, late = on("Wed 2026-11-04"), on("Fri 2026-11-06")
    call_back(robot, "Mon 2026-11-09 10:00", an_unhappy_callback())

    assert early[Indicator.HUMAN_CALLED_BACK].value == 100.0
    assert (late[Indicator.HUMAN_CALLED_BACK].raw.n, late[Indicator.HUMAN_CALLED_BACK].value) == (
        2, 50.0,
    )  # fmt: skip
    assert on("Mon 2026-11-09")[Indicator.HUMAN_CALLED_BACK].value == 100.0


def test_what_is_excused_or_left_out_changes_the_adjusted_figure_from_that_day_on():
    number = a_signed_ticket(EARLY)
    other = a_signed_ticket(EARLY, TAX)
    sweep("Tue 2026-11-17 09:00")
    breach = next(one for one in breaches_of(number) if one.kind.value == "handling")
    form = FindingForm(kind="excused", reason="全区停电", evidence="《停电公告》")
    found = doing(LATE, SUPERVISOR, lambda step: judge_breach(step, breach.id, form).id)
    doing(LATE, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))
    left = ExclusionForm(number=other, indicator="answered_on_time", ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(LATE, SUPERVISOR, lambda step: exclude(step, left).id)
    doing(LATE, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))

    before = on("Fri 2026-11-20")[Indicator.ANSWERED_ON_TIME]
    after = on("Mon 2026-11-23")[Indicator.ANSWERED_ON_TIME]

    assert (before.value, before.adjusted) == (0.0, 0.0)
    assert (after.value, after.adjusted) == (0.0, 100.0)
    assert (after.raw.n, after.fair.n) == (2, 1)


def test_arrears_said_to_be_settled_are_verified_by_a_person():
    number = a_signed_ticket(EARLY, "gongxin")
    with work() as session:
        ticket = tickets.ticket_by_number(session, number)
        row = session.exec(select(Assignment).where(Assignment.ticket_id == ticket.id)).one()
        row.task_rows = ticket.task_rows = [91]
    on_ticket(number, EARLY, "gongxin", lambda step, one: unit_work.answer(
        step, one, an_answer(outcome=AnswerOutcome.SOLVED)))  # fmt: skip
    on_ticket(number, EARLY, OPERATOR, review.approve_answer)

    before = on("Fri 2026-11-06")[Indicator.ARREARS_VERIFIED]
    call_back(number, "Mon 2026-11-09 10:00",
              a_callback(channel=CallbackChannel.FIELD_VERIFICATION))  # fmt: skip

    assert (before.raw.n, before.value) == (1, 0.0)
    assert on("Mon 2026-11-09")[Indicator.ARREARS_VERIFIED].value == 100.0


def counts(at_day, past):
    with work() as session:
        at = end_of_day(at_day)
        found = figures.cases(session, load_rules("CN-GX"), (FIRST, LAST), at, past=past)
        return sorted((str(one.day), one.indicator, one.unit_id, one.raw, one.fair)
                      for one in found)  # fmt: skip


def kept():
    with work() as session:
        rows = session.exec(select(figure_days.FigureDay)).all()
        return sorted((str(one.day), one.indicator, one.unit_id,
                       figure_days.Count(one.n, one.hit, one.part),
                       figure_days.Count(one.fair_n, one.fair_hit, one.fair_part))
                      for one in rows)  # fmt: skip


def weeks(seed, steps=40, tickets=4):
    """Let anything happen to some tickets for weeks; yield the end of every day as it comes."""
    chance = random.Random(seed)
    kinds = [TicketKind.COMPLAINT, TicketKind.HELP_REQUEST]
    numbers = [a_ticket(EARLY, kind=chance.choice(kinds)) for _ in range(tickets)]
    now = moment(EARLY)
    for _ in range(steps):
        before, now = now, now + timedelta(hours=chance.choice([1, 3, 8, 20]))
        if shanghai_date(before) != shanghai_date(now):
            yield shanghai_date(before)
        something_happens(chance.choice(numbers), now, chance)
        for clock in background.clocks_due(now, 100):
            background.climb_one(clock, now)


@pytest.mark.parametrize("seed", seeds(range(5)))
def test_the_figures_of_a_past_day_come_out_the_same_whatever_happened_since(seed):
    told = {ended: counts(ended, past=False) for ended in weeks(seed)}

    again = {ended: counts(ended, past=True) for ended in told}

    assert again == told
    assert any(told.values())


@pytest.mark.parametrize("seed", seeds(range(6, 9)))
def test_the_kept_summaries_say_what_a_recount_says(seed):
    for ended in weeks(seed):
        keep(end_of_day(ended))
        assert kept() == counts(ended, past=False)


def of_units(now):
    """What units owed and did: as a page says it, and counted anew."""
    with work() as session:
        told = unit_figures.unit_figures(session, FIRST, LAST, now)
        with session.begin_nested() as undone:
            session.exec(delete(figure_days.FigureMark))
            again = unit_figures.unit_figures(session, FIRST, LAST, now)
            undone.rollback()
    return told, again


@pytest.mark.parametrize("seed", seeds(range(9, 12)))
def test_what_units_did_is_never_behind_however_old_the_summaries_are(seed):
    seen = []
    for number, ended in enumerate(weeks(seed)):
        if number % 4 == 1:
            keep(end_of_day(ended))
        told, again = of_units(end_of_day(ended))
        assert told == again
        seen += told
    assert any(one.due for one in seen)


def test_keeping_the_summaries_twice_changes_nothing():
    a_ticket_to_call_back(EARLY)
    keep(moment("Mon 2026-11-23 09:00"))
    first = kept()

    keep(moment("Mon 2026-11-23 09:01"))

    assert kept() == first != []


def test_a_requester_who_evaluates_by_link_was_called_back():
    number = a_ticket_to_call_back(EARLY)
    secret = on_ticket(number, EARLY, OPERATOR, issue_evaluation_link).secret
    said = Evaluation(
        contacted=True, solved=AnswerOutcome.SOLVED, satisfaction=Satisfaction.SATISFIED
    )
    doing("Tue 2026-11-03 10:00", None, lambda step: evaluate_by_link(step, secret, said))

    found = on("Fri 2026-11-06")

    assert (found[Indicator.CALLED_BACK].raw.n, found[Indicator.CALLED_BACK].value) == (1, 100.0)
    assert found[Indicator.SATISFIED].value == 100.0
    assert found[Indicator.HUMAN_CALLED_BACK].value is None
