import re

import pytest
from freezegun import freeze_time
from sqlmodel import select

from engine.actions import letters
from engine.actions.background import climb_one, clocks_due
from engine.models import Breach, Letter, OutboxMessage
from engine.store.database import work
from engine.terms import LetterKind, RectificationGround
from tests.actions.letter_steps import FOUND
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    moment,
    on_ticket,
)
from tests.pages.conftest import NOW

LONG_AGO = "Mon 2026-10-26 09:00"
GROUND = RectificationGround.BAD_ATTITUDE


@pytest.fixture
def letter_id(database):
    """A proposed rectification letter about a ticket its unit lets lie."""
    number = a_signed_ticket(LONG_AGO)
    wish = letters.Proposal(LetterKind.RECTIFICATION, (GROUND,), "超期未办")
    return on_ticket(
        number, "Mon 2026-11-23 09:00", None,
        lambda step, ticket: letters.propose_letter(step, ticket, wish).id,
    )  # fmt: skip


def letter(letter_id):
    with work() as session:
        return session.get_one(Letter, letter_id)


def draft(desk, letter_id):
    desk.get(f"/letters/{letter_id}")
    return desk.post(
        f"/letters/{letter_id}/draft", grounds=GROUND.value, demands="重新办理\n说明原因",
        evidence=letter(letter_id).evidence, found=FOUND,
    )  # fmt: skip


def send_out(desk, letter_id):
    desk.get(f"/letters/{letter_id}")
    for step in ("review", "approve", "send"):
        desk.get(f"/letters/{letter_id}?step={step}")
        answer = desk.post(f"/letters/{letter_id}/{step}")
    return answer


def test_a_letter_waits_on_the_supervisors_desk_and_in_the_list(as_, letter_id):
    desk = as_(SUPERVISOR)

    assert f"/letters/{letter_id}" in desk.get("/supervise/approvals").text
    assert "待拟稿" in desk.get("/letters").text


def test_the_letter_is_shown_as_the_page_it_will_be(as_, letter_id):
    desk = as_(SUPERVISOR)

    picture = desk.get(f"/letters/{letter_id}/page-1.png")

    page = desk.get(f"/letters/{letter_id}").text
    assert f'src="/letters/{letter_id}/page-1.png"' in page
    annexes = re.findall(rf'href="(/letters/{letter_id}/page-[2-9]\.png)"', page)
    assert annexes, "the annexes are looked at before they are signed"
    assert {desk.get(one).status_code for one in annexes} == {200}
    assert picture.content.startswith(b"\x89PNG")


def test_the_drafter_cannot_approve_his_own_letter(as_, letter_id):
    desk = as_(SUPERVISOR)
    draft(desk, letter_id)

    page = desk.get(f"/letters/{letter_id}").text
    answer = desk.post(f"/letters/{letter_id}/review")

    assert "须由另一位主管核稿和签发" in page
    assert f"/letters/{letter_id}?step=approve" not in page
    assert answer.status_code == 403
    assert "拟稿人不能核稿自己拟的函" in answer.text
    assert letter(letter_id).number == ""


def test_a_second_supervisor_reviews_signs_and_sends_and_the_letter_has_its_number(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    second = as_(SECOND_SUPERVISOR)
    second.get(f"/letters/{letter_id}")
    second.post(f"/letters/{letter_id}/review")

    confirm = second.get(f"/letters/{letter_id}?step=approve").text
    signed = second.post(f"/letters/{letter_id}/approve")
    asked = second.get(f"/letters/{letter_id}?step=send").text
    sent = second.post(f"/letters/{letter_id}/send")

    assert "确认签发" in confirm
    assert "区市场监管局" in confirm
    assert "已签发，编号 城中热线〔2026〕1号" in signed.text
    assert "确认发出" in asked
    assert "〔2026〕1号，区市场监管局" in sent.text
    assert second.get(f"/letters/{letter_id}/file.pdf").content.startswith(b"%PDF")
    assert second.get(f"/letters/{letter_id}/file.docx").content.startswith(b"PK")
    with work() as session:
        assert session.exec(select(OutboxMessage).where(OutboxMessage.letter_id == letter_id)).all()


def test_a_draft_without_demands_is_shown_again(as_, letter_id):
    desk = as_(SUPERVISOR)
    desk.get(f"/letters/{letter_id}")

    answer = desk.post(f"/letters/{letter_id}/draft", grounds=GROUND.value, demands=" ")

    assert answer.status_code == 422
    assert "请写明要求" in answer.text


def test_rejecting_and_dropping_take_a_reason(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    second = as_(SECOND_SUPERVISOR)
    second.get(f"/letters/{letter_id}")

    assert second.post(f"/letters/{letter_id}/reject", opinion="").status_code == 422
    assert (
        "退回意见：依据写细些"
        in second.post(f"/letters/{letter_id}/reject", opinion="依据写细些").text
    )
    assert second.post(f"/letters/{letter_id}/drop", opinion="已办结").status_code == 200
    assert letter(letter_id).status == "dropped"


def test_the_unit_replies_and_a_supervisor_judges_the_reply(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    second, unit = as_(SECOND_SUPERVISOR), as_(MARKET)
    send_out(second, letter_id)

    listed = unit.get("/unit").text
    unit.get(f"/unit/letters/{letter_id}")
    short = unit.post(f"/unit/letters/{letter_id}", text="改了")
    unit.post(f"/unit/letters/{letter_id}", text="已重新办理并向企业说明，责任人已约谈")
    second.get(f"/letters/{letter_id}")
    judged = second.post(f"/letters/{letter_id}/judge", accepted="yes")

    assert f"/unit/letters/{letter_id}" in listed
    assert short.status_code == 422
    assert "改了" in short.text
    assert "已认可整改" in judged.text


def test_another_unit_cannot_see_or_fetch_the_letter(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    second = as_(SECOND_SUPERVISOR)
    send_out(second, letter_id)
    other = as_(TAX)

    assert other.get(f"/unit/letters/{letter_id}").status_code == 404
    assert other.get(f"/letters/{letter_id}/file.pdf").status_code == 404
    assert as_(OPERATOR).get(f"/letters/{letter_id}/file.pdf").status_code == 403


def test_the_auditor_reads_letters_and_decides_nothing(as_, letter_id):
    auditor = as_("zhidu")

    page = auditor.get(f"/letters/{letter_id}").text
    answer = auditor.post(f"/letters/{letter_id}/draft", grounds=GROUND.value, demands="x")

    assert "提交审批" not in page
    assert answer.status_code == 403


def sweep():
    with freeze_time(moment(NOW)):
        for clock_id in clocks_due(moment(NOW), 100):
            climb_one(clock_id, moment(NOW))


def test_the_desk_counts_what_is_late_and_the_ledger_keeps_it_after_a_judgement(as_):
    number = a_signed_ticket(LONG_AGO)
    sweep()
    desk = as_(SUPERVISOR)

    page = desk.get("/supervise").text
    with work() as session:
        breach_id = session.exec(select(Breach.id)).first()
    desk.get(f"/supervise/breaches/{breach_id}")
    bare = desk.post(f"/supervise/breaches/{breach_id}", judgement="excused")
    judged = desk.post(
        f"/supervise/breaches/{breach_id}", judgement="excused", reason="系统停机一日",
        evidence="机房记录第三号",
    )  # fmt: skip
    with work() as session:
        alone = session.get_one(Breach, breach_id).judgement
    own = desk.get("/findings/1").text
    other = as_(SECOND_SUPERVISOR)
    other.get("/findings/1")
    agreed = other.post("/findings/1/agree")

    assert "<b>1</b>已超期" in page
    assert number in page
    assert bare.status_code == 422
    assert "等另一位主管复核后生效" in judged.text
    assert alone == ""
    assert "请另一位主管复核" in own
    assert "已生效" in agreed.text
    with work() as session:
        assert session.get_one(Breach, breach_id).judgement == "excused"


def test_an_extension_is_asked_for_and_granted(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    unit = as_(MARKET)
    asked = unit.submit(f"/tickets/{number}/extend", working_days="3", reason="需要现场检测")
    desk = as_(SUPERVISOR)

    waiting = desk.get("/supervise/approvals").text
    desk.get("/supervise/extensions/1")
    granted = desk.post("/supervise/extensions/1", granted="yes")

    assert "延期申请已提交" in asked.text
    assert "申请延期 3 个工作日" in waiting
    assert "已同意延期" in granted.text
    assert "12月11日（周五）24:00" in desk.get(f"/tickets/{number}").text


def test_no_breach_is_a_green_line(as_):
    assert "✓ 今天没有超期。" in as_(SUPERVISOR).get("/supervise").text
