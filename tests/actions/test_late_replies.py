"""A letter answered late (整改函逾期反馈): what a referral may say of it, and what it must show."""

import pytest

from engine.actions import letter_replies
from engine.terms import ClockKind, LetterKind, LetterStatus
from tests.actions.letter_steps import a_sent_letter, number_of, on_letter, reply, the
from tests.actions.test_referrals import GRAVE, data_of, draft, referral_of
from tests.builders import SUPERVISOR
from tests.looking import clock_of, letters_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
LATE = "Wed 2026-12-02 00:01"
SAID = "整改函逾期反馈（城中热线〔2026〕1号，期限2026年12月1日，2026年12月2日00:01反馈"


def judge(letter_id, *, accepted, now="Wed 2026-12-02 10:00"):
    on_letter(letter_id, now, SUPERVISOR, lambda s, one: letter_replies.judge_answer(
        s, one, accepted=accepted, opinion="已当面核实"))  # fmt: skip


def words_of(number, now="Wed 2026-12-02 10:30"):
    letter = referral_of(number)
    if letter.status is LetterStatus.PROPOSED:
        draft(letter.id, now, target="discipline", judgement=GRAVE)
    return "".join(text for _, text in data_of(letter.id).texts())


def test_a_referral_for_a_late_reply_says_that_it_came_late_and_when():
    letter_id = a_sent_letter()
    reply(letter_id, now=LATE)

    words = words_of(number_of(letter_id))

    assert f"{SAID}）" in words
    assert "整改反馈时限届满未反馈，12月2日00:01反馈（事件第" in words
    assert "未反馈（" not in words


def test_one_proposed_in_silence_tells_the_reply_that_came_since():
    letter_id = a_sent_letter()
    number = number_of(letter_id)
    sweep("Wed 2026-12-02 09:00")
    silent = words_of(number)
    assert "整改函逾期未反馈（城中热线〔2026〕1号，期限2026年12月1日）" in silent

    reply(letter_id, now="Thu 2026-12-03 09:00")
    judge(letter_id, accepted=True, now="Thu 2026-12-03 10:00")

    words = words_of(number)
    assert "2026年12月3日09:00反馈，已获认可）" in words
    assert "承办单位函件回复" in words
    assert "热线认可整改" in words
    assert "已当面核实" not in words


def test_what_was_proposed_for_the_lateness_of_an_accepted_reply_alone_is_dropped():
    letter_id = a_sent_letter()
    reply(letter_id, now=LATE)
    number = number_of(letter_id)

    judge(letter_id, accepted=True)

    assert referral_of(number).status is LetterStatus.DROPPED
    assert "已获认可" in referral_of(number).opinion


def test_a_late_reply_found_insufficient_leaves_the_proposal_and_is_told_so():
    letter_id = a_sent_letter()
    reply(letter_id, now=LATE)

    judge(letter_id, accepted=False)

    words = words_of(number_of(letter_id))
    assert f"{SAID}，经认定整改不到位）" in words
    assert "热线认定整改不到位" in words
    assert "热线认可整改" not in words


def test_silence_after_an_insufficient_reply_is_told_as_that():
    letter_id = a_sent_letter()
    reply(letter_id)
    judge(letter_id, accepted=False, now="Thu 2026-11-26 09:00")
    send_mails("Thu 2026-11-26 09:00")

    sweep("Fri 2026-12-04 09:00")

    words = words_of(number_of(letter_id), now="Fri 2026-12-04 10:00")
    assert "整改不到位后逾期未再反馈（城中热线〔2026〕1号，期限2026年12月3日）" in words


def test_a_referral_for_silence_shows_the_missed_limit_its_event_and_its_certificate():
    letter_id = a_sent_letter()
    number = number_of(letter_id)
    sweep("Wed 2026-12-02 09:00")

    words = words_of(number)

    clock = clock_of(number, ClockKind.RECTIFICATION_REPLY)
    assert "整改反馈时限届满未反馈（事件第" in words
    assert "期限计算书（整改反馈时限）" in words
    assert clock.certificate["days"][0]["on"] == "2026-11-24"
    assert the(letter_id).number in words
    assert len([one for one in letters_of(number) if one.kind is LetterKind.REFERRAL]) == 1


def test_two_limits_of_replies_are_proved_by_annexes_whose_titles_tell_them_apart():
    letter_id = a_sent_letter()
    sweep("Wed 2026-12-02 09:00")
    reply(letter_id, now="Wed 2026-12-02 10:00")
    judge(letter_id, accepted=False, now="Thu 2026-12-03 09:00")
    send_mails("Thu 2026-12-03 09:00")
    sweep("Fri 2026-12-11 09:00")
    number = number_of(letter_id)
    draft(referral_of(number).id, "Fri 2026-12-11 10:00", target="discipline", judgement=GRAVE)

    titles = [one.title for one in data_of(referral_of(number).id).attachments]

    assert "期限计算书（整改反馈时限，11月25日起算）" in titles
    assert "期限计算书（整改反馈时限，12月4日起算）" in titles
    assert len(titles) == len(set(titles))
