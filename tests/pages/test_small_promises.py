"""Small things that outsiders stumbled over at the desks: each stays as it was mended."""

import re

import pytest

from api.pages.english import HAN, said_in_english
from engine.actions import endings, findings
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.finding_evidence import FindingForm
from engine.errors import ConflictError
from engine.store import tickets as store
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    a_ticket,
    doing,
    on_ticket,
)
from tests.looking import breaches_of, sweep

EARLIER = "Tue 2026-11-24 09:00"
LATE, MADE = "Mon 2026-11-02 09:00", "Mon 2026-11-23 10:00"
RETURN = {"reason": "not_our_duty", "explanation": "属税务部门职责", "legal_basis": "三定规定",
          "suggested_unit": "区税务局"}  # fmt: skip


def excused():
    """A breach that two supervisors excused in its unit's favour."""
    number = a_signed_ticket(LATE)
    sweep("Mon 2026-11-23 09:00")
    (breach,) = [one for one in breaches_of(number) if one.kind.value == "handling"]
    form = FindingForm(kind="excused", reason="系统停机一日", evidence="《停机记录》")
    found = doing(MADE, SUPERVISOR, lambda step: findings.judge_breach(step, breach.id, form).id)
    doing(MADE, SECOND_SUPERVISOR,
          lambda step: findings.decide(step, found, agreed=True, reason=""))  # fmt: skip
    return found


def assisted():
    """A ticket of one unit on which another assists."""
    number = a_ticket(EARLIER)

    def hand_over(step, ticket):
        lead, other = (store.unit_by_name(step.session, one) for one in (MARKET, TAX))
        dispatch(step, ticket, Dispatch(lead, (other,), "测试派单"))

    on_ticket(number, EARLIER, OPERATOR, hand_over)
    return number


def test_an_empty_return_names_every_field_it_lacks(as_):
    number = a_signed_ticket(EARLIER)

    refused = as_(MARKET).submit(f"/tickets/{number}/return")

    assert refused.status_code == 422
    listed = refused.text.split("errsum")[1].split("</section>")[0]
    assert set(re.findall(r'href="#(\w+)"', listed)) == {"reason", "explanation", "legal_basis"}


def test_an_empty_answer_names_its_outcome_and_its_text(as_):
    number = a_signed_ticket(EARLIER)

    refused = as_(MARKET).submit(f"/tickets/{number}/answer")

    listed = refused.text.split("errsum")[1].split("</section>")[0]
    assert set(re.findall(r'href="#(\w+)"', listed)) == {"outcome", "text"}


def test_a_return_that_is_refused_is_not_called_possible_beside_it(as_):
    number = a_signed_ticket(EARLIER)
    unit = as_(MARKET)
    unit.submit(f"/tickets/{number}/return", **RETURN)
    as_(OPERATOR).submit(f"/tickets/{number}/rule", upheld="no", reason="属你单位职责")

    refused = unit.submit(f"/tickets/{number}/return", **RETURN)

    assert refused.status_code == 409
    assert "本单位对这张工单已退过单" in refused.text
    assert not re.search(r"▲ [^<]*可退", refused.text)
    assert "属税务部门职责" in refused.text


def test_how_often_a_unit_may_return_and_extend_is_said_from_the_rules(as_):
    number = a_signed_ticket(EARLIER)
    unit = as_(MARKET)

    assert "每单位每件可退 1 次" in unit.get(f"/tickets/{number}/return").text
    page = unit.get(f"/tickets/{number}/extend").text
    assert "最多延 2 次，已延 0 次；这一次由主管批准" in page
    assert "限延一次" not in page


def test_an_unknown_unit_sends_nobody_to_a_page_that_is_not_theirs(as_):
    number = a_signed_ticket(EARLIER)

    refused = as_(MARKET).submit(
        f"/tickets/{number}/return", **{**RETURN, "suggested_unit": "没有这个局"}
    )

    assert "名录随任务清单更新，页面上不能加单位" in refused.text
    assert "先在“单位”里登记" not in refused.text


def test_a_returned_ticket_stands_on_its_units_desk_as_returned_not_as_in_time(as_):
    number = a_signed_ticket(EARLIER)
    unit = as_(MARKET)
    unit.submit(f"/tickets/{number}/return", **RETURN)

    card = unit.get("/unit").text.split("已退单，等裁定")[1].split("</article>")[0]

    assert number in card
    assert "○</span> 已退单" in card
    assert "按期" not in card
    assert "24:00" not in card


def test_an_excuse_in_the_units_favour_is_not_offered_for_appeal(as_):
    found = excused()
    unit = as_(MARKET)

    assert f"/findings/{found}" not in unit.get("/unit").text
    page = unit.get(f"/findings/{found}").text
    assert "可申诉" not in page
    assert "提交申诉" not in page
    with pytest.raises(ConflictError, match="不能申诉"):
        doing(MADE, MARKET, lambda step: findings.appeal(step, found, "另有记录"))


def test_dates_on_the_units_desk_are_all_said_the_same_way(as_):
    number = a_signed_ticket(LATE)
    sweep("Mon 2026-11-23 09:00")
    (breach,) = [one for one in breaches_of(number) if one.kind.value == "handling"]
    form = FindingForm(kind="confirmed", reason="超期属实，未见正当理由", evidence="")
    doing(MADE, SUPERVISOR, lambda step: findings.judge_breach(step, breach.id, form))

    page = as_(MARKET).get("/unit").text.split("<main")[1].split("<footer")[0]

    assert "可申诉至 11月26日（周四）" in page
    assert not re.search(r"20\d\d-\d\d-\d\d", page)


def test_an_assisting_units_second_opinion_stands_beside_its_first(as_):
    number = assisted()
    unit = as_(TAX)
    unit.submit(f"/tickets/{number}/assist", text="发票已经查明")

    form = unit.get(f"/tickets/{number}/assist").text
    unit.submit(f"/tickets/{number}/assist", text="另附完税证明")

    assert "已经报过的意见" in form
    page = as_(MARKET).get(f"/tickets/{number}").text
    assert "发票已经查明" in page
    assert "11月24日（周二）补充：另附完税证明" in page


def test_a_receipt_of_a_merged_ticket_names_the_other(as_):
    first, second = a_ticket(EARLIER), a_ticket(EARLIER)
    on_ticket(second, EARLIER, OPERATOR, lambda step, ticket: endings.merge(step, ticket, first))

    page = as_(OPERATOR).get(f"/tickets/{second}/receipt").text

    assert f"已并入 <b>{first}</b>" in page


@pytest.mark.parametrize("path", [
    "/supervise/tickets?scope=open&kind=complaint", "/desk?list=today&kind=complaint",
])  # fmt: skip
def test_esc_leads_from_a_ticket_back_to_the_list_with_its_conditions(as_, path):
    number, desk = a_ticket(EARLIER), as_(SUPERVISOR)
    desk.get(path)

    page = desk.get(f"/tickets/{number}").text
    desk.get(f"/tickets/{number}/note")
    later = desk.get(f"/tickets/{number}").text

    for one in (page, later):
        assert f'href="{path.replace("&", "&amp;")}" data-back' in one


def test_esc_leads_nowhere_else(as_):
    number, desk = a_ticket(EARLIER), as_(SUPERVISOR)
    desk.client.cookies.set("hotline_list", "https%3A//evil.example/desk")

    page = desk.client.get(f"/tickets/{number}", headers={"referer": "https://evil.example/desk"})

    assert 'href="/" data-back' in page.text


def test_a_language_chosen_at_the_door_is_kept_on_the_way_in(as_, browser):
    desk = as_(OPERATOR)
    desk.get("/?lang=en")
    assert '<html lang="en">' in desk.get("/desk").text

    browser.get("/?lang=en")
    assert "<h1>Sign in</h1>" in browser.get("/login").text


@pytest.mark.parametrize(("who", "path", "act", "fields", "said"), [
    (MARKET, "return", "return", {}, "Choose why it is returned."),
    (MARKET, "contact", "contact", {"note": "called"}, "First contact recorded."),
])  # fmt: skip
def test_what_is_missing_and_what_was_done_are_said_in_english(as_, who, path, act, fields, said):
    number, desk = a_signed_ticket(EARLIER), as_(who)
    desk.get("/unit?lang=en")

    assert said in desk.submit(f"/tickets/{number}/{act}", **fields).text


def test_how_a_date_was_counted_is_traced_in_english(as_):
    number, desk = a_signed_ticket(EARLIER), as_(OPERATOR)

    page = desk.get(f"/tickets/{number}?lang=en").text

    trace = page.split("<pre>")[1].split("</pre>")[0]
    assert "Rule   " in trace
    assert "Due    2026-12-08 Tue" in trace
    assert not re.findall(r"[周跳起到规]", trace)


def test_the_names_of_the_jobs_are_said_in_english():
    from api.pages.health_words import JOBS, MODES

    assert [
        one for one in (*JOBS.values(), *MODES.values()) if HAN.search(said_in_english(one))
    ] == []


def test_a_list_of_days_that_are_over_is_refused_in_one_short_sentence(as_):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")
    days = "\n".join(f"2026-03-{day:02},放假,补休" for day in range(2, 28) if day % 7 not in (0, 1))

    refused = desk.post("/calendar/import", region="CN", text=days, number="国办发明电〔2026〕1号",
                        dated="2026-01-05")  # fmt: skip

    words = re.search(r'id="text-e">([^<]*)<', refused.text)[1]
    assert refused.status_code == 422
    assert "不能改动过去的日子：" in words
    assert re.search(r"等，共 \d+ 天", words)
    assert len(words) < 400


def test_a_day_that_no_calendar_has_is_said_so(as_):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")

    refused = desk.post("/calendar/import", region="CN", text="2027-02-30,放假,春节",
                        number="国办发明电〔2026〕9号", dated="2026-11-04")  # fmt: skip

    assert "第 1 行：“2027-02-30”不是日历上有的日期" in refused.text
    assert "核对那个月有没有这一天" in refused.text


def test_without_javascript_the_way_back_from_a_check_keeps_what_was_typed(as_):
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)
    words = "已按规定办结，材料齐全，当面交付企业。\n第二段"
    check = unit.submit(f"/tickets/{number}/answer", outcome="solved", text=words, contacted="1",
                        promise="余款三万元付清", promised_on="2026-12-30")  # fmt: skip
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', check.text))

    again = unit.post(f"/tickets/{number}/answer", {**fields, "edit": "1"}).text

    assert "当面交付企业。\n第二段</textarea>" in again
    assert 'value="solved" checked' in again
    assert 'value="余款三万元付清"' in again
    assert 'value="2026-12-30"' in again


def test_without_javascript_a_notice_and_a_new_value_come_back_as_typed(as_):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")

    calendar = desk.post(
        "/calendar/import", text="2027-01-01,放假,元旦", number="甲", edit="1"
    ).text
    value = desk.post("/rules/p/extension.times", value="2", since="2027-01-01", reason="试行",
                      edit="1").text  # fmt: skip

    assert "2027-01-01,放假,元旦</textarea>" in calendar
    assert 'value="甲"' in calendar
    assert 'value="2"' in value
    assert "试行</textarea>" in value
