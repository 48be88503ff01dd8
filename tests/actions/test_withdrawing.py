"""A requester takes a matter back: ended where it may be, and nobody can be talked into it."""

import pytest
from sqlmodel import col, select

from engine.actions import callbacks, overseeing
from engine.actions.endings import merge
from engine.actions.withdrawing import WithdrawalForm, withdraw
from engine.errors import BadInputError, RefusedTransitionError
from engine.models import OutboxMessage
from engine.store.database import work
from engine.terms import CallbackChannel, ClockState, NoticeKind, TicketEvent, TicketKind
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answered_ticket,
    an_unhappy_callback,
    on_ticket,
    status_of,
)
from tests.looking import breaches_of, clocks_of, events_of

pytestmark = pytest.mark.usefixtures("database")
NOW, NEXT = "Mon 2026-11-23 09:00", "Tue 2026-11-24 09:30"
LATE = "Wed 2026-12-16 09:00"


def a_withdrawal(**changes):
    filled = {"words": "企业说已自行解决", "channel": CallbackChannel.HUMAN_CALL, **changes}
    return WithdrawalForm(**filled)


def withdraw_now(number, now=NEXT, who=OPERATOR, **changes):
    form = a_withdrawal(**changes)
    return on_ticket(number, now, who, lambda step, one: withdraw(step, one, form))


def mails_of(kind):
    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == kind)
        return session.exec(query.order_by(col(OutboxMessage.id))).all()


def test_a_matter_no_unit_has_had_ends_at_once_by_any_channel():
    number = a_ticket(NOW)

    assert withdraw_now(number, channel=CallbackChannel.WEB)
    assert status_of(number) == "withdrawn"
    assert {one.state for one in clocks_of(number)} == {ClockState.STOPPED}


def test_a_units_ticket_ends_by_a_persons_word_and_every_unit_in_hand_is_told_once():
    number = a_signed_ticket(NOW)

    assert withdraw_now(number)
    (mail,) = mails_of(NoticeKind.WITHDRAWN)
    assert "不必再办" in mail.subject
    assert "自行解决" not in mail.text + mail.html
    assert {one.state for one in clocks_of(number)} == {ClockState.STOPPED}


@pytest.mark.parametrize("channel", ["sms", "web", "robot_call"])
def test_a_units_ticket_does_not_end_by_a_machines_word_but_the_hotline_is_told(channel):
    number = a_signed_ticket(NOW)

    assert not withdraw_now(number, channel=CallbackChannel(channel))
    assert status_of(number) == "signed_for"
    assert events_of(number)[-1].event is TicketEvent.ASK_WITHDRAWAL
    (mail,) = mails_of(NoticeKind.DIGEST)
    assert "核实是否自愿" in mail.text
    assert withdraw_now(number)


def test_an_answered_ticket_cannot_be_withdrawn_past_its_callback():
    answered, called = an_answered_ticket(NOW), a_ticket_to_call_back(NOW)

    for number in (answered, called):
        with pytest.raises(RefusedTransitionError):
            withdraw_now(number)
    on_ticket(
        called, NEXT, OPERATOR,
        lambda step, one: callbacks.record_attempt(step, one, an_unhappy_callback()),
    )  # fmt: skip
    with pytest.raises(RefusedTransitionError):
        withdraw_now(called)


def test_a_supervised_ticket_that_was_answered_stays_too():
    number = a_ticket_to_call_back(NOW, kind=TicketKind.COMPLAINT)
    on_ticket(number, NEXT, SUPERVISOR, lambda step, one: callbacks.supervise(step, one, "督办"))

    with pytest.raises(RefusedTransitionError, match="须经回访"):
        withdraw_now(number)


def test_a_report_goes_on_whatever_the_requester_says():
    number = a_ticket(NOW, kind=TicketKind.REPORT)

    with pytest.raises(RefusedTransitionError, match="举报不因诉求人撤回而终止"):
        withdraw_now(number)


def test_a_ticket_that_stands_for_others_too_goes_on():
    number, other = a_ticket(NOW), a_ticket(NOW, phone="0772-0000001")
    on_ticket(other, NOW, OPERATOR, lambda step, one: merge(step, one, number))

    with pytest.raises(RefusedTransitionError, match="其他诉求并入"):
        withdraw_now(number)


def test_a_missed_limit_stays_on_record():
    number = a_dispatched_ticket(NOW)

    withdraw_now(number, LATE)

    assert breaches_of(number)


@pytest.mark.parametrize(("changes", "field"), [({"words": "  "}, "words"),
                                               ({"words": "字" * 501}, "words")])  # fmt: skip
def test_it_is_said_why(changes, field):
    number = a_ticket(NOW)

    with pytest.raises(BadInputError) as refused:
        withdraw_now(number, **changes)

    assert field in refused.value.fields


def test_an_outside_call_centre_names_the_person_who_heard_it():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(BadInputError, match="姓名或工号"):
        withdraw_now(number, who=None)
    assert withdraw_now(number, who=None, called_by="1024 号")


def test_units_never_withdraw_a_matter_themselves():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(Exception, match="不能"):
        withdraw_now(number, who=MARKET)


def test_nothing_more_happens_to_a_withdrawn_ticket():
    number = a_dispatched_ticket(NOW, FINANCE)
    withdraw_now(number)

    with pytest.raises(RefusedTransitionError):
        on_ticket(number, NEXT, SUPERVISOR, lambda step, one: overseeing.remind(step, one, "催"))
    with pytest.raises(RefusedTransitionError):
        withdraw_now(number)
