"""提议发函 offers no 更正函; one proposed before that still has a page and can be dropped."""

from engine.terms import LetterStatus
from tests.actions.letter_steps import NOW, the
from tests.actions.test_letters_tell_nobody import a_correction_of_nothing
from tests.builders import SUPERVISOR, a_signed_ticket


def test_a_correction_is_not_among_the_letters_offered(database, as_):
    page = as_(SUPERVISOR).get(f"/tickets/{a_signed_ticket(NOW)}/propose-letter").text

    assert 'value="rectification"' in page
    assert 'value="correction"' not in page


def test_the_page_of_a_correction_of_nothing_says_so_and_drops_it(database, as_):
    letter_id, desk = a_correction_of_nothing(), as_(SUPERVISOR)

    page = desk.get(f"/letters/{letter_id}")
    assert page.status_code == 200
    assert "没有写明更正哪份函" in page.text
    answer = desk.post(f"/letters/{letter_id}/drop", opinion="提错了")

    assert answer.status_code < 400
    assert the(letter_id).status is LetterStatus.DROPPED
