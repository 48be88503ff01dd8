"""Work that breaks is set aside (搁置): it stops nothing behind it, is seen, and is tried again."""

import pytest
from sqlmodel import select, update

from engine.actions import background
from engine.actions.endings import propose_refusal
from engine.actions.evaluations import issue_evaluation_link
from engine.models import EvaluationLink, Ticket
from engine.store import desk_admin
from engine.store.database import work
from engine.terms import AsideWork, ClockKind, RefusalReason, TicketKind
from tests.actions.sweep_steps import in_progress
from tests.builders import (
    OPERATOR,
    a_ticket,
    a_ticket_to_call_back,
    moment,
    on_ticket,
)
from tests.looking import callbacks_of, clock_of, event_names, ticket_of

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
WINDOW_OVER = moment("Fri 2026-11-27 00:00")
SILENCE_OVER = moment("Fri 2026-11-27 00:00")
LONG_AGO = moment("Mon 2018-01-08 09:00")


def seen():
    with work() as session:
        return [(one.work, ticket.number) for one, ticket in
                desk_admin.health(session, WINDOW_OVER).set_aside]  # fmt: skip


def change(table, ticket, **values):
    with work() as session:
        session.exec(update(table).where(table.ticket_id == ticket_of(ticket).id).values(**values))


def a_link_to_close():
    number = a_ticket_to_call_back(NOW, kind=TicketKind.COMPLAINT)
    on_ticket(number, NOW, OPERATOR, issue_evaluation_link)
    return number


def close_windows():
    return [background.close_window(one, WINDOW_OVER)
            for one in background.windows_over(WINDOW_OVER, 100)]  # fmt: skip


def poison_window(number):
    """Put the link's end before every calendar: its callback's clock cannot be counted."""
    change(EvaluationLink, number, expires_at=LONG_AGO)


def test_one_poisoned_link_is_set_aside_and_the_others_are_closed():
    poisoned, healthy = a_link_to_close(), a_link_to_close()
    poison_window(poisoned)

    assert close_windows() == ["set_aside", "callback_owed"]
    assert clock_of(healthy, ClockKind.CALLBACK).started_at == WINDOW_OVER
    assert seen() == [(AsideWork.WINDOW, poisoned)]


def test_a_link_set_aside_keeps_its_window_and_is_not_tried_again_and_again():
    number = a_link_to_close()
    poison_window(number)
    close_windows()

    assert close_windows() == []
    with work() as session:
        (link,) = session.exec(select(EvaluationLink)).all()
    assert link.closed_at is None


def test_after_a_new_start_it_is_tried_again_and_succeeds_when_mended():
    number = a_link_to_close()
    poison_window(number)
    close_windows()
    change(EvaluationLink, number, expires_at=WINDOW_OVER)

    background.retry_set_aside()

    assert close_windows() == ["callback_owed"]
    assert seen() == []
    assert callbacks_of(number)[-1].next_attempt_at == moment("Fri 2026-11-27 09:00")


def test_setting_the_same_work_aside_twice_keeps_one_line():
    number = a_link_to_close()
    poison_window(number)
    (link,) = background.windows_over(WINDOW_OVER, 10)

    background.close_window(link, WINDOW_OVER)
    background.close_window(link, WINDOW_OVER)

    assert len(seen()) == 1


def a_proposed_refusal():
    number = a_ticket(NOW)
    on_ticket(number, NOW, OPERATOR, lambda step, ticket: propose_refusal(
        step, ticket, RefusalReason.IN_PETITION, "已进入信访程序"))  # fmt: skip
    return number


def deem_accepted():
    return [background.deem_accepted(one, SILENCE_OVER)
            for one in background.refusals_over(SILENCE_OVER, 100)]  # fmt: skip


def test_one_ticket_whose_time_cannot_be_told_is_set_aside_and_the_others_are_accepted():
    poisoned, healthy = a_proposed_refusal(), a_proposed_refusal()
    with work() as session:
        query = update(Ticket).where(Ticket.number == poisoned).values(accepted_at=LONG_AGO)
        session.exec(query)

    assert deem_accepted() == [False, True]
    assert event_names(healthy)[-1] == "note"
    assert seen() == [(AsideWork.SILENCE, poisoned)]
    assert deem_accepted() == []


def test_a_new_start_lets_clocks_and_routing_try_again_too():
    number = in_progress()
    with work() as session:
        ticket = session.get_one(Ticket, ticket_of(number).id)
        ticket.routing_error = "出错"
    clock = clock_of(number, ClockKind.HANDLING)
    background._set_clock_aside(clock.id, ValueError())

    background.retry_set_aside()

    assert clock_of(number, ClockKind.HANDLING).stuck_reason == ""
    assert ticket_of(number).routing_error == ""
