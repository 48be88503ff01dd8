"""督办函 is answered within three working days (H-92); one signed before keeps its own."""

import pytest

from engine.actions.letter_facts import reply_rule
from engine.models import Letter
from engine.rules.certificates import Certificate
from engine.terms import ClockKind, LetterKind
from tests.actions.letter_steps import NOW, draft, number_of, proposed, review, send, sign
from tests.builders import a_signed_ticket, day
from tests.looking import clock_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
NEXT = "Tue 2026-11-24 09:00"


def a_signed_letter(kind):
    letter_id = proposed(a_signed_ticket(NOW), kind=kind)
    for act in (draft, review, sign):
        act(letter_id)
    return letter_id


def due_of(letter_id):
    send(letter_id)
    send_mails(NEXT)
    return clock_of(number_of(letter_id), ClockKind.RECTIFICATION_REPLY).due_on


@pytest.mark.parametrize(
    ("kind", "due"),
    [(LetterKind.SUPERVISION, "Fri 2026-11-27"), (LetterKind.RECTIFICATION, "Tue 2026-12-01")],
)
def test_each_kind_of_letter_has_its_own_days_for_the_reply(kind, due):
    assert due_of(a_signed_letter(kind)) == day(due)


def test_a_letter_signed_before_there_was_the_rule_keeps_the_days_it_names():
    old, new = {"title": "督办函"}, {"title": "督办函", "reply_rule": "supervision.reply_limit"}

    before = Letter(kind=LetterKind.SUPERVISION, facts={"signed": old})
    since = Letter(kind=LetterKind.SUPERVISION, facts={"signed": new})

    assert (reply_rule(before), reply_rule(since)) == ("", "supervision.reply_limit")


def test_the_limit_is_proved_by_its_own_rule():
    letter_id = a_signed_letter(LetterKind.SUPERVISION)
    due_of(letter_id)

    clock = clock_of(number_of(letter_id), ClockKind.RECTIFICATION_REPLY)
    assert (clock.certificate["rule"], clock.certificate["limit"]) == ("supervision.reply_limit", 3)


def test_its_proof_and_its_mail_call_it_by_its_own_name_and_count_from_its_leaving():
    letter_id = a_signed_letter(LetterKind.SUPERVISION)
    due_of(letter_id)
    number = number_of(letter_id)
    clock = clock_of(number, ClockKind.RECTIFICATION_REPLY)

    sweep("Mon 2026-11-30 09:00")

    said = Certificate.from_json(clock.certificate).sentence()
    assert said.startswith("督办函反馈 3 个工作日，送出次日起算")
    late = [one.text for one in mails_of(number) if "督办阶梯：" in one.text]
    assert any("督办函反馈时限：黄牌" in one for one in late)
    assert not any("整改反馈" in one for one in late)
