"""The supervisors' list: conditions in the address, bulk acts with a page that asks first."""

import re

import pytest
from sqlalchemy import text

from engine.store import desk_filters
from engine.store.database import work
from engine.store.desk_filters import TicketFilter
from engine.terms import Rung, TicketEvent, TicketScope
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    moment,
)
from tests.looking import event_names, sweep
from tests.pages.conftest import NOW

LATE = "Mon 2026-11-02 09:00"


def numbers_on(page):
    return re.findall(r'name="numbers" value="(LZ\d{10})"', page)


def test_a_filter_finds_by_unit_kind_and_days_and_stays_in_the_address(as_):
    market, tax = a_signed_ticket(LATE), a_signed_ticket("Tue 2026-11-03 09:00", TAX)
    fresh = a_signed_ticket("Tue 2026-11-24 09:00")
    desk = as_(SUPERVISOR)

    assert numbers_on(desk.get("/supervise/overdue").text) == [market, tax]
    assert numbers_on(desk.get("/supervise/tickets?scope=overdue&unit=区税务局").text) == [tax]
    assert numbers_on(desk.get("/supervise/tickets?scope=open&since=2026-11-24").text) == [fresh]
    page = desk.get("/supervise/tickets?scope=open&kind=complaint&until=2026-11-02").text
    assert numbers_on(page) == [market]
    assert "scope=open&amp;kind=complaint&amp;until=2026-11-02" in page


def test_a_list_of_what_is_late_shows_the_limit_it_goes_by(as_):
    a_dispatched_ticket(
        LATE
    )  # never signed for: that limit was over sooner, and is not an answer's
    desk = as_(SUPERVISOR)

    for path in ("/supervise", "/supervise/overdue"):
        page = desk.get(path).text
        assert "承办超" in page or "办结超" in page, path
        assert "签收超" not in page, path
    assert "签收超" in desk.get("/supervise/tickets?scope=open").text


def test_a_step_of_the_ladder_leads_to_its_tickets(as_):
    late = a_signed_ticket(LATE)
    a_signed_ticket("Tue 2026-11-24 09:00")
    sweep("Mon 2026-11-23 09:00")
    desk = as_(SUPERVISOR)

    assert "rung=l1_reminder" in desk.get("/supervise").text
    listed = {
        rung: numbers_on(desk.get(f"/supervise/tickets?scope=open&rung={rung.value}").text)
        for rung in Rung
    }
    assert [found for found in listed.values() if late in found] == [[late]]
    assert listed[Rung.BREACH] == []


@pytest.mark.parametrize(
    "query", ["unit=没有这个局", "kind=诗", "since=昨天", "rung=塔", "scope=梦"]
)
def test_a_condition_that_cannot_be_understood_is_said(as_, query):
    answer = as_(SUPERVISOR).get(f"/supervise/tickets?{query}")

    assert answer.status_code == 422
    assert "还差 1 处没填好" in answer.text


@pytest.mark.parametrize("scope", [TicketScope.OVERDUE, TicketScope.ALL])
def test_pages_go_on_where_the_last_one_ended(database, scope):
    made = [a_signed_ticket(LATE) for _ in range(5)]
    wanted, found, after = TicketFilter(scope), [], ""

    with work() as session:
        for _ in range(3):
            page, after = desk_filters.find(session, wanted, moment(NOW), after, limit=2)
            found += [one.ticket.number for one in page.lines]
        assert (after, desk_filters.count(session, wanted, moment(NOW))) == ("", 5)

    assert found == (made if scope is TicketScope.OVERDUE else made[::-1])


def test_a_bulk_act_asks_first_and_is_done_once(as_):
    first, second, alone = a_signed_ticket(LATE), a_signed_ticket(LATE, TAX), a_ticket(LATE)
    desk = as_(SUPERVISOR)
    desk.get("/supervise/tickets?scope=open")

    asked = desk.post(
        "/supervise/bulk", what="remind", numbers=[first, second, alone], scope="open"
    )
    before = event_names(first)
    fields = {"what": "remind", "once": desk.hidden("once"), "numbers": numbers_on(asked.text),
              "words": "请抓紧"}  # fmt: skip
    done = desk.post("/supervise/bulk/send", fields)
    desk.get("/supervise/tickets?scope=open")
    again = desk.post("/supervise/bulk/send", fields)

    assert "4 封" in asked.text
    assert "不能催办的 1 件" in asked.text
    assert TicketEvent.REMIND.value not in before
    assert "已催办 2 件" in done.text
    assert done.url == again.url
    assert event_names(first).count(TicketEvent.REMIND.value) == 1


def test_the_whole_result_of_a_filter_can_be_chosen(as_):
    market, tax = a_signed_ticket(LATE), a_signed_ticket(LATE, TAX)
    desk = as_(SUPERVISOR)
    desk.get("/supervise/tickets?scope=overdue")

    asked = desk.post("/supervise/bulk", what="supervise", whole="1", scope="overdue")

    assert numbers_on(asked.text) == [market, tax]


def test_words_typed_are_kept_when_something_is_missing(as_):
    number = a_signed_ticket(LATE)
    desk = as_(SUPERVISOR)
    desk.get("/supervise/overdue")
    none = desk.post("/supervise/bulk", what="remind", scope="overdue")
    asked = desk.post("/supervise/bulk", what="remind", numbers=number, scope="overdue")

    refused = desk.post("/supervise/bulk/send", what="remind", numbers=number, words=" ",
                        once=desk.hidden("once"))  # fmt: skip

    assert none.status_code == 422
    assert "请先在清单里勾选工单" in none.text
    assert number in asked.text
    assert refused.status_code == 422
    assert "请写明意见" in refused.text
    assert numbers_on(refused.text) == [number]


def test_looking_sends_nothing_and_others_have_no_bulk(as_):
    number = a_signed_ticket(LATE)

    assert as_(SUPERVISOR).client.get("/supervise/bulk").status_code == 405
    auditor = as_("zhidu")
    assert numbers_on(auditor.get("/supervise/overdue").text) == []
    assert auditor.post("/supervise/bulk", what="remind", numbers=number).status_code == 403
    assert as_(OPERATOR).get("/supervise/tickets").status_code == 403
    assert as_(MARKET).get("/supervise/tickets").status_code == 403


def test_of_a_kind_25_decisions_are_listed_and_a_link_leads_to_all(as_):
    numbers = [a_ticket(LATE) for _ in range(27)]
    with work() as session:
        session.connection().execute(text("UPDATE ticket SET status = 'in_arbitration'"))
    desk = as_(SUPERVISOR)

    page = desk.get("/supervise/approvals").text
    assert "共 27 件" in page
    assert [one for one in numbers if f"/tickets/{one}/designate" in page] == numbers[:25]
    assert 'href="?whole=panel#panel"' in page
    whole = desk.get("/supervise/approvals?whole=panel").text
    assert all(f"/tickets/{one}/designate" in whole for one in numbers)
    assert "看全部" not in whole


def test_what_waits_for_the_hotline_is_listed_as_left_out_with_the_reason(as_):
    waiting, owed = a_ticket_to_call_back(LATE), a_signed_ticket(LATE)
    desk = as_(SUPERVISOR)
    desk.get("/supervise/tickets?scope=open")

    page = desk.post("/supervise/bulk", {"what": "supervise", "numbers": [waiting, owed]}).text

    can, cannot = page.split("不能督办的 1 件")
    assert numbers_on(can) == [owed]
    assert waiting in cannot
    assert "等的是热线，承办单位不欠答复" in cannot


def test_supervising_one_ticket_that_waits_for_the_hotline_says_what_it_does_to_the_limits(as_):
    waiting, owed = a_ticket_to_call_back(LATE), a_signed_ticket(LATE)
    desk = as_(SUPERVISOR)

    late, usual = (desk.get(f"/tickets/{one}/supervise").text for one in (waiting, owed))

    assert "热线回访停止计时" in late
    assert "照样记在超期台账、记热线" in late
    assert "新期限到 <b>11月27日（周五）24:00" in late
    assert "督办不改承办单位的期限" in usual


def test_nothing_done_is_no_success(as_):
    waiting = a_ticket_to_call_back(LATE)
    desk = as_(SUPERVISOR)
    desk.get("/supervise/tickets?scope=open")

    page = desk.post("/supervise/bulk/send", what="supervise", numbers=waiting, words="督",
                     once="once").text  # fmt: skip

    assert "没有督办：1 件都没有办成" in page
    assert 'class="done"' not in page
