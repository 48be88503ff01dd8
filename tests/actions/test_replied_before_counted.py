"""A reply that came before the late leaving of its letter was counted (先反馈，后补记)."""

import pytest

from engine.rules.standing import ASKED_NO_MORE
from engine.terms import (
    BreachJudgement,
    ClockState,
    LetterKind,
    LetterStatus,
    NoticeKind,
    TicketEvent,
)
from tests.actions.letter_steps import number_of, reply
from tests.actions.test_after_leaving import (
    NOBODYS,
    OVER,
    REPLY,
    aside,
    counted_by,
    left_late,
    noted,
    run,
)
from tests.actions.test_late_replies import judge
from tests.actions.test_reply_days import sent
from tests.builders import day, moment
from tests.looking import (
    breaches_of,
    clock_of,
    clocks_of,
    events_of,
    letters_of,
    mails_of,
    send_mails,
    sweep,
)

pytestmark = pytest.mark.usefixtures("database", "var")
CAME, MENDED, LATE = "Tue 2026-12-01 09:30", "Tue 2026-12-01 10:00", "Mon 2026-12-07 10:00"
WITHDRAWN = BreachJudgement.WITHDRAWN.value


def replied(at=CAME, *, swept=True):
    """A letter that left two days late, not counted; its reply came after the day before."""
    number, was = left_late()
    if swept:
        sweep(OVER)
    letter_id = letters_of(number)[0].id
    reply(letter_id, now=at)
    return number, was, letter_id


def mended(number, was, at=MENDED):
    counted_by(number, was)
    send_mails(at)


def referrals(number):
    return [one.status for one in letters_of(number) if one.kind is LetterKind.REFERRAL]


def of_reply(number):
    (found,) = [one for one in breaches_of(number) if one.kind is REPLY]
    return found


@pytest.mark.parametrize("swept", [True, False])
def test_one_in_time_by_the_counted_day_is_no_breach_and_no_referral_is_proposed_for_it(swept):
    number, was, _ = replied(swept=swept)
    before = (of_reply(number).judgement, referrals(number))

    mended(number, was)

    assert before == ("", [LetterStatus.PROPOSED])
    assert (of_reply(number).judgement, referrals(number)) == (WITHDRAWN, [LetterStatus.DROPPED])
    clock = clock_of(number, REPLY)
    assert (clock.due_on, clock.state) == (day("Wed 2026-12-02"), ClockState.STOPPED)
    assert (clock.stopped_at, clock.next_rung_at) == (moment(CAME), None)
    assert aside() == []


def test_the_history_says_so_and_its_unit_which_was_charged_is_told():
    number, was, _ = replied()

    mended(number, was)

    (record,) = noted(number)
    assert record.reason.endswith(
        "才送出，反馈期限自送出次日起算，改为12月2日（周三），反馈没有逾期"
    )
    (told,) = mails_of(number, NoticeKind.DUE_CHANGED)
    assert "由11月30日（周一）改为12月2日（周三）" in told.text
    assert "反馈没有逾期" in told.text


def test_looked_at_days_later_it_is_still_measured_by_when_the_reply_came():
    number, was, _ = replied()

    mended(number, was, LATE)

    assert of_reply(number).judgement == WITHDRAWN


def test_found_short_meanwhile_its_first_limit_is_counted_and_the_second_stands():
    number, was, letter_id = replied()
    judge(letter_id, accepted=False, now="Tue 2026-12-01 09:35")
    first, second = clocks_of(number, REPLY)

    _mend(first, was)
    send_mails(MENDED)

    assert (of_reply(number).judgement, referrals(number)) == (WITHDRAWN, [LetterStatus.DROPPED])
    counted = clocks_of(number, REPLY)
    assert counted[0].due_on == day("Wed 2026-12-02")
    assert (counted[1].due_on, counted[1].state) == (second.due_on, ClockState.RUNNING)


def _mend(clock, was):
    run("UPDATE clock SET certificate = jsonb_set(certificate::jsonb, '{calendar_version}', "
        f"'\"{was}\"') WHERE id = {clock.id}")  # fmt: skip


def test_one_late_by_the_counted_day_too_is_missed_from_that_day_on():
    number, was, _ = replied("Fri 2026-12-04 09:00")

    mended(number, was, LATE)

    assert (of_reply(number).judgement, of_reply(number).true_at) == (
        "", moment("Thu 2026-12-03 00:00"))  # fmt: skip
    assert referrals(number) == [LetterStatus.PROPOSED]
    assert noted(number)[0].reason.endswith("反馈仍逾期")


def test_counting_it_again_changes_nothing():
    number, was, _ = replied()
    mended(number, was)
    before = (len(events_of(number)), len(mails_of(number)))

    send_mails(MENDED)

    assert before == (len(events_of(number)), len(mails_of(number)))


def test_one_given_before_the_day_that_was_owed_tells_its_unit_nothing():
    number, was, _ = replied("Fri 2026-11-27 09:00", swept=False)

    mended(number, was, "Fri 2026-11-27 10:00")

    assert clock_of(number, REPLY).due_on == day("Wed 2026-12-02")
    assert mails_of(number, NoticeKind.DUE_CHANGED) == []
    assert TicketEvent.BREACH not in {one.event for one in events_of(number)[-3:]}


def test_where_the_mail_left_after_the_old_day_and_the_reply_came_after_the_new_it_is_missed():
    letter, _, _ = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")
    number = number_of(letter.id)
    run(f"UPDATE outbox_message SET created_at = '{moment(OVER)}' WHERE letter_id = {letter.id}")
    was = counted_by(number, NOBODYS)
    for at in (OVER, "Thu 2026-12-10 09:00"):
        send_mails(at)
        sweep(at)
    reply(letter.id, now="Tue 2026-12-15 09:00")
    before = [one for one in breaches_of(number) if one.kind is REPLY]

    mended(number, was, "Tue 2026-12-15 10:00")

    assert before == []
    assert (of_reply(number).judgement, of_reply(number).true_at) == (
        "", moment("Wed 2026-12-09 00:00"))  # fmt: skip


def test_a_limit_that_ended_because_nothing_stands_any_more_is_then_neither_kept_nor_missed():
    number, was, _ = replied()
    ended = clock_of(number, REPLY).id
    run(f"UPDATE clock SET stop_reason = '{ASKED_NO_MORE}' WHERE id = {ended}")

    mended(number, was)

    assert of_reply(number).judgement == WITHDRAWN
    assert clock_of(number, REPLY).state is ClockState.SUPERSEDED
    assert "反馈没有逾期" not in noted(number)[0].reason
