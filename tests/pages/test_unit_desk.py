import re

import pytest

from engine.actions import callbacks
from engine.actions.dispatch import Dispatch, dispatch
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ReturnReason, TicketEvent, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answered_ticket,
    call_back,
    on_ticket,
    status_of,
)

EARLIER = "Tue 2026-11-24 09:00"


def test_opening_the_link_of_a_mail_signs_for_nothing(as_):
    number = a_dispatched_ticket(EARLIER)

    page = as_(MARKET).get(f"/tickets/{number}").text

    assert f'action="/tickets/{number}/sign"' in page
    assert status_of(number) == "dispatched"


def test_a_unit_signs_for_its_ticket_and_is_told_until_when_to_answer(as_):
    number = a_dispatched_ticket(EARLIER)
    unit = as_(MARKET)
    unit.get("/unit")

    answer = unit.post(f"/tickets/{number}/sign", version="2")

    assert "已签收。请在 12月8日（周二）24:00 前答复。" in answer.text
    assert status_of(number) == "signed_for"


def test_after_signing_a_card_shows_the_limit_that_ends_first_and_the_answers(as_):
    a_signed_ticket(EARLIER)

    card = as_(MARKET).get("/unit").text.partition('<article class="card')[2]
    head = card.partition("<p><b>")[0]

    assert "首联" in head
    assert "承办" not in head
    assert "承办" in card


def test_a_unit_answers_after_contact(as_):
    number = a_signed_ticket(EARLIER)
    unit = as_(MARKET)

    no_contact = unit.submit(
        f"/tickets/{number}/answer", outcome="solved", text="已办结变更登记，执照已送达"
    )
    said = {"outcome": "solved", "text": "已办结变更登记，执照已送达", "contacted": "1"}
    checking = unit.submit(f"/tickets/{number}/answer", **said)
    before = status_of(number)
    answered = unit.post(
        f"/tickets/{number}/answer", version=unit.hidden("version"), sure="1", **said
    )

    assert no_contact.status_code == 422
    assert "已办结变更登记" in no_contact.text
    assert "提交后不能改，只能补充" in checking.text
    assert before == "signed_for"
    assert answered.url.path == "/unit"
    assert status_of(number) == "answered"


def test_an_unsolved_answer_needs_its_basis_and_the_text_stays(as_):
    number = a_signed_ticket(EARLIER)

    answer = as_(MARKET).submit(
        f"/tickets/{number}/answer",
        outcome="not_solved",
        text="依规不能办理，已向企业说明",
        contacted="1",
    )

    assert answer.status_code == 422
    assert "请写明法律或政策依据" in answer.text
    assert "依规不能办理，已向企业说明" in answer.text


def test_a_unit_registers_its_first_contact(as_):
    number = a_signed_ticket(EARLIER)

    as_(MARKET).submit(f"/tickets/{number}/contact", note="上午电话联系，说明了要补的材料")

    assert status_of(number) == "in_progress"


def test_a_return_needs_reason_basis_and_a_suggested_unit(as_):
    number = a_dispatched_ticket(EARLIER)
    unit = as_(MARKET)

    bare = unit.submit(
        f"/tickets/{number}/return", reason="other_unit_leads", explanation="发票由税务管"
    )
    two = unit.submit(f"/tickets/{number}/return", reason="other_unit_leads", suggested_unit="qswj")
    whole = unit.submit(
        f"/tickets/{number}/return", reason="other_unit_leads", explanation="发票由税务管",
        legal_basis="三定规定", suggested_unit="区税务局",
    )  # fmt: skip

    assert bare.status_code == 422
    assert "请写明依据的职责条款" in bare.text
    assert "可以是区税务局、区商务局" in two.text or "可以是区商务局、区税务局" in two.text
    assert "发票由税务管" in bare.text
    assert whole.status_code == 200
    assert status_of(number) == "returned"


def test_a_return_after_its_window_is_listed_as_closed_with_the_reason(as_):
    number = a_signed_ticket("Mon 2026-11-16 09:00")

    page = as_(MARKET).get(f"/tickets/{number}").text

    assert "不归我管，退回：已过退单时限" in page


def test_other_units_tickets_do_not_exist_for_a_unit(as_):
    number = a_dispatched_ticket(EARLIER)
    other = as_(TAX)

    for path in (f"/tickets/{number}", f"/tickets/{number}/answer", f"/tickets/{number}/return"):
        assert other.get(path).status_code == 404
    other.get("/unit")
    assert other.post(f"/tickets/{number}/sign").status_code == 404
    assert other.post(f"/tickets/{number}/unmask", reason="看看").status_code == 404
    other.get("/unit")
    assert "没有找到" in other.post("/search", q=number).text
    assert status_of(number) == "dispatched"


def test_a_unit_that_gave_a_ticket_back_sees_it_no_more(as_):
    number = a_dispatched_ticket(EARLIER)

    def redispatch(step, ticket):
        lead = store.unit_by_name(step.session, TAX)
        dispatch(step, ticket, Dispatch(lead, (), "改派", (), TicketEvent.REDISPATCH))

    on_ticket(number, EARLIER, "zhuguan1", redispatch)

    assert as_(MARKET).get(f"/tickets/{number}").status_code == 404
    assert as_(TAX).get(f"/tickets/{number}").status_code == 200


def test_a_closed_ticket_stays_readable_to_its_unit_for_thirty_days(as_):
    fresh = a_ticket_to_call_back("Mon 2026-11-02 09:00")
    call_back(fresh, "Tue 2026-11-03 10:00", a_callback())
    old = a_ticket_to_call_back("Mon 2026-09-14 09:00")
    call_back(old, "Tue 2026-09-15 10:00", a_callback())
    unit = as_(MARKET)

    assert unit.get(f"/tickets/{fresh}").status_code == 200
    assert unit.get(f"/tickets/{old}").status_code == 404


def test_an_assisting_unit_files_its_opinion_and_may_not_answer(as_):
    number = a_ticket(EARLIER)

    def hand_over(step, ticket):
        lead, helper = (store.unit_by_name(step.session, one) for one in (MARKET, TAX))
        dispatch(step, ticket, Dispatch(lead, (helper,), "测试派单"))

    on_ticket(number, EARLIER, OPERATOR, hand_over)
    helper = as_(TAX)

    filed = helper.submit(f"/tickets/{number}/assist", text="发票事项已核对，无欠税")
    refused = helper.submit(
        f"/tickets/{number}/answer",
        outcome="solved",
        text="这件事已经全部办好了，请放心",
        contacted="1",
    )

    assert "协办意见已提交" in filed.text
    assert refused.status_code in (403, 409)
    with work() as session:
        parts = store.open_assignments(session, store.ticket_by_number(session, number))
        assert [one.opinion for one in parts if one.opinion] == ["发票事项已核对，无欠税"]


def test_the_late_come_first_and_the_answered_last(as_):
    late = a_signed_ticket("Mon 2026-11-02 09:00")
    fresh = a_dispatched_ticket(EARLIER)
    done = an_answered_ticket("Mon 2026-11-23 09:00")

    page = as_(MARKET).get("/unit").text

    assert page.index("已超期") < page.index(late) < page.index("待签收") < page.index(fresh)
    assert page.index(fresh) < page.index("已答复") < page.index(done)


def test_an_empty_desk_says_so(as_):
    assert "没有要办的件" in as_("tongji").get("/unit").text


@pytest.mark.parametrize("reason", [one.value for one in ReturnReason])
def test_every_reason_for_a_return_can_be_chosen(as_, reason):
    number = a_dispatched_ticket(EARLIER)

    page = as_(MARKET).get(f"/tickets/{number}/return").text

    assert f'value="{reason}"' in page


def test_an_assisting_unit_reads_neither_words_nor_title_of_a_report(as_):
    number = a_ticket(EARLIER, kind=TicketKind.REPORT, content="举报某窗口收取费用的事")

    def hand_over(step, ticket):
        lead, helper = (store.unit_by_name(step.session, one) for one in (MARKET, TAX))
        dispatch(step, ticket, Dispatch(lead, (helper,), "测试派单"))

    on_ticket(number, EARLIER, OPERATOR, hand_over)
    helper = as_(TAX)

    pages = [helper.get(path).text for path in ("/unit", f"/tickets/{number}")]
    helper.get("/unit")
    pages.append(helper.post("/search", q=number).text)

    assert all("收取费用" not in page for page in pages)
    assert all(number in page for page in pages)


RETURNED = {"reason": "other_unit_leads", "explanation": "发票由税务管", "legal_basis": "三定规定",
            "suggested_unit": "区税务局"}  # fmt: skip


def test_a_form_that_cannot_be_sent_now_is_not_offered_but_says_why(as_):
    unsigned, long_ago = a_dispatched_ticket(EARLIER), a_signed_ticket("Mon 2026-11-16 09:00")
    unit = as_(MARKET)

    for path in (f"/tickets/{unsigned}/answer", f"/tickets/{long_ago}/return"):
        page = unit.get(path).text
        assert "现在不能“" in page
        assert "<button" not in page.split('class="tk"')[1].split("<section")[0]
        assert "返回工单" in page


def test_words_typed_before_it_became_impossible_are_shown_without_a_way_to_send_them(as_):
    number = a_signed_ticket(EARLIER)
    unit = as_(MARKET)
    unit.get(f"/tickets/{number}/answer")
    unit.post(f"/drafts/{number}-answer", text="已联系企业，正在核对", page="aa", rev="0")
    unit.submit(f"/tickets/{number}/return", **RETURNED)

    page = unit.get(f"/tickets/{number}/answer").text

    assert "已联系企业，正在核对" in page
    assert 'class="go" disabled' in page


def test_what_is_under_supervision_unsigned_can_be_signed_for_and_once(as_):
    number = a_dispatched_ticket(EARLIER)
    on_ticket(number, EARLIER, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, "请抓紧"))
    unit, sign = as_(MARKET), f'action="/tickets/{number}/sign"'
    page = unit.get(f"/tickets/{number}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]

    unit.post(f"/tickets/{number}/sign", version=version)

    assert sign in page
    after = unit.get(f"/tickets/{number}").text
    assert sign not in after
    assert "不必再签" not in after
    assert status_of(number) == "supervised"
