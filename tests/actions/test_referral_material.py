"""A referral (线索移交) loses no ticket, and lists its material so that both sides can check it."""

import re

import pytest

from engine.actions import letter_signing, letters, referrals
from engine.store import letters as letter_store
from engine.terms import NoticeKind, TicketEvent
from tests.actions.test_referrals import (
    GRAVE,
    LATER,
    NOW,
    data_of,
    draft,
    proposed,
    rectify,
    referral_of,
)
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, TAX, a_signed_ticket, doing, on_ticket
from tests.looking import last_event, mails_of, send_mails, sweep, ticket_of

pytestmark = pytest.mark.usefixtures("database")


def propose(number, reason="又一次"):
    return on_ticket(number, LATER, SUPERVISOR, lambda step, ticket: referrals.propose_referral(
        step, ticket, ticket.lead_unit_id, reason))  # fmt: skip


def test_a_second_proposal_about_the_same_ticket_waits_for_the_first():
    number, _ = proposed()

    assert propose(number) is None


def test_one_about_another_ticket_of_the_unit_joins_the_first_and_both_say_so():
    _, first = proposed()
    other = a_signed_ticket(NOW)

    joined = propose(other)

    assert joined.id == first.id
    assert referral_of(other) is None
    told = last_event(other, TicketEvent.PROPOSE_REFERRAL)
    assert "并入工单" in told.reason
    assert told.details["restricted"]
    assert any("并入工单" in one.text for one in mails_of(other, NoticeKind.LETTER_PROPOSED))
    draft(first.id, LATER, target="discipline", judgement=GRAVE)
    words = "".join(text for _, text in data_of(first.id).texts())
    assert f"督办记录：另有工单{other}。" in words
    assert "情况恶劣" not in words
    assert "又一次" not in words


def test_once_the_first_is_signed_another_ticket_has_a_referral_of_its_own():
    _, first = proposed()
    draft(first.id, NOW, target="discipline", judgement=GRAVE)
    for act in (letters.review_letter, letter_signing.sign_letter):
        doing(NOW, SECOND_SUPERVISOR, lambda step, act=act: act(
            step, letter_store.letter(step.session, first.id, lock=True)))  # fmt: skip
    other = a_signed_ticket(NOW)

    assert propose(other).ticket_id == ticket_of(other).id


def test_the_register_lists_each_material_with_pages_and_fingerprint_and_why_it_is_grave():
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER)
    rectify(number, LATER)
    letter = referral_of(number)
    draft(letter.id, LATER, target="discipline", judgement=GRAVE)

    data = data_of(letter.id)

    rows = dict(data.attachments[0].rows)
    listed = rows["材料清单"].splitlines()
    assert len(listed) == 2 + len(data.attachments[1:])
    assert all(re.search(r"，[1-9]页，校验码[0-9a-f]{16}$", one) for one in listed)
    assert rows["判断理由"] == GRAVE
    assert f"经研判，{GRAVE}。" in "".join(part.text for part in data.body)


def words_of(letter_id):
    return "".join(text for _, text in data_of(letter_id).texts())


def test_what_was_typed_as_the_reason_is_printed_neither_in_the_letter_nor_in_the_register():
    number = a_signed_ticket(NOW)
    made = propose(number, "窗口负责人态度冷淡，两次推诿")
    draft(made.id, LATER, target="discipline", judgement=GRAVE)

    assert "态度冷淡" not in words_of(made.id)
    assert "工单办理和督办记录" in words_of(made.id)
    assert "态度冷淡" in made.facts["reason"]


def test_what_the_record_shows_of_itself_stands_as_the_source():
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER)
    rectify(number, LATER)
    made = referral_of(number)
    draft(made.id, LATER, target="discipline", judgement=GRAVE)

    assert "督办记录：90 日内第 2 份整改函" in words_of(made.id)


def test_a_reminder_of_the_ladder_is_a_measure_that_was_taken():
    number = a_signed_ticket(NOW)
    send_mails(NOW)
    sweep("Fri 2026-12-04 09:00")
    made = propose_at(number, "Fri 2026-12-04 10:00")
    draft(made.id, "Fri 2026-12-04 10:00", target="discipline", judgement=GRAVE)

    assert "红牌催办" in dict(data_of(made.id).attachments[0].rows)["已采取措施"]
    assert "尚未采取其他措施" not in words_of(made.id)


def propose_at(number, now):
    return on_ticket(number, now, SUPERVISOR, lambda step, ticket: referrals.propose_referral(
        step, ticket, ticket.lead_unit_id, "逾期不办"))  # fmt: skip


def test_a_referral_about_a_body_that_is_asked_names_what_it_got_in_the_order_of_days():
    number = a_signed_ticket("Mon 2026-11-02 09:00", unit=TAX)
    rectify(number, "Mon 2026-11-09 09:00")
    sweep("Thu 2026-11-12 09:00")
    sweep("Wed 2026-11-18 09:00")
    letter = referral_of(number) or propose(number)
    draft(letter.id, LATER, target="discipline", judgement=GRAVE)

    rows = dict(data_of(letter.id).attachments[0].rows)

    taken = rows["已采取措施"].split("；")
    assert any("提醒办理" in one for one in taken)
    days = [one.partition("日")[0] for one in taken]
    assert days == sorted(days, key=lambda one: [int(part) for part in re.findall(r"\d+", one)])
    assert not re.search("红牌|催办|督办函", rows["已采取措施"] + rows["材料清单"])
