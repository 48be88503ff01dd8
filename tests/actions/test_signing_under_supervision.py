"""A ticket under 督办: its unit may still sign for it, and a letter about it still be signed."""

import pytest

from engine.actions import callbacks, unit_work
from engine.errors import ConflictError, RefusedTransitionError
from engine.lifecycle import Refused, TicketFacts, allowed, move
from engine.terms import (
    AnswerOutcome,
    ClockKind,
    ClockState,
    LetterKind,
    LetterStatus,
    TicketEvent,
    TicketStatus,
)
from tests.actions.letter_steps import (
    NOW,
    a_reviewed_letter,
    draft,
    number_of,
    proposed,
    review,
    send,
    sign,
    the,
)
from tests.actions.return_steps import rule, send_back
from tests.builders import (
    MARKET,
    SUPERVISOR,
    a_dispatched_ticket,
    a_signed_ticket,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import assignments_of, breaches_of, clocks_of, last_event, sweep

pytestmark = pytest.mark.usefixtures("database")
ANSWER = unit_work.AnswerForm(
    outcome=AnswerOutcome.SOLVED, text="已到现场核实并办结，诉求人认可。", contacted=True
)
SUPERVISED, LATER = "Mon 2026-11-23 10:00", "Mon 2026-11-23 15:00"


def supervise(number, now=SUPERVISED):
    on_ticket(number, now, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, "请抓紧办理"))


def sign_for(number, now=LATER):
    on_ticket(number, now, MARKET, unit_work.sign_for)


def test_what_was_not_signed_for_before_is_signed_for_under_supervision():
    number = a_dispatched_ticket(NOW)
    supervise(number)

    sign_for(number)

    assert status_of(number) == "supervised"
    assert assignments_of(number)[0].signed_at == moment(LATER)
    assert last_event(number, TicketEvent.SIGN_FOR).to_status is TicketStatus.SUPERVISED
    (contact,) = clocks_of(number, ClockKind.FIRST_CONTACT)
    assert contact.started_at == moment(LATER)


def test_whoever_has_reached_the_requester_already_has_no_limit_to_do_so():
    number = a_dispatched_ticket(NOW)
    supervise(number)
    on_ticket(number, SUPERVISED, MARKET, unit_work.first_contact)

    sign_for(number)

    sweep("Thu 2026-11-26 09:00")
    assert clocks_of(number, ClockKind.FIRST_CONTACT) == []


@pytest.mark.parametrize("signed_before", [True, False])
def test_nobody_signs_twice(signed_before):
    number = (a_signed_ticket if signed_before else a_dispatched_ticket)(NOW)
    supervise(number)
    if not signed_before:
        sign_for(number)

    with pytest.raises(RefusedTransitionError, match="已签收，不必再签，请直接办理答复"):
        sign_for(number)


def test_signing_is_recorded_and_moves_no_supervised_ticket():
    facts = TicketFacts(status=TicketStatus.SUPERVISED, unsigned=True)

    assert move(facts, TicketEvent.SIGN_FOR).target is TicketStatus.SUPERVISED
    assert TicketEvent.SIGN_FOR not in allowed(facts)


@pytest.mark.parametrize(
    "kind", [LetterKind.REMINDER, LetterKind.SUPERVISION, LetterKind.RECTIFICATION]
)
def test_a_letter_drafted_before_is_reviewed_signed_and_sent_after(kind):
    number = a_signed_ticket(NOW)
    letter_id = proposed(number, kind=kind)
    draft(letter_id)
    supervise(number)

    for step in (review, sign, send):
        step(letter_id)

    assert the(letter_id).status is LetterStatus.SENT


def test_one_that_was_reviewed_before_is_signed_once_it_was_reviewed_again():
    letter_id = a_reviewed_letter()
    supervise(number_of(letter_id), "Tue 2026-11-24 10:00")
    with pytest.raises(ConflictError, match="请重新核稿后再签发"):
        sign(letter_id, "Tue 2026-11-24 11:00")

    review(letter_id, "Tue 2026-11-24 11:00")
    sign(letter_id, "Tue 2026-11-24 11:00")

    assert the(letter_id).status is LetterStatus.SIGNED


def test_supervision_takes_no_limit_to_sign_off_and_its_miss_is_a_breach_and_deemed():
    number = a_dispatched_ticket(NOW)
    supervise(number)
    (limit,) = clocks_of(number, ClockKind.SIGN_FOR)
    assert limit.state is ClockState.RUNNING

    sweep("Wed 2026-11-25 09:00")

    assert [one.kind for one in breaches_of(number)] == [ClockKind.SIGN_FOR]
    assert assignments_of(number)[0].deemed_signed
    assert status_of(number) == "supervised"


def test_who_answers_under_supervision_without_having_signed_has_signed():
    number = a_dispatched_ticket(NOW)
    supervise(number)

    on_ticket(number, LATER, MARKET, lambda s, t: unit_work.answer(s, t, ANSWER))

    assert assignments_of(number)[0].signed_at == moment(LATER)
    assert clocks_of(number, ClockKind.SIGN_FOR)[0].stop_reason == "已签收"


@pytest.mark.parametrize("upheld", [True, False])
def test_a_ticket_under_supervision_is_returned_in_time_and_stays_supervised_if_in_vain(upheld):
    number = a_dispatched_ticket(NOW)
    supervise(number)

    send_back(number, LATER)
    rule(number, LATER, upheld=upheld)

    assert status_of(number) == ("to_be_dispatched" if upheld else "supervised")


def test_no_return_under_supervision_after_an_answer():
    facts = TicketFacts(status=TicketStatus.SUPERVISED, answered_before=True)

    assert isinstance(move(facts, TicketEvent.RETURN), Refused)
