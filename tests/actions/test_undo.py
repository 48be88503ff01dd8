"""Taking back what was just logged: nothing has left, and nothing can be taken back too late."""

from datetime import timedelta

import pytest

from engine.actions import background, endings
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.undo import log_ticket, take_back, undo_open
from engine.errors import BadInputError, NotFoundError, NotPermittedError, RefusedTransitionError
from engine.store import desk_own
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ClockKind, TicketEvent, TicketKind, Urgency
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_new_ticket,
    an_account,
    doing,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import assignments_of, clock_of, event_names, events_of, last_event, mails_of

pytestmark = pytest.mark.usefixtures("database")
LOGGED = "Tue 2026-11-24 10:00"
AT = moment(LOGGED)
SOON, OVER = AT + timedelta(seconds=59), AT + timedelta(seconds=60)


def logged(who=OPERATOR, to_desk=False, **changes):
    new = a_new_ticket(**{"lead_unit": MARKET, **changes})
    made = doing(AT, who, lambda step: log_ticket(step, new, to_desk=to_desk))
    return made.ticket.number


def id_of(number):
    with work() as session:
        return store.ticket_by_number(session, number).id


def settings(**chosen):
    with work() as session:
        account = an_account(session).id
        desk_own.prefer(session, account, **{"shortcuts": True, "undo": True, **chosen})


def test_for_sixty_seconds_no_unit_hears_of_a_ticket():
    number = logged()

    assert background.tickets_to_route(10) == []
    assert background.held_over(SOON, 10) == []
    assert status_of(number) == "accepted"
    assert assignments_of(number) == []
    assert mails_of(number) == []
    assert clock_of(number, ClockKind.REQUESTER).started_at == AT


def test_afterwards_it_goes_to_whom_the_operator_chose_in_the_operators_name():
    number = logged(support_units=(TAX,))

    assert background.held_over(OVER, 10) == [id_of(number)]
    assert background.release_one(id_of(number), OVER) == "dispatched"

    assert status_of(number) == "dispatched"
    assert len(assignments_of(number)) == 2
    assert last_event(number, TicketEvent.DISPATCH).actor_name == "演示话务员"
    assert {mail.created_at for mail in mails_of(number)} == {OVER}
    assert background.held_over(OVER, 10) == []


def test_released_twice_or_by_two_machines_it_is_dispatched_once():
    number = logged()

    found = [background.release_one(id_of(number), OVER) for _ in range(3)]

    assert found == ["dispatched", "skipped", "skipped"]
    assert event_names(number).count("dispatch") == 1


def test_without_a_chosen_unit_routing_decides_after_the_window():
    number = logged(lead_unit="")

    background.release_one(id_of(number), OVER)

    assert status_of(number) in ("dispatched", "to_be_dispatched")
    assert [one.actor_name for one in events_of(number)][-1] == "系统"


def test_taken_back_it_is_void_for_ever_and_its_clocks_stand_still():
    number = logged()

    on_ticket(number, SOON, OPERATOR, take_back)
    background.release_one(id_of(number), OVER)

    assert status_of(number) == "voided"
    assert clock_of(number, ClockKind.REQUESTER).stopped_at == SOON
    assert mails_of(number) == []
    assert "H-81" in events_of(number)[-1].citation
    assert background.held_over(OVER, 10) == []


def test_a_second_too_late_it_cannot_be_taken_back_even_if_nobody_has_dispatched_it_yet():
    number = logged()

    with pytest.raises(RefusedTransitionError, match="已过撤回时间"):
        on_ticket(number, OVER, OPERATOR, take_back)
    assert status_of(number) == "accepted"


def test_once_a_colleague_has_dispatched_it_it_cannot_be_taken_back():
    number = logged()

    def by_hand(step, ticket):
        dispatch(step, ticket, Dispatch(store.unit_by_name(step.session, TAX), (), "急"))

    on_ticket(number, SOON, SUPERVISOR, by_hand)

    with pytest.raises(RefusedTransitionError, match="已派单"):
        on_ticket(number, SOON, OPERATOR, take_back)
    assert background.release_one(id_of(number), OVER) == "skipped"
    assert event_names(number).count("dispatch") == 1


def test_only_who_logged_it_or_a_supervisor_may_take_it_back():
    first, second = logged(who=SUPERVISOR), logged()

    with pytest.raises(NotPermittedError, match="登记的人或主管"):
        on_ticket(first, SOON, OPERATOR, take_back)
    on_ticket(second, SOON, SUPERVISOR, take_back)

    assert (status_of(first), status_of(second)) == ("accepted", "voided")


def test_what_is_urgent_goes_out_at_once():
    number = logged(urgency=Urgency.URGENT)

    assert status_of(number) == "dispatched"
    with pytest.raises(RefusedTransitionError):
        on_ticket(number, AT, OPERATOR, take_back)


def test_an_operator_who_switched_it_off_dispatches_at_once():
    settings(undo=False)

    assert status_of(logged()) == "dispatched"


def test_left_to_the_dispatchers_it_can_be_taken_back_too_and_is_never_routed():
    number = logged(to_desk=True)

    with work() as session:
        ticket = store.ticket_by_number(session, number)
        assert ticket.status == "to_be_dispatched"
    assert background.release_one(id_of(number), OVER) == "skipped"
    assert status_of(number) == "to_be_dispatched"
    assert on_ticket(number, SOON, OPERATOR, undo_open) is False


def test_a_unit_that_may_not_have_it_is_refused_at_once_and_nothing_is_logged():
    with pytest.raises(BadInputError, match=r"^被反映的单位"):
        logged(accused_unit=MARKET)
    with work() as session, pytest.raises(NotFoundError):
        store.ticket_by_number(session, "LZ2611240001")


def test_answered_within_the_window_it_is_closed_and_not_released():
    number = logged(kind=TicketKind.CONSULTATION)

    on_ticket(number, SOON, OPERATOR, lambda step, ticket: endings.answer_on_the_spot(
        step, ticket, "已告知办理地点", confirmed=True))  # fmt: skip
    background.release_one(id_of(number), OVER)

    assert status_of(number) == "closed"
    assert mails_of(number) == []


def test_what_cannot_be_released_is_set_aside_visibly():
    number = logged()
    with work() as session:
        ticket = store.ticket_by_number(session, number, lock=True)
        ticket.accused_unit_id = desk_own.held(session, ticket.id).lead_unit_id

    assert background.release_one(id_of(number), OVER) == background.SET_ASIDE

    assert background.set_aside()["tickets"] == [number]
    assert background.held_over(OVER, 10) == []
