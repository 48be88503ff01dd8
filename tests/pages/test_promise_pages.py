"""Promises at the desks: typed with an answer, seen by all who follow it, reported, verified."""

import re

from engine.store.database import work
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_promise,
    a_promised_ticket,
    a_signed_ticket,
    an_account,
    status_of,
)
from tests.looking import sweep

EARLIER = "Tue 2026-11-24 09:00"
MADE = "Mon 2026-09-21 10:00"
SAID = {"outcome": "solved", "text": "已约定分期付款，首期已付清", "contacted": "1",
        "promise": "余款三万元全部付清", "promised_on": "2026-12-15"}  # fmt: skip


def a_long_promise(due_on="Wed 2026-11-25"):
    return a_promised_ticket(MADE, promise=a_promise(due_on=due_on))


def test_a_unit_promises_with_its_answer_after_seeing_it_once_more(as_):
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)

    checking = unit.submit(f"/tickets/{number}/answer", **SAID).text
    unit.post(f"/tickets/{number}/answer", version=unit.hidden("version"), sure="1", **SAID)
    page = as_(OPERATOR).get(f"/tickets/{number}").text

    assert "余款三万元全部付清" in checking
    assert "2026-12-15 前办结" in checking
    assert "承诺和核查" in page
    assert "待审核" in page


def test_a_promise_without_its_day_says_so_and_keeps_what_was_typed(as_):
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)

    answer = unit.submit(f"/tickets/{number}/answer", **{**SAID, "promised_on": ""})

    assert answer.status_code == 422
    assert "请写承诺办结日期" in answer.text
    assert 'value="余款三万元全部付清"' in answer.text


def test_two_months_after_closing_the_unit_still_sees_what_it_promised(as_):
    number = a_long_promise()
    unit = as_(MARKET)

    desk = unit.get("/unit").text
    reported = unit.submit(f"/tickets/{number}/report-promise", text="余款已付清，回单在附件")

    assert "承诺 11月25日（周三） 前办结" in desk
    assert reported.status_code == 200
    assert "已报告兑现，等热线核查" in reported.text
    assert as_(TAX).get(f"/tickets/{number}").status_code == 404


def test_once_nothing_is_promised_any_more_the_ticket_is_out_of_the_units_sight(as_):
    number = a_long_promise("Fri 2026-10-30")
    verified(as_, number, "met")

    assert as_(MARKET).get(f"/tickets/{number}").status_code == 404


def verified(as_, number, result, **more):
    with work() as session:
        other = an_account(session, SUPERVISOR).id
    said = {
        "way": "field_verification", "result": result, "done_on": "2026-11-24", "place": "门店",
        "companion": str(other), "evidence": "诉求人出示回单", **more,
    }  # fmt: skip
    return as_(OPERATOR).submit(f"/tickets/{number}/verify-promise", **said)


def test_the_hotline_verifies_in_the_field_and_the_list_shows_by_what(as_):
    number = a_long_promise()

    alone = verified(as_, number, "met", companion="")
    done = verified(as_, number, "met")
    listed = as_(SUPERVISOR).get("/supervise/promises?show=kept").text

    assert "须 2 人到场" in alone.text
    assert "核查已兑现，不再跟踪" in done.text
    assert number in listed
    assert "实地核查 2026-11-24" in listed


def test_a_broken_promise_shows_its_follow_on(as_):
    number = a_long_promise("Mon 2026-11-23")

    said = verified(as_, number, "not_met").text
    page = as_(SUPERVISOR).get(f"/tickets/{number}").text

    assert "已另立续办件" in said
    assert "续办件" in page
    assert status_of(number) == "closed"


def test_the_first_list_is_what_waits_to_be_verified(as_):
    number = a_long_promise()
    unit = as_(MARKET)
    unit.submit(f"/tickets/{number}/report-promise", text="余款已付清，回单在附件")

    listed = as_(SUPERVISOR).get("/supervise/promises").text
    desk = as_(OPERATOR).get("/desk").text

    assert number in listed
    assert "余款已付清" in listed
    assert "待核查" in desk


def test_a_promise_never_reported_is_to_be_verified_once_that_clock_runs(as_):
    number = a_long_promise("Fri 2026-11-20")
    for one in range(3):
        sweep(f"Mon 2026-11-23 0{one + 1}:00")

    first = as_(SUPERVISOR).get("/supervise/promises").text

    assert number in first
    assert re.search(r'aria-current="page">待核查 <i class="n hot">1</i>', first)
    assert number not in as_(SUPERVISOR).get("/supervise/promises?show=standing").text
