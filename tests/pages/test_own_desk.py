"""What is one's own: drafts of two pages, settings, views by name, news of a ticket."""

import pytest

from engine.actions import callbacks, unit_work
from engine.terms import AnswerOutcome, AttemptResult, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    moment,
    on_ticket,
)

EARLIER = "Tue 2026-11-24 09:00"
FORM = "call-abc123"


def keep(desk, words, page, rev="0", form=FORM):
    return desk.client.post(
        f"/drafts/{form}", headers={"origin": "http://hotline.test"},
        data={"csrf": desk.hidden("csrf"), "content": words, "page": page, "rev": rev},
    )  # fmt: skip


def test_two_tabs_with_one_form_lose_nothing_and_both_are_listed(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    first = keep(desk, "第一页写的话", "tab1")
    second = keep(desk, "第二页写的话", "tab2")
    page = desk.get("/drafts").text

    assert first.headers["x-draft"] == FORM
    assert second.headers["x-draft"] != FORM
    assert "两份都留着" in second.text
    assert "第一页写的话" in page
    assert "第二页写的话" in page


def test_a_draft_page_tells_its_revision_so_that_the_next_tab_may_go_on(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    keep(desk, "第一页写的话", "tab1")

    desk.get(f"/tickets/new?draft={FORM}")

    assert desk.hidden("rev") == "1"
    assert keep(desk, "第二页接着写", desk.hidden("page"), "1").headers["x-draft"] == FORM


def test_a_draft_can_be_thrown_away(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    keep(desk, "不要了", "tab1")
    desk.get("/drafts")

    page = desk.post(f"/drafts/{FORM}/drop").text

    assert "草稿箱是空的" in page


@pytest.mark.parametrize("form_id", ["../secret", "a" * 65, "call;drop", "草稿"])
def test_an_odd_form_id_is_a_plain_page(as_, form_id):
    desk = as_(OPERATOR)
    desk.get("/desk")

    assert desk.post(f"/drafts/{form_id}/drop").status_code == 404


def test_an_answer_begun_in_two_tabs_shows_the_other_text_too(as_):
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)
    unit.get(f"/tickets/{number}/answer")
    for words, page in (("甲的答复", "tab1"), ("乙的答复", "tab2")):
        unit.client.post(
            f"/drafts/{number}-answer", headers={"origin": "http://hotline.test"},
            data={"csrf": unit.hidden("csrf"), "text": words, "page": page, "rev": "0"},
        )  # fmt: skip

    page = unit.get(f"/tickets/{number}/answer").text

    assert "乙的答复" in page
    assert "还有别的草稿" in page


def test_keys_can_be_switched_off_and_on(as_):
    desk = as_(OPERATOR)
    desk.get("/profile")

    off = desk.post("/profile", undo="1").text
    on = desk.post("/profile", undo="1", shortcuts="1").text

    assert "<body data-quiet>" in off
    assert "<body data-quiet>" not in on


def test_a_list_with_its_conditions_is_kept_under_a_name(as_):
    desk = as_(OPERATOR)
    desk.get("/desk?list=review&kind=complaint&after=3")

    page = desk.post(
        "/views",
        {"path": "/desk", "query": "list=review&kind=complaint&after=3", "name": "投诉待审核"},
    ).text

    assert "已存为常用视图“投诉待审核”" in page
    assert "/desk?list=review&amp;kind=complaint" in desk.get("/profile").text
    assert "after=3" not in desk.get("/profile").text
    assert "投诉待审核" not in as_(SUPERVISOR).get("/desk").text


def test_what_a_supervisor_shares_everybody_sees_and_only_the_owner_deletes(as_):
    owner, other = as_(SUPERVISOR), as_(OPERATOR)
    owner.get("/desk")
    owner.post("/views", {"path": "/desk", "query": "list=rule", "name": "待裁定的", "shared": "1"})

    seen = other.get("/desk").text
    other.post("/views/1/drop")

    assert "待裁定的" in seen
    assert "待裁定的" in as_(SECOND_SUPERVISOR).get("/desk").text


def test_an_operator_cannot_share_and_a_nameless_view_is_refused(as_):
    desk = as_(OPERATOR)
    desk.get("/desk")
    desk.post("/views", {"path": "/desk", "query": "list=rule", "name": "自用", "shared": "1"})

    refused = desk.post("/views", {"path": "/desk", "query": "", "name": " "})

    assert refused.status_code == 422
    assert "自用" not in as_(SUPERVISOR).get("/desk").text


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_a_view_never_leads_elsewhere(as_, path):
    desk = as_(OPERATOR)
    desk.get("/desk")

    answer = desk.post("/views", {"path": path, "query": "", "name": "坏"}, follow=False)

    assert answer.headers["location"].startswith("/?")


def test_the_lists_of_the_desk_are_narrowed_by_what_stands_in_the_address(as_):
    complaint = a_ticket(EARLIER)
    help_request = a_ticket(
        EARLIER, kind=TicketKind.HELP_REQUEST, content="想问怎么申请补贴，到哪里申报"
    )
    desk = as_(OPERATOR)

    page = desk.get("/desk?list=today&who=all&kind=complaint").text

    assert complaint in page
    assert help_request not in page
    assert "没有符合条件的" in desk.get("/desk?list=review&kind=praise").text
    assert "单位名录里没有" in desk.get("/desk?list=today&unit=没有这个局").text


def test_today_shows_what_i_logged_unless_all_is_asked_for(as_):
    mine = a_ticket(EARLIER)

    assert mine in as_(OPERATOR).get("/desk?list=today").text
    assert mine not in as_(SUPERVISOR).get("/desk?list=today").text
    assert mine in as_(SUPERVISOR).get("/desk?list=today&who=all").text


def test_news_of_a_ticket_are_what_others_did(as_):
    number = a_dispatched_ticket(EARLIER)
    desk = as_(OPERATOR)
    desk.get(f"/tickets/{number}")
    nothing = desk.client.get(f"/tickets/{number}/news?seen=2")
    on_ticket(number, moment("Tue 2026-11-24 09:30"), MARKET, unit_work.sign_for)

    found = desk.client.get(f"/tickets/{number}/news?seen=2")
    own = as_(MARKET).client.get(f"/tickets/{number}/news?seen=2")

    assert nothing.status_code == 204
    assert "工单有新进展（09:30 区市场监管局演示承办人 签收）" in found.text
    assert own.status_code == 204


def test_the_history_can_be_narrowed_to_people_or_the_engine(as_):
    number = a_dispatched_ticket(EARLIER)
    desk = as_(OPERATOR)

    people = desk.get(f"/tickets/{number}?show=people").text.split('class="tl"')[1]
    engine = desk.get(f"/tickets/{number}?show=system").text.split('class="tl"')[1]

    assert "受理登记" in people
    assert "受理登记" not in engine


def test_who_calls_back_sees_what_was_tried_and_what_is_still_owed(as_):
    number = a_ticket_to_call_back("Mon 2026-11-23 14:00", outcome=AnswerOutcome.NOT_SOLVED)
    missed = a_callback(
        result=AttemptResult.NO_ANSWER, contacted=None, solved=None, satisfaction=None
    )
    on_ticket(number, "Mon 2026-11-23 15:00", OPERATOR,
              lambda step, ticket: callbacks.record_attempt(step, ticket, missed))  # fmt: skip

    page = as_(OPERATOR).get(f"/tickets/{number}/callback").text
    listed = as_(OPERATOR).get("/desk?list=callback").text

    assert "必须人工回访：" in page
    assert "，本件还差 1 次接通的" in page
    assert "已计 1 次未接通，一直不接的至少再拨 2 次" in page
    assert "现在是上午" in page
    assert "下午" in page
    assert "其中 1 件必须人工回访" in listed
    assert "已拨 1 次" in listed


def test_the_number_can_be_shown_beside_the_callback_form(as_):
    number = a_ticket_to_call_back("Mon 2026-11-23 14:00", phone="0772-7654321")
    desk = as_(OPERATOR)
    desk.get(f"/tickets/{number}/callback")

    page = desk.post(f"/tickets/{number}/unmask", reason="回访", act="callback").text

    assert "07727654321" in page
    assert "诉求解决了吗" in page


def test_every_extension_shows_the_date_it_would_bring(as_):
    number = a_signed_ticket(EARLIER)

    page = as_(MARKET).get(f"/tickets/{number}/extend").text

    assert "1 个工作日，到 12月9日（周三）24:00" in page
    assert "10 个工作日，到 12月22日（周二）24:00" in page
    assert "11 个工作日" not in page


def test_too_late_for_an_extension_says_why(as_):
    number = a_signed_ticket("Thu 2026-11-19 09:00", kind=TicketKind.HELP_REQUEST)

    page = as_(MARKET).get(f"/tickets/{number}/extend").text

    assert "须在到期前至少" in page


def test_returning_from_the_check_page_keeps_the_words(as_):
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)
    said = {"outcome": "solved", "text": "已办结变更登记，执照已送达", "contacted": "1"}
    unit.submit(f"/tickets/{number}/answer", **said)

    page = unit.post(f"/tickets/{number}/answer", edit="1", **said).text

    assert "已办结变更登记，执照已送达</textarea>" in page
