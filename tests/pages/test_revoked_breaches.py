"""A breach that was withdrawn is told, with why, after its limit was missed again too (撤销)."""

import pytest

from engine.actions.moot_letters import fallen
from engine.actions.revoked_breaches import before_these, revoked
from engine.store import clocks
from engine.store.database import work
from engine.terms import ClockKind, LetterKind
from tests.actions.letter_steps import number_of, on_letter
from tests.actions.test_fallen_letters import GRANTED, WHY, a_draft
from tests.actions.test_late_grants import grant, missed
from tests.builders import MARKET, SUPERVISOR, moment
from tests.looking import breaches_of, clock_of, events_of, sweep, ticket_of

pytestmark = pytest.mark.usefixtures("database", "var")
AGAIN = "Tue 2026-11-24 09:00"  # the new limit ended on Mon 2026-11-23
FIRST = "先前自 11-17 00:00 起的超期不再计"


def missed_again(kind=LetterKind.SUPERVISION):
    letter_id, wish = a_draft(kind)
    grant(wish, GRANTED)
    sweep(AGAIN)
    return letter_id


def handling(number):
    return next(one for one in breaches_of(number) if one.kind is ClockKind.HANDLING)


def test_the_row_tells_of_the_second_breach_and_the_events_of_the_first():
    number = number_of(missed_again())
    breach, clock = handling(number), clock_of(number, ClockKind.HANDLING)

    (first,) = [one for one in revoked(events_of(number)) if one.clock_id == clock.id]

    assert (breach.true_at, breach.judgement) == (moment("Tue 2026-11-24 00:00"), "")
    assert first.true_at == moment("Tue 2026-11-17 00:00")
    assert first.ended_at == moment(GRANTED)
    assert first.reason.endswith(WHY)


def test_a_letter_on_the_first_breach_still_says_why_it_is_none():
    letter_id = missed_again()

    found = on_letter(letter_id, AGAIN, SUPERVISOR, fallen)

    assert any(WHY in line for line in found.lines)


def test_the_pages_of_breach_ticket_and_letter_tell_when_the_first_was_and_why_it_is_none(as_):
    letter_id = missed_again()
    number = number_of(letter_id)
    where = (f"/supervise/breaches/{handling(number).id}", f"/tickets/{number}",
             f"/letters/{letter_id}")  # fmt: skip

    for path in where:
        page = as_(SUPERVISOR).get(path).text
        assert FIRST in page, path
        assert WHY in page.partition(FIRST)[2], path
    assert FIRST in as_(MARKET).get(f"/tickets/{number}").text
    assert "was counted before, no longer" in as_(SUPERVISOR).get(where[0] + "?lang=en").text


def test_while_it_is_withdrawn_it_is_told_once(as_):
    letter_id, wish = a_draft(LetterKind.SUPERVISION)
    grant(wish, GRANTED)
    number = number_of(letter_id)
    breach = handling(number)

    page = as_(SUPERVISOR).get(f"/supervise/breaches/{breach.id}").text

    assert "先前自" not in page
    assert page.count(f"已撤销：{breach.judgement_reason}") == 1
    with work() as session:
        rows = clocks.breaches(session, ticket_of(number).id)
        assert before_these(events_of(number), rows) == {}


def test_a_limit_moved_and_over_again_already_tells_of_the_first_breach_too():
    number, wish = missed(days=1)
    grant(wish, "Thu 2026-11-19 10:00")  # the new limit ended on Tue 2026-11-17
    clock = clock_of(number, ClockKind.HANDLING)

    (first,) = [one for one in revoked(events_of(number)) if one.clock_id == clock.id]

    assert first.true_at == moment("Tue 2026-11-17 00:00")
    assert first.reason.endswith("仍超期")
    assert handling(number).true_at == moment("Wed 2026-11-18 00:00")
