"""Handing a ticket to its units: one lead, its supports, their clocks, one mail each."""

import pytest

from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.endings import hand_to_emergency
from engine.actions.routing import route_ticket
from engine.errors import NotPermittedError, RefusedTransitionError
from engine.store import tickets as store
from engine.terms import (
    AssignmentRole,
    ClockKind,
    ClockState,
    NoticeKind,
    TicketEvent,
    TicketKind,
    TicketStatus,
    Urgency,
)
from tests.builders import (
    FINANCE,
    LICENCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    day,
    doing,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import (
    assignments_of,
    clock_of,
    clocks_of,
    event_names,
    last_event,
    mails_of,
    send_mails,
    ticket_of,
    unit_named,
)

NOW = "Mon 2026-11-23 09:00"
pytestmark = pytest.mark.usefixtures("database")


def hand_over(number, now, who, lead, supports=(), event=TicketEvent.DISPATCH):
    def what(step, ticket):
        units = [store.unit_by_name(step.session, name) for name in supports]
        order = Dispatch(
            store.unit_by_name(step.session, lead), tuple(units), "测试派单", (), event
        )
        dispatch(step, ticket, order)

    on_ticket(number, now, who, what)


def test_a_ticket_has_one_lead_and_its_supports():
    number = a_ticket(NOW)

    hand_over(number, NOW, OPERATOR, MARKET, (TAX, FINANCE, MARKET))

    roles = [(one.role, one.unit_id) for one in assignments_of(number)]
    assert roles == [
        (AssignmentRole.LEAD, unit_named(MARKET).id),
        (AssignmentRole.ASSISTING, unit_named(TAX).id),
        (AssignmentRole.ASSISTING, unit_named(FINANCE).id),
    ]


def test_dispatch_starts_sign_for_handling_and_assisting_clocks():
    number = a_ticket(NOW)

    hand_over(number, NOW, OPERATOR, MARKET, (TAX,))

    due = {clock.kind: clock.due_on for clock in clocks_of(number)}
    assert due == {
        ClockKind.REQUESTER: day("Mon 2026-12-07"),
        ClockKind.SIGN_FOR: day("Tue 2026-11-24"),
        ClockKind.HANDLING: day("Mon 2026-12-07"),
        ClockKind.ASSISTING: day("Tue 2026-12-01"),
    }


def test_an_urgent_ticket_is_signed_for_in_minutes_even_on_a_holiday():
    number = a_dispatched_ticket("Thu 2026-10-01 09:00", urgency=Urgency.URGENT)

    assert clock_of(number, ClockKind.SIGN_FOR).due_at == moment("Thu 2026-10-01 09:30")


def test_the_unit_is_mailed_once_with_everything_it_must_know():
    number = a_dispatched_ticket(NOW)

    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    told = (number, "投诉", "一般", "主办", "12月7日（周一）", "11月24日", "签收截止", "退单截止",
            f"/tickets/{number}")  # fmt: skip
    assert [words for words in told if words not in mail.text] == []
    assert mail.recipient == "shijianguan@demo.invalid"


def test_an_assisting_unit_is_mailed_its_own_share():
    number = a_ticket(NOW)

    hand_over(number, NOW, OPERATOR, MARKET, (TAX,))

    (mail,) = mails_of(number, NoticeKind.ASSISTING)
    assert mail.recipient == "shuiwu@demo.invalid"
    assert "协办" in mail.text
    assert "12月1日（周二）" in mail.text


def test_praise_is_dispatched_without_a_deadline():
    number = a_dispatched_ticket(NOW, kind=TicketKind.PRAISE)

    assert [clock.kind for clock in clocks_of(number)] == [ClockKind.SIGN_FOR]
    (mail,) = mails_of(number)
    assert "None" not in mail.subject + mail.text + mail.html


def test_a_dispatched_ticket_is_not_dispatched_again_by_an_operator():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="已派单"):
        hand_over(number, NOW, OPERATOR, TAX)


def test_a_supervisor_moves_it_to_another_unit_and_the_first_ones_clocks_stop():
    number = a_signed_ticket(NOW)

    hand_over(number, "Tue 2026-11-24 10:00", SUPERVISOR, TAX, event=TicketEvent.REDISPATCH)

    first, second = assignments_of(number)
    assert (first.ended_at, second.ended_at) == (moment("Tue 2026-11-24 10:00"), None)
    states = [clock.state for clock in clocks_of(number, ClockKind.HANDLING)]
    assert states == [ClockState.STOPPED, ClockState.RUNNING]
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Tue 2026-12-08")
    assert clock_of(number, ClockKind.REQUESTER).due_on == day("Mon 2026-12-07")


def test_an_operator_does_not_take_a_ticket_from_a_unit():
    number = a_signed_ticket(NOW)

    with pytest.raises(NotPermittedError, match="改派"):
        hand_over(number, NOW, OPERATOR, TAX, event=TicketEvent.REDISPATCH)


def test_a_refused_dispatch_leaves_no_trace():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(RefusedTransitionError):
        hand_over(number, NOW, OPERATOR, TAX)

    assert len(assignments_of(number)) == 1
    assert len(mails_of(number)) == 1


def test_routing_dispatches_or_holds_and_says_why():
    number = a_ticket(NOW)

    outcome = doing(NOW, None, lambda step: route_ticket(step, ticket_of(number).id))

    ticket = ticket_of(number)
    wanted = {"dispatched": TicketStatus.DISPATCHED, "held": TicketStatus.TO_BE_DISPATCHED}
    assert ticket.status is wanted[outcome]
    assert event_names(number)[1] in ("dispatch", "hold_for_dispatch")


def test_routing_the_same_ticket_twice_changes_nothing():
    number = a_ticket(NOW)
    doing(NOW, None, lambda step: route_ticket(step, ticket_of(number).id))
    before = event_names(number)

    again = doing(NOW, None, lambda step: route_ticket(step, ticket_of(number).id))

    assert again == "skipped"
    assert event_names(number) == before


def test_a_matter_of_no_listed_unit_waits_for_a_person_with_proposals():
    number = a_ticket(NOW, content="你好你好你好，请帮忙看看")

    outcome = doing(NOW, None, lambda step: route_ticket(step, ticket_of(number).id))

    assert outcome == "held"
    event = last_event(number, TicketEvent.HOLD_FOR_DISPATCH)
    assert event.reason
    assert len(event.details["candidates"]) <= 3


def test_routing_never_sends_a_ticket_to_the_unit_it_accuses():
    number = a_ticket(NOW, content=LICENCE, accused_unit=MARKET)

    doing(NOW, None, lambda step: route_ticket(step, ticket_of(number).id))

    accused = unit_named(MARKET).id
    assert accused not in {one.unit_id for one in assignments_of(number)}


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        (TicketKind.COMPLAINT, "，店里有人持刀威胁我们", "紧急事项"),
        (TicketKind.COMPLAINT, "。另外我要举报他们虚假注册", "既投诉又举报"),
    ],
)
def test_what_has_another_way_out_before_dispatch_waits_for_a_person(kind, said, why):
    number = a_ticket(NOW, kind=kind, content=LICENCE + said)

    outcome = doing(NOW, None, lambda step: route_ticket(step, ticket_of(number).id))

    assert outcome == "held"
    assert why in last_event(number, TicketEvent.HOLD_FOR_DISPATCH).reason


def test_an_emergency_found_by_the_unit_leaves_it_and_the_unit_is_told():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)

    on_ticket(number, NOW, OPERATOR, lambda step, t: hand_to_emergency(step, t, "119 消防"))

    assert status_of(number) == "handed_to_emergency"
    (mail,) = mails_of(number, NoticeKind.WITHDRAWN)
    assert "已转紧急热线处置，不必再办" in mail.subject
