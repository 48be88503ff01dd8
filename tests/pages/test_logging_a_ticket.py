import pytest
from sqlalchemy import text
from sqlmodel import select

from engine.models import Draft, Requester, Ticket
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import TicketKind
from tests.builders import MARKET, OPERATOR, a_ticket

TYPED = {
    "kind": "complaint",
    "phone": "0772-0000000",
    "enterprise": "演示企业甲",
    "contact_name": "演示联系人",
    "content": "我公司办理营业执照变更登记，窗口反复要求补材料",
}

SHARED = "价格监管：供电公司转供电加价收费，严禁强制捆绑销售"


def only_ticket() -> Ticket:
    with work() as session:
        return session.exec(select(Ticket)).one()


def test_a_logged_ticket_is_said_with_its_unit_and_due_date(as_):
    desk = as_(OPERATOR)

    answer = desk.post("/tickets/new", TYPED, lead_unit="区市场监管局", urgency="urgent")

    assert "已登记 LZ2611240001，派区市场监管局，应于 12月8日（周二）24:00 前办结。" in answer.text
    assert only_ticket().status == "dispatched"


def test_without_a_unit_the_ticket_waits_for_routing(as_):
    answer = as_(OPERATOR).post("/tickets/new", TYPED, urgency="urgent")

    assert "系统正在派单" in answer.text
    assert only_ticket().status == "accepted"


def test_a_unit_may_be_named_by_its_pinyin_initials(as_):
    as_(OPERATOR).post("/tickets/new", TYPED, other_unit="qscjgj", urgency="urgent")

    with work() as session:
        lead = store.unit_by_name(session, MARKET)
        assert session.exec(select(Ticket)).one().lead_unit_id == lead.id


@pytest.mark.parametrize("typed", ["区市场监管局", "qscjgj"])
def test_the_proposed_unit_typed_as_another_unit_is_that_proposal(as_, typed):
    desk = as_(OPERATOR)
    chosen = {"with_supports": "1", "urgency": "urgent", "content": SHARED}

    desk.post("/tickets/new", TYPED, lead_unit="区市场监管局", **chosen)
    desk.get("/tickets/new")
    said = desk.post("/tickets/new", TYPED, lead_unit="区市场监管局", other_unit=typed, **chosen)

    assert "派区市场监管局" in said.text
    first, second = parts_of_tickets()
    assert first == second
    assert len(first) > 1


def parts_of_tickets():
    """Return which units have which part in each ticket."""
    with work() as session:
        found = session.exec(select(Ticket).order_by(Ticket.id)).all()
        return [
            {(one.unit_id, one.role) for one in store.assignments(session, ticket)}
            for ticket in found
        ]


def test_what_is_missing_is_named_beside_its_field_and_nothing_typed_is_lost(as_):
    answer = as_(OPERATOR).post(
        "/tickets/new", {**TYPED, "phone": "12", "content": "太慢", "place": "三楼窗口"}
    )

    assert answer.status_code == 422
    assert "<title>有错误：" in answer.text
    assert 'href="#phone"' in answer.text
    assert 'id="content-e"' in answer.text
    for typed in ("太慢", 'value="12"', "三楼窗口", "演示联系人", "演示企业甲"):
        assert typed in answer.text


def test_an_emptied_field_stays_empty_when_the_form_comes_back(as_):
    answer = as_(OPERATOR).post("/tickets/new", {**TYPED, "phone": ""})

    assert 'name="phone" value=""' in answer.text


def test_an_unknown_kind_or_unit_or_a_huge_text_is_refused_kindly(as_):
    desk = as_(OPERATOR)

    assert desk.post("/tickets/new", {**TYPED, "kind": "riddle"}).status_code == 422
    unknown = desk.post("/tickets/new", TYPED, other_unit="没有这个局")
    huge = desk.post("/tickets/new", {**TYPED, "content": "长" * 100_000})

    assert "单位名录里没有" in unknown.text
    assert "最多 20000 字" in huge.text


def test_what_is_typed_is_never_taken_for_markup(as_):
    answer = as_(OPERATOR).post(
        "/tickets/new", {**TYPED, "phone": "", "enterprise": '"><script>alert(1)</script>'}
    )

    assert "<script>alert" not in answer.text


def test_every_kind_shows_the_day_it_would_be_due(as_):
    page = as_(OPERATOR).get("/tickets/new").text

    assert "3 个工作日：11月27日（周五）" in page
    assert "10 个工作日：12月8日（周二）" in page


def test_proposals_come_by_post_with_the_row_and_the_words_behind_them(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    answer = desk.client.post(
        "/tickets/suggest", headers={"origin": "http://hotline.test"},
        data={"csrf": desk.hidden("csrf"), "kind": "help_request", "content": "执照变更办不下来"},
    )  # fmt: skip

    assert "区市场监管局" in answer.text
    assert "依据：" in answer.text
    assert "<html" not in answer.text


def test_proposals_never_come_by_an_address_that_logs_would_keep(as_):
    assert as_(OPERATOR).get("/tickets/suggest?content=电话").status_code == 404


def test_a_caller_is_shown_with_the_last_ninety_days(as_):
    number = a_ticket("Fri 2026-10-30 09:00", phone="0772-1111111", enterprise="演示企业乙")
    old = a_ticket("Mon 2026-07-06 09:00", phone="0772-1111111", enterprise="演示企业乙")
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    answer = desk.post("/tickets/caller", phone="0772 1111111")

    assert number in answer.text
    assert old not in answer.text
    assert "填入 演示企业乙" in answer.text


def test_a_draft_is_kept_on_the_server_and_comes_back(as_):
    desk = as_(OPERATOR)
    page = desk.get("/tickets/new").text
    form_id = desk.hidden("form_id")

    said = desk.post(f"/drafts/{form_id}", {**TYPED, "content": "说到一半"}).text
    desk.get("/desk")
    back = desk.get(f"/tickets/new?draft={form_id}").text

    assert "说到一半" not in page
    assert said == "草稿已存 10:00"
    assert "说到一半" in back
    assert f"/tickets/new?draft={form_id}" in desk.get("/tickets/new").text


def test_a_draft_goes_once_the_ticket_is_logged_and_when_signing_out(as_):
    desk = as_(OPERATOR)
    for form_id in ("call-1", "call-2"):
        desk.get("/tickets/new")
        desk.post(f"/drafts/{form_id}", TYPED)

    desk.get("/tickets/new")
    desk.post("/tickets/new", TYPED, form_id="call-1")
    with work() as session:
        assert session.exec(select(Draft.form_id)).all() == ["call-2"]

    desk.get("/desk")
    desk.post("/logout")
    with work() as session:
        assert session.exec(select(Draft)).all() == []


def test_nobody_sees_the_draft_of_another(as_):
    first, second = as_(OPERATOR), as_("zhuguan1")
    first.get("/tickets/new")
    first.post("/drafts/call-1", TYPED)

    assert "反复要求补材料" not in second.get("/tickets/new?draft=call-1").text


def test_a_report_is_confidential_and_the_number_normalised(as_):
    as_(OPERATOR).post("/tickets/new", {**TYPED, "kind": "举报", "phone": "+86 138 0000 0000"})

    ticket = only_ticket()
    assert ticket.kind is TicketKind.REPORT
    assert ticket.confidential
    with work() as session:
        assert session.exec(select(Requester)).one().phone == "13800000000"


@pytest.mark.parametrize("words", ["2222222", "演示企业丙", "ysqyb", "LZ2611240001"])
def test_search_finds_by_number_name_initials_and_telephone(as_, words):
    number = a_ticket("Tue 2026-11-24 09:00", phone="0772-2222222", enterprise="演示企业丙")
    desk = as_(OPERATOR)

    assert number in desk.post("/search", q=words).text


def test_a_search_says_since_when_it_looked_and_looks_farther_by_a_button(as_, database):
    old = a_ticket("Mon 2026-11-23 09:00", content="门前道路开挖三个月没有围挡")
    with database.engine.begin() as owner:
        owner.execute(text("SELECT setval('ticket_id_seq', 900000)"))
    a_ticket("Tue 2026-11-24 09:00")
    desk = as_(OPERATOR)

    near = desk.post("/search", q="道路开挖").text
    far = desk.post("/search", q=desk.hidden("q"), far="1").text

    assert "只在 11月24日（周二）09:00 以来登记的工单里找过" in near
    assert '<button name="far" value="1">更早的也找</button>' in near
    assert old not in near
    assert old in far
    assert "更早的也找" not in far
