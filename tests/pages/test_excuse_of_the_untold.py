"""A unit that no mail told of a ticket: the excuse is laid ready, whichever limit it missed."""

import pytest

from engine.actions import unit_work
from engine.actions.overseeing import remind
from engine.terms import ClockKind, NoticeKind
from tests.actions.test_incoming_mail import a_bounce, file
from tests.builders import MARKET, SUPERVISOR, a_dispatched_ticket, on_ticket
from tests.looking import breaches_of, events_of, mails_of, send_mails, sweep
from tests.pages.test_exports import export, sheet

pytestmark = pytest.mark.usefixtures("database", "var")
EARLY, CALLED = "Mon 2026-11-02 09:00", "Thu 2026-11-05 09:00"
SIGN_OVER, OVER = "Wed 2026-11-04 00:01", "Tue 2026-11-17 00:01"


def late(kind, *, bounces=True, calls=False, then=lambda number: None):
    """A ticket all of whose limits were missed, and its breach of a kind; `then`: on the 5th."""
    number = a_dispatched_ticket(EARLY)
    send_mails(EARLY)
    if bounces:
        assert file(a_bounce(mails_of(number)[0]), EARLY) == "bounced"
    sweep(SIGN_OVER)
    if calls:
        on_ticket(number, CALLED, MARKET, unit_work.first_contact)
    then(number)
    sweep(OVER)
    return number, next(one for one in breaches_of(number) if one.kind is kind)


def proof_of(breach, as_):
    return as_(SUPERVISOR).get(f"/supervise/breaches/{breach.id}").text


def test_the_answer_a_unit_owed_that_was_never_told_has_its_excuse_laid_ready(as_):
    number, breach = late(ClockKind.HANDLING)

    page = proof_of(breach, as_)

    (seq,) = [one.seq for one in events_of(number) if one.event.value == "undelivered"]
    assert 'value="excused" checked' in page
    assert "派单通知没有送达，单位在时限内无从知道这件工单。</textarea>" in page
    assert f"事件第{seq}号</textarea>" in page


@pytest.mark.parametrize("how", [{"bounces": False}, {"calls": True}])
def test_one_that_was_told_or_worked_on_it_all_the_same_has_none(as_, how):
    _, breach = late(ClockKind.HANDLING, **how)

    assert 'value="excused" checked' not in proof_of(breach, as_)


def reminded(number, *, bounces=False):
    on_ticket(number, CALLED, SUPERVISOR, lambda step, ticket: remind(step, ticket, "请尽快办理"))
    send_mails(CALLED)
    if bounces:
        for mail in mails_of(number, NoticeKind.REMINDER):
            assert file(a_bounce(mail, mail.recipient), CALLED) == "bounced"


@pytest.mark.parametrize(("bounces", "laid"), [(False, False), (True, True)])
def test_nor_has_one_that_a_reminder_reached_before_the_limit_of_its_answer(as_, bounces, laid):
    _, breach = late(ClockKind.HANDLING, then=lambda one: reminded(one, bounces=bounces))

    assert ('value="excused" checked' in proof_of(breach, as_)) is laid


def test_a_reminder_after_the_limit_to_sign_was_over_told_nobody_in_time(as_):
    _, breach = late(ClockKind.SIGN_FOR, then=reminded)

    assert 'value="excused" checked' in proof_of(breach, as_)


def test_what_is_laid_ready_says_that_the_system_wrote_it_and_leads_to_the_event(as_):
    number, breach = late(ClockKind.HANDLING)

    page = proof_of(breach, as_)

    (seq,) = [one.seq for one in events_of(number) if one.event.value == "undelivered"]
    assert "系统按事实拟" in page
    assert f'href="/tickets/{number}#e{seq}">事件第{seq}号</a>' in page
    assert f'<li id="e{seq}"' in as_(SUPERVISOR).get(f"/tickets/{number}").text


def test_nor_has_the_hotline_for_what_it_owes_itself(as_):
    _, breach = late(ClockKind.REQUESTER)

    assert 'value="excused" checked' not in proof_of(breach, as_)


@pytest.mark.parametrize(("bounces", "state"), [(True, "送达失败"), (False, "已发出")])
def test_the_export_says_what_became_of_the_mail_of_the_assignment(as_, bounces, state):
    late(ClockKind.HANDLING, bounces=bounces)
    send_mails(OVER)

    _, rows = sheet(export(as_(SUPERVISOR), "breaches"))

    said = {row["时限"]: row["通知送达"] for row in rows}
    assert said["签收时限"].startswith(f"派单通知 {state} 1；预警催办 ")
    assert said["承办时限"].startswith(f"派单通知 {state} 1；预警催办 ")
    assert said["诉求人时限"].startswith("预警催办 ")
