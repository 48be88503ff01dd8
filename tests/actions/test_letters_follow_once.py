"""One act lets the letters of a ticket follow once, after all it changes was judged."""

import pytest

from engine.actions.letters import Draft, Proposal, draft_letter, propose_by_hand
from engine.terms import LetterKind, LetterStatus, TicketEvent
from tests.actions.letter_steps import FOUND, number_of, on_letter, review, send, sign, the
from tests.actions.test_fallen_letters import DUTY
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import EVENING, LATER, NIGHT, sent_at_night, told
from tests.builders import SUPERVISOR, on_ticket
from tests.looking import events_of, letters_of

pytestmark = pytest.mark.usefixtures("database", "var")


def another_sent_at_night(number):
    """A second letter of the kind about the same missed limit, its mails held as well."""
    wanted = Proposal(LetterKind.RECTIFICATION, (DUTY,), "再次提出")
    on_ticket(number, EVENING, SUPERVISOR, lambda s, one: propose_by_hand(s, one, wanted))
    letter_id = letters_of(number)[-1].id
    wish = Draft((DUTY,), ("限期办结",), found=FOUND)
    on_letter(letter_id, EVENING, SUPERVISOR, lambda s, one: draft_letter(s, one, wish))
    for step in (review, sign, send):
        step(letter_id, LATER)
    return letter_id


def test_two_letters_called_back_by_one_grant_are_told_in_one_mail_to_each_supervisor():
    first, wish = sent_at_night()
    second = another_sent_at_night(number_of(first))

    grant(wish, NIGHT)

    assert {the(first).status, the(second).status} == {LetterStatus.SIGNED, LetterStatus.VOIDED}
    mails = told(first)
    assert len({one.recipient for one in mails}) == len(mails) > 0
    assert all("2份函件的依据已不成立" in one.subject for one in mails)
    assert all(f"/letters/{one}" in mail.text for mail in mails for one in (first, second))


def test_why_its_ground_fell_stands_before_the_recall_of_the_letter():
    letter_id, wish = sent_at_night()

    grant(wish, NIGHT)

    last = [one.event for one in events_of(number_of(letter_id))][-4:]
    assert last == [TicketEvent.GRANT_EXTENSION, TicketEvent.JUDGE_BREACH,
                    TicketEvent.JUDGE_BREACH, TicketEvent.RECALL_LETTER]  # fmt: skip
