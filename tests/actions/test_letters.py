"""Official letters: four eyes, numbers without a gap, files, the reply and its judgement."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from engine.actions import letters
from engine.actions.letters import Draft
from engine.actions.overseeing import remind
from engine.errors import (
    BadInputError,
    ConflictError,
    NotPermittedError,
)
from engine.models import Letter
from engine.store import letters as store
from engine.store.database import work
from engine.terms import (
    ClockKind,
    LetterStatus,
    NoticeKind,
)
from tests.actions.letter_steps import (
    GROUNDS,
    NEXT,
    NOW,
    a_drafted_letter,
    a_sent_letter,
    approve,
    draft,
    number_of,
    on_letter,
    proposed,
    the,
)
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    a_step,
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
    kept = Draft(GROUNDS, ("限期办结",), evidence=(second,))

    on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, kept))

    assert the(letter_id).evidence == [second] != [first]


def test_a_proposed_letter_is_not_approved_undrafted():
    letter_id = proposed(a_signed_ticket(NOW))

    with pytest.raises(ConflictError, match="待拟稿"):
        approve(letter_id)


def test_who_drafted_a_letter_does_not_approve_it():
    letter_id = a_drafted_letter()

    with pytest.raises(NotPermittedError, match="另一位主管"):
        approve(letter_id, who=SUPERVISOR)


def test_an_operator_approves_no_letter():
    letter_id = a_drafted_letter()

    with pytest.raises(NotPermittedError):
        approve(letter_id, who=OPERATOR)
    assert the(letter_id).number == ""


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


def test_approving_twice_sends_once():
    letter_id = a_sent_letter()

    with pytest.raises(ConflictError, match="已发出"):
        approve(letter_id, who=SUPERVISOR)
    assert len(mails_of(number_of(letter_id), NoticeKind.RECTIFICATION)) == 2


def test_a_rolled_back_approval_leaves_no_gap_in_the_numbers():
    first, second = a_drafted_letter(), a_drafted_letter()

    with pytest.raises(RuntimeError):
        _approve_and_fail(first)
    approve(second)
    approve(first)

    assert the(second).number == "城中热线〔2026〕1号"
    assert the(first).number == "城中热线〔2026〕2号"


def _approve_and_fail(letter_id):
    with work() as session:
        step = a_step(session, NEXT, SECOND_SUPERVISOR)
        letters.approve_letter(step, store.letter(session, letter_id, lock=True))
        raise RuntimeError


def test_eight_approvals_at_once_get_eight_numbers_without_a_gap():
    waiting = [a_drafted_letter() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(approve, waiting))

    with work() as session:
        sent = select(Letter.serial).where(Letter.status == LetterStatus.SENT)
        serials = sorted(session.exec(sent).all())
    assert serials == list(range(1, 9))


def test_two_supervisors_approving_the_same_letter_at_once_send_it_once():
    letter_id = proposed(a_signed_ticket(NOW))
    draft(letter_id, who="zhuguan1")

    def attempt(_):
        try:
            return approve(letter_id)
        except ConflictError:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, range(2)))

    assert sorted(map(str, outcomes)) == ["None", "refused"]
    assert the(letter_id).serial == 1


def test_a_new_year_begins_its_own_numbers():
    first, second = a_drafted_letter(), a_drafted_letter()
    approve(first, "Thu 2026-12-31 23:59")

    approve(second, "Fri 2027-01-01 00:00")

    assert the(second).number == "城中热线〔2027〕1号"
