"""The pages of a letter from its number on: sent after its seal, voided, corrected."""

import pytest

from engine.documents.pictures import picture_of_pdf
from engine.errors import NotFoundError
from engine.terms import LetterKind, LetterStatus
from tests.actions.letter_steps import a_sent_letter, a_signed_letter, approve, number_of, the
from tests.builders import MARKET, OPERATOR, SECOND_SUPERVISOR, SUPERVISOR
from tests.looking import letters_of

pytestmark = pytest.mark.usefixtures("database")
WRONG, RIGHT = "限期办结并说明原因", "限期办结并书面说明原因"


def test_a_signed_letter_waits_to_be_sent_or_voided_and_its_unit_does_not_see_it(as_):
    letter_id = a_signed_letter()
    desk, unit = as_(SECOND_SUPERVISOR), as_(MARKET)

    page = desk.get(f"/letters/{letter_id}").text

    assert f"/letters/{letter_id}?step=send" in page
    assert f"/letters/{letter_id}?step=void" in page
    assert "城中热线〔2026〕1号" in desk.get("/letters").text
    assert unit.get(f"/unit/letters/{letter_id}").status_code == 404
    assert unit.get(f"/letters/{letter_id}/file.pdf").status_code == 404


def test_voiding_asks_first_takes_a_reason_and_leaves_the_number_in_the_list(as_):
    letter_id = a_signed_letter()
    desk = as_(SECOND_SUPERVISOR)

    asked = desk.get(f"/letters/{letter_id}?step=void").text
    bare = desk.post(f"/letters/{letter_id}/void", reason=" ")
    done = desk.post(f"/letters/{letter_id}/void", reason="印章模糊，重新制发")

    assert "字号保留、不再使用" in asked
    assert bare.status_code == 422
    assert 'id="reason-e"' in bare.text
    assert "已作废：印章模糊，重新制发" in done.text
    listed = desk.get("/letters").text
    assert "已作废的字号" in listed
    assert "城中热线〔2026〕1号" in listed


def test_a_sent_letter_offers_a_correction_and_nothing_else(as_):
    letter_id = a_sent_letter()
    desk = as_(SUPERVISOR)

    page = desk.get(f"/letters/{letter_id}").text

    assert f"/letters/{letter_id}?step=correct" in page
    assert "?step=void" not in page
    assert f"/letters/{letter_id}/draft" not in page
    assert desk.post(f"/letters/{letter_id}/void", reason="不要了").status_code == 409


def test_a_correction_is_written_beside_the_letter_reviewed_signed_and_seen_by_the_unit(as_):
    letter_id = a_sent_letter()
    desk, unit = as_(SUPERVISOR), as_(MARKET)
    desk.get(f"/letters/{letter_id}?step=correct")

    wrong = desk.post(f"/letters/{letter_id}/correct", wrong="没有的话", right=RIGHT)
    done = desk.post(f"/letters/{letter_id}/correct", wrong=WRONG, right=RIGHT)
    approve(letter_id + 1)

    assert wrong.status_code == 422
    assert "没有的话" in wrong.text
    assert "更正函稿已拟好" in done.text
    assert f"“{WRONG}”更正为“{RIGHT}”" in desk.get(f"/letters/{letter_id}").text
    assert "城中热线〔2026〕2号" in unit.get(f"/unit/letters/{letter_id}").text
    assert "城中热线〔2026〕1号" in unit.get(f"/unit/letters/{letter_id + 1}").text
    assert "提交整改回复" not in unit.get(f"/unit/letters/{letter_id + 1}").text


def test_an_insufficient_reply_is_asked_for_again_and_may_lead_to_a_referral(as_):
    letter_id = a_sent_letter()
    desk, unit = as_(SUPERVISOR), as_(MARKET)
    unit.get("/unit")
    unit.post(f"/unit/letters/{letter_id}", text="已整改：完成办理并向诉求人说明。")
    desk.get(f"/letters/{letter_id}")

    judged = desk.post(f"/letters/{letter_id}/judge", accepted="no", opinion="没有写明责任")
    bare = desk.post(f"/letters/{letter_id}/refer", grave=" ")
    done = desk.post(f"/letters/{letter_id}/refer", grave="两次整改不到位，企业反映强烈")
    twice = desk.post(f"/letters/{letter_id}/refer", grave="两次整改不到位，企业反映强烈")

    assert "单位须再次回复" in judged.text
    assert "没有写明责任" in unit.get(f"/unit/letters/{letter_id}").text
    assert bare.status_code == 422
    assert 'id="grave-e"' in bare.text
    assert "已提议移交线索" in done.text
    assert twice.status_code == 409
    kinds = [(one.kind, one.status) for one in letters_of(number_of(letter_id))]
    assert (LetterKind.REFERRAL, LetterStatus.PROPOSED) in kinds


@pytest.mark.parametrize("what", ["review", "approve", "send", "void", "correct"])
def test_only_a_supervisor_decides_about_letters(as_, what):
    letter_id = a_sent_letter()

    assert as_(OPERATOR).post(f"/letters/{letter_id}/{what}").status_code == 403


def test_a_signed_letter_is_shown_as_its_archived_file(as_):
    letter_id = a_signed_letter()

    picture = as_(SUPERVISOR).get(f"/letters/{letter_id}/page-1.png")

    assert picture.content == picture_of_pdf(the(letter_id).pdf, 1, 120)
    assert as_(SUPERVISOR).get(f"/letters/{letter_id}/page-99.png").status_code == 404


def test_a_page_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(NotFoundError, match="没有第 9 页"):
        picture_of_pdf(the(a_signed_letter()).pdf, 9)
