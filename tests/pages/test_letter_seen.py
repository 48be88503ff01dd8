"""A letter is passed on only by somebody who read it as it stands; what was typed stays."""

import re

import pytest

from engine.models import ExtensionRequest
from engine.store.database import work
from tests.actions.letter_steps import FOUND
from tests.builders import MARKET, SECOND_SUPERVISOR, SUPERVISOR, a_signed_ticket
from tests.pages.test_letters_and_supervision import GROUND, draft, letter, letter_id

__all__ = ["letter_id"]


def drawn_anew(desk, letter_id):
    desk.get(f"/letters/{letter_id}")
    desk.post(f"/letters/{letter_id}/reject", opinion="要求不清")
    page = desk.get(f"/letters/{letter_id}").text
    lines = re.findall(r'name="evidence" value="([^"]*)"', page)
    answer = desk.post(f"/letters/{letter_id}/draft", grounds=GROUND.value,
                       demands="全部换过的要求", evidence=lines,
                       found=FOUND)  # fmt: skip
    assert "稿已拟好" in answer.text


def test_a_page_opened_before_a_redraft_does_not_review_it(as_, letter_id):
    first, second = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    draft(first, letter_id)
    second.get(f"/letters/{letter_id}")
    drawn_anew(first, letter_id)

    stale = second.post(f"/letters/{letter_id}/review")
    assert stale.status_code == 409
    assert "这份函的内容改过了，没有核稿，什么也没有改动" in stale.text
    assert letter(letter_id).status == "drafted"

    read = second.post(f"/letters/{letter_id}/review")  # from the page that shows the new draft
    assert "已核稿" in read.text
    assert letter(letter_id).status == "reviewed"


@pytest.mark.parametrize("what", ["review", "approve", "send"])
def test_a_form_that_names_no_state_passes_nothing(as_, letter_id, what):
    draft(as_(SUPERVISOR), letter_id)
    second = as_(SECOND_SUPERVISOR)
    second.get(f"/letters/{letter_id}")
    before = letter(letter_id).status
    for step in ("review", "approve", "send")[: ("review", "approve", "send").index(what)]:
        second.post(f"/letters/{letter_id}/{step}")
        before = letter(letter_id).status

    answer = second.post(f"/letters/{letter_id}/{what}", seen="")

    assert answer.status_code == 409
    assert letter(letter_id).status == before


def test_signing_from_a_page_of_an_earlier_draft_takes_no_number(as_, letter_id):
    first, second = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    draft(first, letter_id)
    second.get(f"/letters/{letter_id}")
    second.post(f"/letters/{letter_id}/review")
    second.get(f"/letters/{letter_id}?step=approve")
    drawn_anew(first, letter_id)
    third = as_(SECOND_SUPERVISOR)
    third.get(f"/letters/{letter_id}")
    third.post(f"/letters/{letter_id}/review")

    stale = second.post(f"/letters/{letter_id}/approve")

    assert stale.status_code == 409
    assert "没有签发" in stale.text
    assert letter(letter_id).number == ""


def test_a_draft_that_came_second_is_shown_again_with_what_was_typed(as_, letter_id):
    first, second = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    second.get(f"/letters/{letter_id}")
    draft(first, letter_id)

    late = second.post(f"/letters/{letter_id}/draft", grounds=GROUND.value,
                       demands="写了很久的要求")  # fmt: skip

    assert late.status_code == 409
    assert "您刚才填写的内容还在这里，可以复制" in late.text
    assert "写了很久的要求" in late.text


def asked_for_days():
    with work() as session:
        return session.get_one(ExtensionRequest, 1)


def test_an_extension_decided_by_another_keeps_the_opinion_typed(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    as_(MARKET).submit(f"/tickets/{number}/extend", working_days="3", reason="需要现场检测")
    first, second = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    second.get("/supervise/extensions/1")
    first.get("/supervise/extensions/1")
    first.post("/supervise/extensions/1", granted="yes")

    late = second.post("/supervise/extensions/1", granted="no", reason="检测不必三天")

    assert late.status_code == 409
    assert "检测不必三天" in late.text
    assert asked_for_days().state == "granted"


def test_an_extension_that_can_only_be_refused_is_listed_with_its_reason(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    unit = as_(MARKET)
    assert f'href="/tickets/{number}/extend"' in unit.get(f"/tickets/{number}").text
    unit.submit(f"/tickets/{number}/extend", working_days="3", reason="需要现场检测")

    page = unit.get(f"/tickets/{number}").text

    assert f'href="/tickets/{number}/extend"' not in page
    assert "已有一份延期申请待主管批" in page


def test_signing_what_was_signed_meanwhile_says_so_and_by_which_number(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    here, there = as_(SECOND_SUPERVISOR), as_(SECOND_SUPERVISOR)
    here.get(f"/letters/{letter_id}")
    here.post(f"/letters/{letter_id}/review")
    there.get(f"/letters/{letter_id}?step=approve")
    here.get(f"/letters/{letter_id}?step=approve")
    here.post(f"/letters/{letter_id}/approve")

    stale = there.post(f"/letters/{letter_id}/approve")

    assert stale.status_code == 409
    assert "签发，编号 城中热线〔2026〕1号；没有签发，什么也没有改动" in stale.text
    assert "内容改过了" not in stale.text
