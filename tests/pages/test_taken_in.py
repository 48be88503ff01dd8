"""Files taken in where pages ask for them: a calendar, a reply to a letter; lists kept by name."""

import pytest

from engine.rules.calendar_files import load_provisional_year
from tests import files
from tests.actions.letter_steps import a_sent_letter, number_of
from tests.builders import MARKET, SUPERVISOR, a_signed_ticket
from tests.looking import event_names
from tests.pages.test_attachments import rows, send

EARLIER = "Tue 2026-11-24 09:00"
CSV = "日期,安排,名称\r\n" + "".join(
    f"{on},放假,节日\r\n" for on in load_provisional_year(2027).days_off
)
NOTICE = {"number": "试验〔2026〕1号", "dated": "2026-11-20", "region": "CN"}
REPLY = "已重新办理并向企业说明，责任人已约谈"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_calendar_comes_as_a_file_and_its_differences_are_shown_first(as_, coding):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")

    shown = send(desk, "/calendar/import", ("2027.csv", CSV.encode(coding)), text="", **NOTICE)
    change = desk.post("/calendar/import", text=desk_text(shown.text), send="1", **NOTICE)

    assert "还没有提交" in shown.text
    assert "2027-01-01" in shown.text
    assert "等另一位主管批准" in change.text


def desk_text(page):
    """Return the words the preview keeps to be sent on."""
    return page.split('name="text"')[1].split(">", 1)[1].split("</textarea>")[0].removeprefix("\n")


def test_a_file_that_is_no_calendar_is_refused_with_what_is_wrong(as_):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")

    answer = send(desk, "/calendar/import", ("x.pdf", files.PDF), text="", **NOTICE)

    assert answer.status_code == 422


def replying(as_, data=files.PDF, name="整改说明.pdf"):
    letter_id = a_sent_letter()
    unit = as_(MARKET)
    unit.get(f"/unit/letters/{letter_id}")
    sent = {"text": REPLY, "file_kind": "handling"}
    return letter_id, send(unit, f"/unit/letters/{letter_id}", (name, data), **sent)


def test_the_files_of_a_reply_to_a_letter_go_to_its_ticket(as_):
    letter_id, answer = replying(as_)

    assert "已回复" in answer.text
    assert [one.name for one in rows()] == ["整改说明.pdf"]
    assert event_names(number_of(letter_id))[-2:] == ["answer_letter", "attach"]
    assert "整改说明.pdf" in as_(SUPERVISOR).get(f"/tickets/{number_of(letter_id)}").text


def test_a_reply_with_a_file_that_may_not_come_is_not_filed_and_its_words_stay(as_):
    letter_id, answer = replying(as_, files.EXE, "说明.pdf")

    assert answer.status_code == 422
    assert REPLY in answer.text
    assert "还没有提交" in answer.text
    assert "answer_letter" not in event_names(number_of(letter_id))


def test_supervisors_keep_their_lists_under_a_name(as_):
    a_signed_ticket(EARLIER)
    desk = as_(SUPERVISOR)
    desk.get("/supervise/tickets?scope=open&kind=complaint")

    kept = desk.post(
        "/views",
        {"path": "/supervise/tickets", "query": "scope=open&kind=complaint", "name": "投诉"},
    )

    assert kept.url.path == "/supervise/tickets"
    assert 'aria-current="page">投诉</a>' in kept.text


def test_who_only_reads_is_led_from_the_desk_to_the_same_tickets(as_):
    answer = as_("zhidu").get("/desk?list=callback")

    assert answer.url.path == "/supervise/tickets"
    assert answer.url.query == b"scope=callback"
    assert answer.status_code == 200
