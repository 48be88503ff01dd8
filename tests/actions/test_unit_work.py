"""What a unit does with its ticket: sign, contact, answer, assist; each kind, each refusal."""

import pytest

from engine.actions import unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.errors import BadInputError, NotPermittedError, RefusedTransitionError
from engine.store import tickets as store
from engine.terms import (
    AnswerOutcome,
    ClockKind,
    ClockState,
    TicketEvent,
    TicketKind,
    TicketStatus,
)
from tests.builders import (
    MARKET,
    OPERATOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    call_back,
    day,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import (
    answers_of,
    assignments_of,
    breaches_of,
    clock_of,
    event_names,
    last_event,
)

NOW = "Mon 2026-11-23 09:00"
pytestmark = pytest.mark.usefixtures("database")


def answer(number, now, who=MARKET, **changes):
    on_ticket(number, now, who, lambda step, t: unit_work.answer(step, t, an_answer(**changes)))


def with_support(now=NOW):
    number = a_ticket(now)

    def what(step, ticket):
        lead, support = (store.unit_by_name(step.session, name) for name in (MARKET, TAX))
        dispatch(step, ticket, Dispatch(lead, (support,), "测试"))

    on_ticket(number, now, OPERATOR, what)
    return number


def test_signing_stops_its_clock_and_starts_first_contact():
    number = a_signed_ticket(NOW)

    assert clock_of(number, ClockKind.SIGN_FOR).state is ClockState.STOPPED
    assert clock_of(number, ClockKind.FIRST_CONTACT).due_on == day("Tue 2026-11-24")
    assert assignments_of(number)[0].signed_at == moment(NOW)


def test_signing_twice_is_refused():
    number = a_signed_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="已签收"):
        on_ticket(number, NOW, MARKET, unit_work.sign_for)


def test_another_units_handler_does_not_sign():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(NotPermittedError, match="不在您单位"):
        on_ticket(number, NOW, TAX, unit_work.sign_for)


def test_an_operator_does_not_sign_for_a_unit():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(NotPermittedError):
        on_ticket(number, NOW, OPERATOR, unit_work.sign_for)


def test_an_assisting_unit_signs_its_own_slip_only():
    number = with_support()

    on_ticket(number, NOW, TAX, unit_work.sign_for)

    lead, support = assignments_of(number)
    assert (lead.signed_at, support.signed_at) == (None, moment(NOW))
    assert status_of(number) == "dispatched"


def test_first_contact_puts_the_ticket_in_progress():
    number = a_signed_ticket(NOW)

    on_ticket(number, NOW, MARKET, unit_work.first_contact)

    assert status_of(number) == "in_progress"
    assert clock_of(number, ClockKind.FIRST_CONTACT).state is ClockState.STOPPED


def test_an_unsigned_ticket_cannot_be_answered():
    number = a_dispatched_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="已派单"):
        answer(number, NOW)


def test_a_requester_who_was_never_contacted_is_not_answered():
    number = a_signed_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="首次联系"):
        answer(number, NOW, contacted=False)


def test_an_answer_after_first_contact_needs_no_second_tick():
    number = a_signed_ticket(NOW)
    on_ticket(number, NOW, MARKET, unit_work.first_contact)

    answer(number, NOW, contacted=False)

    assert status_of(number) == "answered"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("text", {"text": "已办。"}),
        ("legal_basis", {"outcome": AnswerOutcome.NOT_SOLVED}),
    ],
)
def test_an_answer_without_substance_is_refused_with_its_field(field, changes):
    number = a_signed_ticket(NOW)

    with pytest.raises(BadInputError) as error:
        answer(number, NOW, **changes)
    assert list(error.value.fields) == [field]


def test_an_answer_stops_both_answering_clocks_and_starts_review():
    number = a_signed_ticket(NOW)

    answer(number, "Tue 2026-11-24 15:00")

    for kind in (ClockKind.HANDLING, ClockKind.REQUESTER):
        assert clock_of(number, kind).stopped_at == moment("Tue 2026-11-24 15:00")
    assert clock_of(number, ClockKind.REVIEW).due_on == day("Wed 2026-11-25")
    assert answers_of(number)[0].outcome is AnswerOutcome.SOLVED


def test_the_answer_itself_is_not_written_into_the_history():
    number = a_signed_ticket(NOW)

    answer(number, NOW, text="诉求人测试甲已到窗口领证。")

    assert "测试甲" not in str(last_event(number, TicketEvent.ANSWER).model_dump())


def test_an_answer_one_second_before_midnight_of_the_due_day_is_in_time():
    number = a_signed_ticket(NOW)

    answer(number, "Mon 2026-12-07 23:59:59")

    late = {breach.kind for breach in breaches_of(number)}
    assert not late & {ClockKind.HANDLING, ClockKind.REQUESTER}


def test_an_answer_at_midnight_is_a_breach_even_if_no_sweep_saw_it():
    number = a_signed_ticket(NOW)

    answer(number, "Tue 2026-12-08 00:00")

    kinds = {breach.kind: (breach.true_at, breach.detected_at) for breach in breaches_of(number)}
    late = (moment("Tue 2026-12-08 00:00"), moment("Tue 2026-12-08 00:00"))
    assert kinds[ClockKind.HANDLING] == kinds[ClockKind.REQUESTER] == late
    assert last_event(number, TicketEvent.BREACH).actor_name == "系统"


def test_an_assisting_unit_files_its_opinion_and_its_clock_stops():
    number = with_support()

    on_ticket(number, NOW, TAX, lambda step, t: unit_work.assist_reply(step, t, "同意主办意见。"))

    assert assignments_of(number)[1].opinion == "同意主办意见。"
    assert clock_of(number, ClockKind.ASSISTING).state is ClockState.STOPPED
    assert clock_of(number, ClockKind.HANDLING).state is ClockState.RUNNING


def test_a_lead_unit_files_no_assisting_opinion():
    number = with_support()

    with pytest.raises(NotPermittedError, match="协办"):
        on_ticket(number, NOW, MARKET, lambda step, t: unit_work.assist_reply(step, t, "意见"))


def test_an_empty_opinion_is_refused():
    number = with_support()

    with pytest.raises(BadInputError):
        on_ticket(number, NOW, TAX, lambda step, t: unit_work.assist_reply(step, t, " "))


@pytest.mark.parametrize("kind", TicketKind)
def test_a_ticket_of_every_kind_can_live_its_whole_life(kind):
    number = a_ticket_to_call_back(NOW, kind=kind)

    call_back(number, "Tue 2026-11-24 10:00", a_callback())

    assert status_of(number) == TicketStatus.CLOSED.value
    assert event_names(number)[-1] == "close"
