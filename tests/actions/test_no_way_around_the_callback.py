"""Row 113's 100 %: no way out of an answered, unresolved or unsatisfied ticket but a callback."""

import pytest

from engine.actions import callbacks, review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.endings import answer_on_the_spot, hand_to_emergency, merge, refuse
from engine.actions.step import Step
from engine.actions.unit_work import ReturnForm
from engine.errors import BadInputError, EngineError, RefusedTransitionError
from engine.models import Ticket
from engine.store import tickets as store
from engine.store.database import Database, work
from engine.terms import (
    AttemptResult,
    CallbackChannel,
    RefusalReason,
    ReturnReason,
    TicketKind,
)
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_callback,
    a_dispatched_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    on_ticket,
    status_of,
)

NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:30"
LATER = "Tue 2026-11-24 15:00"


def a_reworked_ticket_sent_back() -> str:
    """A help request: called back unhappily, reworked, answered again, sent back on review."""
    number = a_ticket_to_call_back(NOW, kind=TicketKind.HELP_REQUEST)
    call_back(number, NEXT, an_unhappy_callback())
    on_ticket(number, NEXT, MARKET, lambda step, one: unit_work.answer(step, one, an_answer()))
    on_ticket(number, NEXT, OPERATOR, lambda step, one: review.send_back(step, one, "没写清楚"))
    return number


def test_a_unit_that_has_answered_cannot_send_the_ticket_back(database: Database) -> None:
    number = a_reworked_ticket_sent_back()
    form = ReturnForm(
        reason=ReturnReason.OUTSIDE_DISTRICT, explanation="不归我管", legal_basis="三定"
    )

    with pytest.raises(RefusedTransitionError, match="已答复过"):
        on_ticket(number, NEXT, MARKET, lambda step, one: unit_work.request_return(step, one, form))


def spot(step: Step, ticket: Ticket) -> None:
    answer_on_the_spot(step, ticket, "已说明", confirmed=True)


def refused(step: Step, ticket: Ticket) -> None:
    refuse(step, ticket, RefusalReason.UNREASONABLE, "不合理")


def emergency(step: Step, ticket: Ticket) -> None:
    hand_to_emergency(step, ticket, "119")


@pytest.mark.parametrize(
    ("who", "way_out"), [(OPERATOR, spot), (SUPERVISOR, refused), (OPERATOR, emergency)],
    ids=["answered on the spot", "refused", "handed to an emergency line"],
)  # fmt: skip
def test_an_answered_ticket_has_no_way_out_without_a_callback(
    database: Database, who: str, way_out
) -> None:
    number = a_reworked_ticket_sent_back()

    with pytest.raises(EngineError):
        on_ticket(number, NEXT, who, way_out)

    assert status_of(number) == "in_progress"


def test_a_complaint_cannot_be_merged_into_a_milder_ticket(database: Database) -> None:
    complaint = a_ticket(NOW)
    help_request = a_ticket(NOW, kind=TicketKind.HELP_REQUEST)

    with pytest.raises(BadInputError, match="投诉不能并入求助"):
        on_ticket(complaint, NOW, OPERATOR, lambda step, one: merge(step, one, help_request))


def test_what_the_requester_told_a_robot_holds_when_a_person_is_declined(
    database: Database,
) -> None:
    number = a_ticket_to_call_back(NOW, kind=TicketKind.HELP_REQUEST)
    call_back(number, NEXT, an_unhappy_callback(channel=CallbackChannel.ROBOT_CALL))
    declined = a_callback(
        result=AttemptResult.DECLINED, contacted=None, solved=None, satisfaction=None
    )
    call_back(number, LATER, declined)

    with pytest.raises(RefusedTransitionError):
        on_ticket(number, LATER, OPERATOR, lambda step, one: callbacks.close(step, one, ""))

    assert status_of(number) == "callback_due"


def test_a_declined_callback_after_an_unhappy_word_can_be_reworked(database: Database) -> None:
    number = a_ticket_to_call_back(NOW, kind=TicketKind.HELP_REQUEST)
    call_back(number, NEXT, an_unhappy_callback(channel=CallbackChannel.ROBOT_CALL))
    declined = a_callback(
        result=AttemptResult.DECLINED, contacted=None, solved=None, satisfaction=None
    )
    call_back(number, LATER, declined)

    on_ticket(number, LATER, OPERATOR, lambda step, one: callbacks.order_rework(step, one, "无"))

    assert status_of(number) == "rework"


def test_a_complaint_dispatched_twice_still_takes_its_callback(database: Database) -> None:
    number = a_ticket_to_call_back(NOW)

    def again(step: Step, ticket: Ticket) -> None:
        unit = store.unit_by_name(step.session, FINANCE)
        dispatch(step, ticket, Dispatch(unit, (), "再派"))

    with pytest.raises(RefusedTransitionError):
        on_ticket(number, NEXT, OPERATOR, again)

    with work() as session:
        callback = store.last_callback(session, store.ticket_by_number(session, number))
        assert callback is not None
        assert callback.human_required


def test_a_ticket_that_carries_another_is_not_closed_on_the_telephone(database: Database) -> None:
    first = a_ticket(NOW, kind=TicketKind.HELP_REQUEST)
    second = a_ticket(NOW, kind=TicketKind.HELP_REQUEST)
    on_ticket(second, NOW, OPERATOR, lambda step, one: merge(step, one, first))

    with pytest.raises(RefusedTransitionError, match="并入"):
        on_ticket(first, NOW, OPERATOR, spot)


def test_an_emergency_names_its_line(database: Database) -> None:
    number = a_ticket(NOW)

    with pytest.raises(BadInputError, match="110"):
        on_ticket(number, NOW, OPERATOR, lambda step, one: hand_to_emergency(step, one, "随便写"))


def test_one_supervisor_alone_never_refuses_what_was_with_a_unit(database: Database) -> None:
    number = a_dispatched_ticket(NOW)
    form = ReturnForm(
        reason=ReturnReason.OUTSIDE_DISTRICT, explanation="不归我管", legal_basis="三定"
    )
    on_ticket(number, NOW, MARKET, lambda step, one: unit_work.request_return(step, one, form))
    upheld = review.Ruling(upheld=True, reason="理由成立")
    on_ticket(number, NOW, OPERATOR, lambda step, one: review.rule_on_return(step, one, upheld))

    with pytest.raises(RefusedTransitionError, match="另一人"):
        on_ticket(
            number, NOW, SUPERVISOR,
            lambda step, one: refuse(step, one, RefusalReason.EMERGENCY, "转 110"),
        )  # fmt: skip
