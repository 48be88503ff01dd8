"""The page on which an extension is decided: what it would bring, and when nothing is left to."""

from engine.actions import unit_work
from engine.actions.adjusting import request_extension
from engine.terms import AnswerOutcome
from tests.builders import MARKET, SUPERVISOR, a_signed_ticket, on_ticket

NOW = "Tue 2026-11-24 09:00"
ANSWER = unit_work.AnswerForm(
    outcome=AnswerOutcome.SOLVED, text="已到现场核实并办结，诉求人认可。", contacted=True
)


def asked():
    number = a_signed_ticket(NOW)
    on_ticket(number, NOW, MARKET, lambda s, t: request_extension(s, t, 1, "需现场检测"))
    return number


def test_who_decides_sees_who_asked_and_until_when_it_would_run(as_):
    asked()

    page = as_(SUPERVISOR).get("/supervise/extensions/1").text

    assert "同意后到期" in page
    assert "12月9日（周三）" in page
    assert "区市场监管局演示承办人，" in page
    assert "答复诉求人" in page


def test_what_was_answered_needs_no_extension_any_more_and_waits_nowhere(as_):
    number = asked()
    desk = as_(SUPERVISOR)
    assert "/supervise/extensions/1" in desk.get("/supervise/approvals?kind=extensions").text

    on_ticket(number, NOW, MARKET, lambda s, t: unit_work.answer(s, t, ANSWER))

    assert "/supervise/extensions/1" not in desk.get("/supervise/approvals?kind=extensions").text
    page = desk.get("/supervise/extensions/1").text
    assert "这份申请不用再批" in page
    assert "同意延期</button>" not in page
