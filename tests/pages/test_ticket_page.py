import re

import pytest
from sqlmodel import func, select

from engine.models import SQLModel
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import AnswerOutcome, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answered_ticket,
    on_ticket,
    status_of,
)

EARLIER = "Tue 2026-11-24 09:00"


def events_of(number):
    with work() as session:
        return store.events(session, store.ticket_by_number(session, number))


def held(number):
    return on_ticket(number, EARLIER, None, hold)


def hold(step, ticket):
    from engine.actions.routing import hold as put

    put(step, ticket)


def test_the_page_says_why_the_ticket_is_due_on_that_day(as_):
    number = a_dispatched_ticket("Wed 2026-09-30 15:20", kind=TicketKind.HELP_REQUEST)

    page = as_(OPERATOR).get(f"/tickets/{number}").text

    assert "为什么是 10月10日（周六）24:00 到期？" in page
    assert "城中政办〔2023〕19号 附件第113项" in page
    assert re.search(r"<b>10/1</b> 周四<span>国庆", page)
    assert "调休 第 2 日" in page or "调休 第 3 日 到期" in page
    assert "计算过程（可复核）" in page


def test_every_clock_is_shown_with_shape_word_and_number(as_):
    number = a_signed_ticket(EARLIER)

    page = as_(OPERATOR).get(f"/tickets/{number}").text

    for clock in ("诉求人时限", "承办时限", "签收时限", "首次联系时限"):
        assert clock in page
    assert '<span aria-hidden="true">●</span> 剩 10 个工作日' in page
    assert '<span aria-hidden="true">✓</span> 按期 · 已签收' in page


def test_the_history_is_newest_first_with_actor_reason_and_clause(as_):
    number = a_signed_ticket(EARLIER)

    page = as_(OPERATOR).get(f"/tickets/{number}").text

    assert page.index("第 3 条") < page.index("第 2 条") < page.index("第 1 条")
    assert "区市场监管局演示承办人" in page
    assert "派区市场监管局主办" in page


def test_the_telephone_number_is_masked_until_somebody_asks_for_it_and_says_why(as_):
    number = a_ticket(EARLIER, phone="13800001234")
    desk = as_(OPERATOR)

    page = desk.get(f"/tickets/{number}").text
    refused = [desk.post(f"/tickets/{number}/unmask", reason=one) for one in ("", "x", "。。。")]
    shown = desk.post(f"/tickets/{number}/unmask", reason="回访").text

    assert "13800001234" not in page
    assert "138****1234" in page
    assert [one.status_code for one in refused] == [422] * 3
    assert "13800001234" in shown
    assert events_of(number)[-1].event == "unmask"


def test_only_what_may_be_done_now_is_offered_and_the_rest_says_why_not(as_):
    number = a_ticket_to_call_back(EARLIER, outcome=AnswerOutcome.NOT_SOLVED)

    page = as_(OPERATOR).get(f"/tickets/{number}").text

    assert f"/tickets/{number}/callback" in page
    assert f'/tickets/{number}/answer"' not in page
    assert "未解决或不满意的工单须 100% 人工回访" in page


def test_a_waiting_ticket_is_dispatched_with_one_key_from_the_desk(as_):
    number = a_ticket(EARLIER)
    held(number)
    desk = as_(OPERATOR)

    page = desk.get("/desk").text
    said = desk.post(
        f"/tickets/{number}/dispatch", version="2", back="/desk", lead="区市场监管局"
    ).text

    assert page.count('name="lead"') >= 3
    assert "已派区市场监管局" in said
    assert status_of(number) == "dispatched"


def test_somebody_else_was_faster_gives_a_sentence_and_keeps_the_words(as_):
    number = an_answered_ticket(EARLIER)
    desk, other = as_(OPERATOR), as_(SUPERVISOR)
    desk.get(f"/tickets/{number}/send-back")
    version = desk.hidden("version")
    other.get(f"/tickets/{number}")
    other.post(f"/tickets/{number}/approve", version=version)

    answer = desk.post(f"/tickets/{number}/send-back", version=version, reason="经过没有写清楚")

    assert answer.status_code == 409
    assert "这张工单刚被 演示主管甲 改过（10:00），请看过新内容再提交。" in answer.text
    assert "经过没有写清楚" in answer.text


def test_a_mere_notice_by_the_engine_is_no_conflict(as_):
    number = an_answered_ticket(EARLIER)
    desk, other = as_(OPERATOR), as_(SUPERVISOR)
    desk.get(f"/tickets/{number}/send-back")
    version = desk.hidden("version")
    other.get(f"/tickets/{number}")
    other.post(f"/tickets/{number}/unmask", reason="核对")

    desk.get(f"/tickets/{number}/send-back")
    desk.post(f"/tickets/{number}/send-back", version=version, reason="经过没有写清楚")

    assert status_of(number) == "in_progress"


CALL = {"channel": "human_call", "result": "reached", "contacted": "yes", "solved": "solved",
        "satisfaction": "satisfied"}  # fmt: skip


def test_a_content_requester_closes_the_ticket(as_):
    number = a_ticket_to_call_back(EARLIER)

    as_(OPERATOR).submit(f"/tickets/{number}/callback", **CALL)

    assert status_of(number) == "closed"


def test_a_callback_without_the_three_answers_names_each_and_keeps_the_words(as_):
    number = a_ticket_to_call_back(EARLIER)

    answer = as_(OPERATOR).submit(
        f"/tickets/{number}/callback", channel="human_call", result="reached", words="再等等看"
    )

    assert answer.status_code == 422
    assert "还差 3 处没填好" in answer.text
    assert "再等等看" in answer.text


def test_an_unsolved_ticket_cannot_be_closed_without_a_human_callback(as_):
    number = a_ticket_to_call_back(EARLIER, outcome=AnswerOutcome.NOT_SOLVED)

    answer = as_(OPERATOR).submit(f"/tickets/{number}/close", reason="办完了")

    assert answer.status_code == 409
    assert "100% 人工回访" in answer.text
    assert "城中政办〔2023〕19号 附件第113项" in answer.text
    assert status_of(number) == "callback_due"


def test_sending_an_answer_back_needs_a_reason(as_):
    number = an_answered_ticket(EARLIER)
    desk = as_(OPERATOR)

    assert desk.submit(f"/tickets/{number}/send-back", reason=" ").status_code == 422
    assert desk.submit(f"/tickets/{number}/send-back", reason="没有写结果").status_code == 200
    assert status_of(number) == "in_progress"


def test_the_words_of_a_report_are_for_those_who_handle_it(as_):
    number = a_dispatched_ticket(EARLIER, kind=TicketKind.REPORT, content="举报某窗口收取费用的事")

    assert "收取费用" in as_(OPERATOR).get(f"/tickets/{number}").text
    assert "收取费用" in as_(MARKET).get(f"/tickets/{number}").text
    assert "收取费用" not in as_("zhidu").get(f"/tickets/{number}").text


def test_the_administrator_reads_no_tickets(as_):
    number = a_ticket(EARLIER)

    assert as_("guanli").get(f"/tickets/{number}").status_code == 403


def test_an_act_that_does_not_exist_is_a_plain_404(as_):
    number = a_ticket(EARLIER)

    assert as_(OPERATOR).get(f"/tickets/{number}/fly").status_code == 404
    assert as_(OPERATOR).get("/tickets/LZ0000000000").status_code == 404


def rows_of_every_table():
    with work() as session:
        return {name: session.exec(select(func.count()).select_from(table)).one()
                for name, table in SQLModel.metadata.tables.items()}  # fmt: skip


# Who sees all of the house has hundreds of pages: a tenth of the quick suite.
ALL_EYES = [pytest.param(one, marks=pytest.mark.slow) for one in (OPERATOR, SUPERVISOR, "zhidu")]


@pytest.mark.parametrize("who", [MARKET, TAX, *ALL_EYES])
def test_looking_at_every_page_changes_nothing(as_, who):
    numbers = [a_signed_ticket(EARLIER), a_ticket_to_call_back(EARLIER), a_ticket(EARLIER)]
    desk = as_(who)
    before = rows_of_every_table(), [len(events_of(one)) for one in numbers]

    for path in every_page(desk):
        answer = desk.get(path)
        assert answer.status_code < 500, path

    assert (rows_of_every_table(), [len(events_of(one)) for one in numbers]) == before
    assert {one.event for number in numbers for one in events_of(number)} >= {"accept"}


def every_page(desk):
    seen, todo = set(), ["/"]
    while todo:
        path = todo.pop()
        # A file that leaves the house is written down in the audit log, and tested there.
        if path in seen or path.startswith("/static") or "/export/" in path:
            continue
        seen.add(path)
        answer = desk.get(path)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text), path
        assert "style=" not in answer.text, path
        assert not re.search(r"\son\w+=", answer.text), path
        todo += [one.replace("&amp;", "&") for one in re.findall(r'href="(/[^"#]*)"', answer.text)]
    return seen
