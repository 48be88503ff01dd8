"""Official letters: four eyes, numbers without a gap, files, the reply and its judgement."""

import pytest

from engine.actions import letters
from engine.actions.letters import Draft
from engine.actions.overseeing import remind
from engine.errors import (
    BadInputError,
    ConflictError,
    NotPermittedError,
)
from engine.terms import (
    ClockKind,
    LetterStatus,
    NoticeKind,
)
from tests.actions.letter_steps import (
    FOUND,
    GROUNDS,
    NOW,
    a_drafted_letter,
    a_reviewed_letter,
    a_sent_letter,
    a_signed_letter,
    draft,
    number_of,
    on_letter,
    proposed,
    review,
    send,
    sign,
    the,
)
from tests.builders import (
    OPERATOR,
    SUPERVISOR,
    a_signed_ticket,
    a_ticket_to_call_back,
    day,
    on_ticket,
)
from tests.looking import clock_of, letters_of, mails_of

pytestmark = pytest.mark.usefixtures("database")


def test_a_proposal_reaches_the_supervisors_by_mail():
    number = a_signed_ticket(NOW)

    proposed(number)

    told = {mail.recipient for mail in mails_of(number, NoticeKind.LETTER_PROPOSED)}
    assert told == {"zhuguan1@demo.invalid", "zhuguan2@demo.invalid"}


def test_a_letter_in_hand_is_not_proposed_twice():
    number = a_signed_ticket(NOW)
    proposed(number)

    proposed(number)

    assert len(letters_of(number)) == 1


def test_an_operator_drafts_no_letter():
    letter_id = proposed(a_signed_ticket(NOW))

    with pytest.raises(NotPermittedError):
        draft(letter_id, who=OPERATOR)


@pytest.mark.parametrize(
    ("field", "changes"), [("grounds", {"grounds": ()}), ("demands", {"demands": (" ",)})]
)
def test_a_draft_needs_a_ground_and_a_demand(field, changes):
    letter_id = proposed(a_signed_ticket(NOW))

    with pytest.raises(BadInputError) as error:
        draft(letter_id, **changes)
    assert list(error.value.fields) == [field]


def test_a_drafter_decides_which_evidence_stays():
    number = a_signed_ticket(NOW)
    for _ in range(2):
        on_ticket(number, NOW, SUPERVISOR, lambda step, one: remind(step, one, "请抓紧"))
    letter_id = proposed(number)
    first, second = the(letter_id).evidence
    kept = Draft(GROUNDS, ("限期办结",), evidence=(second,), found=FOUND)

    on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, kept))

    assert the(letter_id).evidence[0] == second
    assert first not in the(letter_id).evidence


def test_a_proposed_letter_is_not_reviewed_undrafted_nor_signed_unreviewed():
    letter_id = proposed(a_signed_ticket(NOW))

    with pytest.raises(ConflictError, match="待拟稿"):
        review(letter_id)
    draft(letter_id)
    with pytest.raises(ConflictError, match=r"待核稿.*不能签发"):
        sign(letter_id)


def test_who_drafted_a_letter_neither_reviews_nor_signs_it():
    letter_id = a_drafted_letter()

    with pytest.raises(NotPermittedError, match="另一位主管核稿"):
        review(letter_id, who=SUPERVISOR)
    review(letter_id)
    with pytest.raises(NotPermittedError, match="另一位主管签发"):
        sign(letter_id, who=SUPERVISOR)
    assert the(letter_id).number == ""


@pytest.mark.parametrize("act", [review, sign, send])
def test_an_operator_reviews_signs_and_sends_no_letter(act):
    letter_id = {review: a_drafted_letter, sign: a_reviewed_letter, send: a_signed_letter}[act]()
    number = the(letter_id).number

    with pytest.raises(NotPermittedError):
        act(letter_id, who=OPERATOR)
    assert the(letter_id).number == number


def test_an_approved_letter_is_numbered_and_mailed_as_pdf_and_docx():
    letter_id = a_sent_letter()

    letter = the(letter_id)
    assert (letter.status, letter.number) == (LetterStatus.SENT, "城中热线〔2026〕1号")
    assert letter.pdf.startswith(b"%PDF")
    assert letter.docx.startswith(b"PK")
    told = {mail.recipient for mail in mails_of(number_of(letter_id), NoticeKind.RECTIFICATION)}
    assert told == {"shijianguan@demo.invalid", "shijianguan.leader@demo.invalid"}


def test_the_reply_is_due_from_the_day_of_approval():
    letter_id = a_sent_letter()

    clock = clock_of(number_of(letter_id), ClockKind.RECTIFICATION_REPLY)
    assert clock.due_on == day("Tue 2026-12-01")
    assert clock.letter_id == letter_id


def test_sending_twice_sends_once():
    letter_id = a_sent_letter()

    with pytest.raises(ConflictError, match="已发出"):
        send(letter_id, who=SUPERVISOR)
    assert len(mails_of(number_of(letter_id), NoticeKind.RECTIFICATION)) == 2


@pytest.mark.parametrize(
    ("ticket", "asked"),
    [
        (a_signed_ticket, "抓紧办结并向诉求人说明"),
        (a_ticket_to_call_back, "重新办理并向诉求人说明"),
    ],
)
def test_a_letter_asks_to_do_again_only_what_was_answered(ticket, asked):
    assert the(proposed(ticket(NOW))).demands[0] == asked
