"""Typical cases are chosen and worded as of the bulletin's day, like its figures."""

import pytest

from engine.actions import overseeing, review, unit_work
from engine.actions.bulletins import case_words, draft_bulletin
from engine.store import tickets
from engine.terms import CaseGround
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    doing,
    on_ticket,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")
EARLY = "Mon 2026-11-02 09:00"  # due on Mon 2026-11-16
DAYS = (day("Sun 2026-11-01"), day("Mon 2026-11-30"))
LAST, LATER = DAYS[1], "Thu 2026-12-10 09:00"


def told(as_of=LAST, now=LATER):
    """The words and grounds of a bulletin's cases, as of a day."""

    def words(step):
        proposed = draft_bulletin(step, DAYS, (), as_of).proposed
        return {one.number: (one.ground, case_words(one, step)) for one in proposed}

    return doing(now, SUPERVISOR, words)


def answer(number, now):
    on_ticket(number, now, MARKET, lambda step, one: unit_work.answer(step, one, an_answer()))


def send_back(number, now):
    on_ticket(number, now, OPERATOR, lambda step, one: review.send_back(step, one, "没有说清结果"))


def hand_to_tax(number, now):
    on_ticket(number, now, SUPERVISOR, lambda step, one: overseeing.redispatch(
        step, one, tickets.unit_by_name(step.session, TAX), (), "改派"))  # fmt: skip


def test_what_was_answered_in_time_by_then_is_no_case_though_it_was_sent_back_and_late_since():
    number = a_signed_ticket(EARLY)
    answer(number, "Tue 2026-11-03 10:00")
    before = told(now="Tue 2026-12-01 00:00")

    send_back(number, "Thu 2026-12-03 10:00")
    sweep("Mon 2026-12-07 09:00")

    assert before == told() == {}


def test_a_late_answer_is_told_as_answered_though_it_was_sent_back_since():
    number = a_signed_ticket(EARLY)
    answer(number, "Wed 2026-11-18 10:00")
    send_back(number, "Thu 2026-12-03 10:00")
    answer(number, "Fri 2026-12-04 10:00")

    ground, words = told()[number]

    assert ground is CaseGround.LATE
    assert words.endswith("超期2个工作日才答复。")


def test_what_stood_late_then_is_told_with_its_unit_and_matter_of_then_whoever_has_it_now():
    number = a_signed_ticket(EARLY)
    sweep("Tue 2026-11-17 09:00")
    before = told(now="Tue 2026-12-01 00:00")

    hand_to_tax(number, "Thu 2026-12-03 10:00")

    assert told() == before
    assert "投诉（开办企业），区市场监管局超期10个工作日仍未答复" in before[number][1]


def test_as_of_a_days_end_the_next_day_is_no_day_late():
    number = a_signed_ticket(EARLY)
    sweep("Tue 2026-11-17 09:00")

    assert "超期1个工作日仍未答复" in told(day("Tue 2026-11-17"))[number][1]
    assert told(day("Mon 2026-11-16")) == {}


def test_an_unhappy_requester_is_told_of_by_the_matter_that_was_answered():
    number = a_ticket_to_call_back(EARLY)
    call_back(number, "Tue 2026-11-03 10:00", an_unhappy_callback())
    pleased = a_ticket_to_call_back(EARLY)
    call_back(pleased, "Tue 2026-11-03 10:00", a_callback())
    before = told(now="Tue 2026-12-01 00:00")

    rewrite_rows(number, pleased)

    assert {one for one, _ in before.values()} == {CaseGround.REWORKED, CaseGround.PLEASED}
    assert told() == before


def rewrite_rows(*numbers):
    """Let tickets cite other rows of the list, as 改派 does."""
    for number in numbers:
        on_ticket(number, LATER, SUPERVISOR, lambda _, one: setattr(one, "task_rows", [58]))
