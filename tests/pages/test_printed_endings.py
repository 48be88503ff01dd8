"""What a ticket's sheets say once it has ended, or to a unit that only assists."""

import pytest
from sqlmodel import select

from engine.actions import endings, review, unit_work, withdrawing
from engine.actions.dispatch import Dispatch, dispatch
from engine.models import Clock
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import CallbackChannel, ClockKind, RefusalReason
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_promise,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    call_back,
    on_ticket,
)
from tests.documents.measuring import words_of

pytestmark = pytest.mark.usefixtures("database")
NOW, LATER, END = "Tue 2026-11-24 09:00", "Tue 2026-11-24 09:30", "Tue 2026-11-24 10:00"
PRIVATE = "13800001234", "45020019900101001X"


def printed(desk, number, sheet):
    """Return what stands on a sheet, without blanks."""
    return words_of(desk.get(f"/tickets/{number}/{sheet}/file.pdf").content)


def shared(lead=MARKET, other=TAX):
    number = a_ticket(NOW)

    def hand_over(step, ticket):
        units = [store.unit_by_name(step.session, name) for name in (lead, other)]
        dispatch(step, ticket, Dispatch(units[0], (units[1],), "测试派单"))

    on_ticket(number, NOW, OPERATOR, hand_over)
    return number


def withdrawn(number):
    form = withdrawing.WithdrawalForm(words="已自行解决", channel=CallbackChannel.HUMAN_CALL)
    on_ticket(number, LATER, OPERATOR, lambda step, one: withdrawing.withdraw(step, one, form))


def test_a_ticket_withdrawn_after_dispatch_says_who_had_it(as_):
    number = shared()
    withdrawn(number)

    said = printed(as_(OPERATOR), number, "order")

    for words in ("派单2026年11月24日09:00", "区市场监管局", "区税务局", "已撤回，不再计时"):
        assert words in said
    assert "未派" not in said
    assert "拟办意见" not in said


def test_a_closed_ticket_says_who_had_it_what_came_of_it_and_that_no_limit_runs(as_):
    number = a_ticket_to_call_back(NOW)
    call_back(number, LATER, a_callback())

    for who in (OPERATOR, MARKET):
        said = printed(as_(who), number, "order")
        for words in (
            "派单2026年11月24日09:00",
            "区市场监管局",
            "（时限已停）",
            "办结2026年11月24日",
            "".join(an_answer().text.split()),
        ):
            assert words in said
        assert "未派" not in said
        assert "拟办意见" not in said


def test_a_ticket_nobody_ever_had_was_dispatched_to_nobody(as_):
    number = a_ticket(NOW)
    withdrawn(number)

    assert "未派" in printed(as_(OPERATOR), number, "order")


def test_a_merged_ticket_says_into_which(as_):
    into, number = a_dispatched_ticket(NOW), a_ticket(NOW)

    def merge(step, ticket):
        endings.merge(step, ticket, into)

    on_ticket(number, LATER, OPERATOR, merge)

    assert f"已并单，并入{into}一并答复" in printed(as_(OPERATOR), number, "order")


def test_an_assisting_units_sheet_bears_its_own_limit(as_):
    number = shared()
    with work() as session:
        due = {one.kind: one.due_on for one in session.exec(select(Clock))}
    own, leads = due[ClockKind.ASSISTING], due[ClockKind.HANDLING]
    assert own != leads

    theirs, lead = (printed(as_(who), number, "order") for who in (TAX, MARKET))

    assert f"协办期限2026年{own.month}月{own.day}日" in theirs
    assert "办结期限" not in theirs
    assert f"办结期限2026年{leads.month}月{leads.day}日" in lead
    assert "协办期限" not in lead


def test_no_number_in_an_answer_reaches_what_the_requester_is_handed(as_):
    number = a_signed_ticket(NOW)
    form = an_answer(
        text=f"请联系{PRIVATE[0]}，证件{PRIVATE[1]}",
        legal_basis=f"见{PRIVATE[0]}",
        promise=a_promise(f"付给{PRIVATE[0]}", "Wed 2026-12-30"),
    )
    on_ticket(number, NOW, MARKET, lambda step, one: unit_work.answer(step, one, form))
    on_ticket(number, LATER, OPERATOR, review.approve_answer)

    for sheet in ("answer-note", "callback-sheet"):
        said = printed(as_(OPERATOR), number, sheet)
        assert "号码已隐去" in said
        assert "承诺事项付给（号码已隐去）" in said
        assert "2026年12月30日" in said
        for one in PRIVATE:
            assert one not in said


@pytest.mark.parametrize("sheet", ["answer-note", "callback-sheet"])
def test_paper_hides_cards_spoken_numbers_and_addresses_and_no_sum_day_or_office(as_, sheet):
    number = a_signed_ticket(NOW)
    hidden = ("6222021234567890123", "一三八零零零零一二三四", "2828283", "wang@example.invalid")
    kept = ("退费2828282.50元", "2026年11月20日", "桂营商〔2023〕19号", "12345专线分派岗")
    done = f"已向{hidden[0]}{kept[0]}，{kept[1]}办结，依据{kept[2]}。"
    words = f"{done}可打{hidden[1]}，座机{hidden[2]}，或写信到{hidden[3]}，也可找{kept[3]}。"
    form = an_answer(text=words)
    on_ticket(number, NOW, MARKET, lambda step, one: unit_work.answer(step, one, form))
    on_ticket(number, LATER, OPERATOR, review.approve_answer)

    said = printed(as_(OPERATOR), number, sheet)

    assert [one for one in hidden if one in said] == []
    assert [one for one in kept if one not in said] == []
    assert said.count("号码已隐去") == len(hidden) - 1
    assert "邮箱已隐去" in said


def refused(number):
    why = next(iter(RefusalReason))
    on_ticket(
        number,
        LATER,
        SUPERVISOR,
        lambda step, one: endings.refuse(step, one, why, "不属于受理范围，已告知诉求人。"),
    )


@pytest.mark.parametrize(
    "end", [lambda number: None, withdrawn, refused], ids=["new", "withdrawn", "refused"]
)
def test_there_is_no_callback_sheet_where_nothing_was_answered(as_, end):
    number = a_ticket(NOW)
    end(number)

    assert as_(OPERATOR).get(f"/tickets/{number}/callback-sheet").status_code == 404


def test_a_callback_sheet_tells_the_matter_and_of_a_long_one_how_it_begins(as_):
    matter = "窗口三次要求补材料，每次说法不同。" * 30
    number = a_ticket_to_call_back(NOW, content=matter)

    said = printed(as_(OPERATOR), number, "callback-sheet")

    assert matter[:300] in said
    assert f"{matter[:300]}……（全文登录后查看）" in said
