"""What becomes of a letter: turned down, answered, judged, overdue."""

import pytest

from engine.actions import callbacks, letters
from engine.actions.letter_replies import judge_answer
from engine.errors import (
    BadInputError,
    ConflictError,
    NotPermittedError,
    RefusedTransitionError,
)
from engine.terms import (
    ClockKind,
    ClockState,
    LetterStatus,
    NoticeKind,
    TicketEvent,
    TicketKind,
)
from tests.actions.letter_steps import (
    NEXT,
    NOW,
    a_drafted_letter,
    a_sent_letter,
    approve,
    draft,
    number_of,
    on_letter,
    proposed,
    reply,
    the,
)
from tests.builders import (
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    call_back,
    day,
    on_ticket,
)
from tests.looking import clock_of, event_names, last_event, mails_of, sweep, ticket_of

pytestmark = pytest.mark.usefixtures("database")


def test_a_rejected_draft_goes_back_with_the_opinion_and_may_be_drafted_again():
    letter_id = a_drafted_letter()

    on_letter(letter_id, NEXT, SECOND_SUPERVISOR,
              lambda s, one: letters.reject_letter(s, one, "事由不足"))  # fmt: skip

    assert (the(letter_id).status, the(letter_id).opinion) == (LetterStatus.REJECTED, "事由不足")
    draft(letter_id)
    assert the(letter_id).status is LetterStatus.DRAFTED


def test_turning_a_draft_down_needs_an_opinion():
    letter_id = a_drafted_letter()

    with pytest.raises(BadInputError):
        on_letter(letter_id, NEXT, SECOND_SUPERVISOR,
                  lambda s, one: letters.reject_letter(s, one, " "))  # fmt: skip


def test_a_dropped_letter_gets_no_number_and_another_may_be_proposed():
    letter_id = a_drafted_letter()

    on_letter(letter_id, NEXT, SUPERVISOR, lambda s, one: letters.drop_letter(s, one, "已办结"))

    assert (the(letter_id).status, the(letter_id).number) == (LetterStatus.DROPPED, "")
    assert proposed(number_of(letter_id)) != letter_id


def test_a_unit_answers_its_letter_and_the_supervisors_hear_of_it():
    letter_id = a_sent_letter()

    reply(letter_id)

    number = number_of(letter_id)
    assert the(letter_id).status is LetterStatus.ANSWERED
    assert clock_of(number, ClockKind.RECTIFICATION_REPLY).state is ClockState.STOPPED
    mails = mails_of(number, NoticeKind.RECTIFICATION_ANSWERED)
    assert len(mails) == 2
    assert "标题：关于投诉工单办理问题整改的函" in mails[0].text


def test_another_unit_does_not_answer_the_letter():
    letter_id = a_sent_letter()

    with pytest.raises(NotPermittedError):
        reply(letter_id, who=TAX)


def test_an_unsent_letter_is_not_answered():
    letter_id = a_drafted_letter()

    with pytest.raises(RefusedTransitionError):
        reply(letter_id)


def test_an_empty_reply_is_refused():
    letter_id = a_sent_letter()

    with pytest.raises(BadInputError):
        reply(letter_id, text="已整改")


def test_an_accepted_reply_ends_the_letter():
    letter_id = a_sent_letter()
    reply(letter_id)

    on_letter(letter_id, NEXT, SUPERVISOR,
              lambda s, one: judge_answer(s, one, accepted=True))  # fmt: skip

    assert the(letter_id).status is LetterStatus.ACCEPTED


def test_an_insufficient_reply_must_be_given_again_within_a_new_limit():
    letter_id = a_sent_letter()
    reply(letter_id)

    on_letter(letter_id, "Thu 2026-11-26 09:00", SUPERVISOR, lambda s, one: judge_answer(
        s, one, accepted=False, opinion="未写明原因"))  # fmt: skip

    clock = clock_of(number_of(letter_id), ClockKind.RECTIFICATION_REPLY)
    assert (clock.state, clock.due_on) == (ClockState.RUNNING, day("Thu 2026-12-03"))
    reply(letter_id, now="Fri 2026-11-27 09:00")
    assert the(letter_id).status is LetterStatus.ANSWERED


def test_a_reply_is_judged_only_once():
    letter_id = a_sent_letter()

    with pytest.raises(ConflictError, match="不能认可反馈"):
        on_letter(letter_id, NEXT, SUPERVISOR,
                  lambda s, one: judge_answer(s, one, accepted=True))  # fmt: skip


def test_a_letter_whose_ticket_was_closed_is_still_due_and_breached():
    number = a_ticket_to_call_back(NOW)
    letter_id = proposed(number)
    draft(letter_id)
    approve(letter_id)
    call_back(number, NEXT, a_callback())

    sweep("Wed 2026-12-02 00:00")

    assert "breach" in event_names(number)
    assert clock_of(number, ClockKind.RECTIFICATION_REPLY).stuck_reason == ""
    assert "整改反馈时限" in last_event(number, TicketEvent.BREACH).reason


def test_a_letter_about_a_ticket_without_a_limit_is_refused_in_words():
    number = a_signed_ticket(NOW, kind=TicketKind.PRAISE)
    letter_id = proposed(number)

    with pytest.raises(ConflictError, match="没有办理时限"):
        draft(letter_id)


def test_praise_that_is_supervised_has_the_limit_of_a_rework():
    number = a_signed_ticket(NOW, kind=TicketKind.PRAISE)

    on_ticket(number, NOW, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, "查实情况"))

    assert clock_of(number, ClockKind.HANDLING).due_on == day("Thu 2026-11-26")
    assert ticket_of(number).status.value == "supervised"


@pytest.mark.parametrize("opinion", ["", "  "])
def test_a_reply_found_insufficient_says_what_is_missing(opinion):
    letter_id = a_sent_letter()
    reply(letter_id)

    with pytest.raises(BadInputError, match="哪里不到位") as caught:
        on_letter(letter_id, NEXT, SUPERVISOR, lambda s, one: judge_answer(
            s, one, accepted=False, opinion=opinion))  # fmt: skip

    assert "opinion" in caught.value.fields
    assert the(letter_id).status is LetterStatus.ANSWERED


@pytest.mark.parametrize("words", ["请补演示企业甲的材料", "请给13800001234回电后再报"])
def test_an_opinion_that_tells_who_the_requester_is_is_refused(words):
    letter_id = a_sent_letter()
    reply(letter_id)

    with pytest.raises(BadInputError, match="不写诉求人信息") as refused:
        on_letter(letter_id, "Thu 2026-11-26 09:00", SUPERVISOR,
                  lambda s, one: judge_answer(s, one, accepted=False, opinion=words))  # fmt: skip

    assert list(refused.value.fields) == ["opinion"]
    assert the(letter_id).status is LetterStatus.ANSWERED
