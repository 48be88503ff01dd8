"""清欠 (row 91): a person looks or calls, whatever the link or a robot says."""

import pytest

from engine.actions.evaluations import Evaluation, evaluate_by_link, issue_evaluation_link
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import AnswerOutcome, CallbackChannel, Satisfaction, TicketKind
from tests.builders import (
    OPERATOR,
    a_callback,
    a_ticket_to_call_back,
    call_back,
    doing,
    on_ticket,
    status_of,
)
from tests.looking import callbacks_of

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:00"


def issue(number):
    return on_ticket(number, NOW, OPERATOR, issue_evaluation_link)


def say(secret):
    told = Evaluation(
        contacted=True, solved=AnswerOutcome.SOLVED, satisfaction=Satisfaction.SATISFIED
    )
    doing(NEXT, None, lambda step: evaluate_by_link(step, secret, told))


def arrears(now=NOW):
    """Return an answered help request that was dispatched under row 91 (清欠)."""
    number = a_ticket_to_call_back(now, kind=TicketKind.HELP_REQUEST)
    with work() as session:
        store.ticket_by_number(session, number, lock=True).task_rows = [91]
    return number


def test_arrears_are_verified_by_a_person_whatever_the_link_says():
    number = arrears()

    say(issue(number).secret)

    assert status_of(number) == "callback_due"
    assert "第 91 项" in callbacks_of(number)[-1].why


@pytest.mark.parametrize(
    ("channel", "status"),
    [
        (CallbackChannel.FIELD_VERIFICATION, "closed"),
        (CallbackChannel.HUMAN_CALL, "closed"),
        (CallbackChannel.ROBOT_CALL, "callback_due"),
        (CallbackChannel.SMS, "callback_due"),
    ],
)
def test_arrears_take_a_look_or_a_persons_call(channel, status):
    number = arrears()

    call_back(number, NEXT, a_callback(channel=channel))

    assert status_of(number) == status
