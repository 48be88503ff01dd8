"""What a referral says of the letters before it (既往整改函): what became of each, as of now."""

import pytest

from tests.actions.letter_steps import a_sent_letter, number_of, reply, send, the
from tests.actions.test_late_replies import judge
from tests.actions.test_recalled_letters import recall, sent_at_night
from tests.actions.test_referrals import GRAVE, data_of, draft, rectify, referral_of
from tests.builders import a_signed_ticket, moment
from tests.looking import send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
SECOND = "Thu 2026-11-26 14:00"
FIRST = "2026年11月24日发整改函（城中热线〔2026〕1号）"


def a_second_letter(now=SECOND):
    number = a_signed_ticket(now)
    rectify(number, now)
    return number


def words(number, now=SECOND):
    draft(referral_of(number).id, now, target="discipline", judgement=GRAVE)
    return "".join(text for _, text in data_of(referral_of(number).id).texts())


def test_a_letter_nobody_answered_is_told_as_that():
    a_sent_letter()

    assert f"{FIRST}，尚未反馈" in words(a_second_letter())


def test_a_reply_found_insufficient_is_told_with_its_day_and_the_limit_that_runs():
    letter_id = a_sent_letter()
    reply(letter_id)
    judge(letter_id, accepted=False, now="Thu 2026-11-26 09:00")
    send_mails("Thu 2026-11-26 09:00")

    told = words(a_second_letter())

    assert f"{FIRST}，11月25日反馈，经认定整改不到位，再次反馈期限12月3日" in told
    assert f"{FIRST}，尚未反馈" not in told


def test_a_new_limit_that_was_missed_is_told():
    letter_id = a_sent_letter()
    reply(letter_id)
    judge(letter_id, accepted=False, now="Thu 2026-11-26 09:00")
    send_mails("Thu 2026-11-26 09:00")
    sweep("Fri 2026-12-04 09:00")

    number = number_of(letter_id)
    draft(referral_of(number).id, "Fri 2026-12-04 10:00", target="discipline", judgement=GRAVE)
    evidence = "".join(referral_of(number).evidence)
    assert f"{FIRST}，11月25日反馈，经认定整改不到位，逾期未再反馈" in evidence


def test_a_reply_that_came_after_the_draft_is_told_in_the_letter():
    letter_id = a_sent_letter()
    number = a_second_letter()
    assert f"{FIRST}，尚未反馈" in words(number)

    reply(letter_id, now="Thu 2026-11-26 15:00")

    told = "".join(text for _, text in data_of(referral_of(number).id).texts())
    assert f"{FIRST}，11月26日反馈，尚待认定" in told


def test_a_reply_that_was_accepted_is_told_as_that():
    letter_id = a_sent_letter()
    reply(letter_id)
    judge(letter_id, accepted=True, now="Thu 2026-11-26 09:00")

    assert f"{FIRST}，11月25日反馈，已获认可" in words(a_second_letter())


def test_a_letter_called_back_and_sent_again_is_named_with_the_day_it_was_sent_again():
    letter_id, _ = sent_at_night()
    recall(letter_id)
    send(letter_id, "Tue 2026-11-24 10:00")
    send_mails("Tue 2026-11-24 10:01")

    number = a_second_letter()
    told = words(number)

    again = f"2026年11月24日发整改函（{the(letter_id).number}）"
    assert f"{again}，尚未反馈" in told
    assert referral_of(number).evidence[0].startswith(again)
    assert the(letter_id).approved_at < moment("Tue 2026-11-24 00:00")
