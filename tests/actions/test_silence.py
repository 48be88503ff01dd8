"""Silence accepts (H-35): a refusal nobody decides in three working days can't be made later."""

import pytest

from engine.actions import background
from engine.actions.endings import hand_to_emergency, propose_refusal, refuse
from engine.errors import RefusedTransitionError
from engine.terms import RefusalReason, TicketEvent
from tests.builders import OPERATOR, SUPERVISOR, a_ticket, moment, on_ticket, status_of
from tests.looking import event_names, last_event

pytestmark = pytest.mark.usefixtures("database")
NOW = "Fri 2026-11-20 10:00"
IN_TIME = "Wed 2026-11-25 23:59"
OVER = "Thu 2026-11-26 00:00"
REASON = RefusalReason.IN_PETITION


def propose(number, now=NOW):
    on_ticket(number, now, OPERATOR, lambda step, ticket: propose_refusal(
        step, ticket, REASON, "已进入信访程序"))  # fmt: skip


def decide(number, now, reason=REASON):
    on_ticket(number, now, SUPERVISOR,
              lambda step, ticket: refuse(step, ticket, reason, "请向信访机关查询"))  # fmt: skip


def settle(now):
    at = moment(now)
    return [background.deem_accepted(one, at) for one in background.refusals_over(at, 100)]


def test_a_refusal_decided_in_time_stands():
    number = a_ticket(NOW)
    propose(number)

    decide(number, IN_TIME)

    assert status_of(number) == "refused"


def test_after_three_working_days_it_counts_as_accepted():
    number = a_ticket(NOW)
    propose(number)

    with pytest.raises(RefusedTransitionError, match="视为受理"):
        decide(number, OVER)
    with pytest.raises(RefusedTransitionError, match="视为受理"):
        propose(number, OVER)

    assert status_of(number) == "accepted"


def test_the_silence_is_recorded_once_with_its_true_time():
    number = a_ticket(NOW)
    propose(number)
    assert settle(IN_TIME) == []

    assert settle("Mon 2026-11-30 09:00") == [True]
    assert settle("Mon 2026-11-30 09:01") == []

    details = last_event(number, TicketEvent.NOTE).details
    assert details["deemed_accepted"] == moment(OVER).isoformat()


def test_without_a_proposal_there_is_nothing_to_record():
    number = a_ticket(NOW)

    assert settle(OVER) == []
    assert event_names(number) == ["accept"]


def test_an_emergency_leaves_whenever_it_is_seen():
    number = a_ticket(NOW)

    on_ticket(number, "Mon 2026-11-30 09:00", OPERATOR,
              lambda step, ticket: hand_to_emergency(step, ticket, "119"))  # fmt: skip

    assert status_of(number) == "handed_to_emergency"
