"""The page of a letter whose ground fell (依据已不成立) says so and has no way to pass it on."""

import pytest

from engine.actions.letters import Proposal, propose_by_hand
from engine.terms import LetterKind, LetterStatus
from tests.actions.letter_steps import review, sign, the
from tests.actions.test_fallen_letters import GRANTED, REVIEWED, SIGNED, WHY, a_draft
from tests.actions.test_late_grants import OVER, grant, missed
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, on_ticket
from tests.looking import letters_of

pytestmark = pytest.mark.usefixtures("database", "var")
FELL = "这份函的依据已不成立，不能核稿、签发或发出"
PASSES = ('/review"', '?step=approve">签发', '?step=send">发出')


def shown(as_, letter_id, more=""):
    return as_(SECOND_SUPERVISOR).get(f"/letters/{letter_id}{more}").text


def offered(page):
    return [one for one in PASSES if one in page]


def test_drafted_or_reviewed_it_offers_to_send_back_or_to_drop_and_nothing_else(as_):
    letter_id, wish = a_draft(LetterKind.SUPERVISION)
    assert offered(shown(as_, letter_id)) == [PASSES[0]]
    review(letter_id, REVIEWED)
    assert offered(shown(as_, letter_id)) == list(PASSES[:2])
    grant(wish, GRANTED)

    for page in (shown(as_, letter_id), shown(as_, letter_id, "?step=approve")):
        assert FELL in page
        assert WHY in page
        assert offered(page) == []
        assert f"/letters/{letter_id}/drop" in page
        assert "请选“不发”" in page


def test_signed_it_offers_to_be_voided_alone_and_a_page_opened_before_sends_nothing(as_):
    letter_id, wish = a_draft(LetterKind.SUPERVISION)
    review(letter_id, REVIEWED)
    sign(letter_id, SIGNED)
    desk = as_(SECOND_SUPERVISOR)
    desk.get(f"/letters/{letter_id}?step=send")
    grant(wish, GRANTED)

    late = desk.post(f"/letters/{letter_id}/send")

    assert late.status_code == 409
    assert the(letter_id).status is LetterStatus.SIGNED
    for page in (late.text, shown(as_, letter_id, "?step=send")):
        assert "不能发出，请作废" in page
        assert offered(page) == []
        assert "?step=void" in page


def test_it_is_said_in_english_too(as_):
    letter_id, wish = a_draft(LetterKind.SUPERVISION)
    grant(wish, GRANTED)

    page = shown(as_, letter_id, "?lang=en")

    assert "What this letter rests on is so no more" in page
    assert "（事件第" in page
    assert "is evidence no more: " in page
    assert "Nothing proves “" in page
    assert "Choose “Do not send”" in page


def test_a_persons_reminder_for_a_withdrawn_breach_says_so_on_its_page(as_):
    number, wish = missed()
    wanted = Proposal(LetterKind.REMINDER, (), "逾期没有答复")
    on_ticket(number, OVER, SUPERVISOR, lambda s, one: propose_by_hand(s, one, wanted))
    at = f"/letters/{letters_of(number)[-1].id}"
    assert "提议时的依据已不成立" not in as_(SUPERVISOR).get(at).text

    grant(wish)

    page = as_(SUPERVISOR).get(at).text
    assert "提议时的依据已不成立" in page
    assert WHY in page
    assert f"{at}/drop" in page
