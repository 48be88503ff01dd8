"""Nobody gets fresh days by being given what it has, nor what it rightly sent back."""

import pytest

from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.overseeing import redispatch
from engine.errors import BadInputError, RefusedTransitionError
from engine.rules.returns import refused_to_the_returner, refused_to_the_same
from engine.store.tickets import unit_by_name
from engine.terms import AssignmentRole, ClockKind, NoticeKind
from tests.actions.return_steps import NEXT, NOW, rule, send_back
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    on_ticket,
    status_of,
)
from tests.looking import (
    assignments_of,
    clocks_of,
    event_names,
    events_of,
    mails_of,
    send_mails,
    unit_named,
)

pytestmark = pytest.mark.usefixtures("database")


def give(number, lead=MARKET, *supports, now=NEXT):
    def what(step, ticket):
        helping = tuple(unit_by_name(step.session, one) for one in supports)
        redispatch(step, ticket, unit_by_name(step.session, lead), helping, "调整")

    on_ticket(number, now, SUPERVISOR, what)


def send_to(number, lead, who=OPERATOR, now=NEXT):
    on_ticket(number, now, who, lambda step, ticket: dispatch(
        step, ticket, Dispatch(unit_by_name(step.session, lead), (), "派"))
    )  # fmt: skip


def limits(number):
    return [(one.kind, one.due_at, one.stopped_at) for one in clocks_of(number)
            if one.kind is not ClockKind.ASSISTING]  # fmt: skip


def assisting(number):
    return {one.unit_id for one in assignments_of(number)
            if one.role is AssignmentRole.ASSISTING and one.ended_at is None}  # fmt: skip


def test_a_ticket_is_not_moved_to_the_unit_that_has_it():
    number = a_signed_ticket(NOW)
    before = limits(number)

    with pytest.raises(RefusedTransitionError, match=r"已是主办单位.*时限也不重新起算"):
        give(number)

    assert limits(number) == before
    assert status_of(number) == "signed_for"


def test_other_supports_leave_the_lead_its_ticket_and_its_limits():
    number = a_signed_ticket(NOW)
    before = limits(number)

    give(number, MARKET, TAX)

    assert limits(number) == before
    assert status_of(number) == "signed_for"
    assert assisting(number) == {unit_named(TAX).id}
    assert len(mails_of(number, NoticeKind.ASSISTING)) == 1
    assert len(mails_of(number, NoticeKind.ASSIGNMENT)) == 1
    assert "redispatch" not in event_names(number)
    assert events_of(number)[-1].reason == (
        f"主办单位和时限不变，加派协办：{unit_named(TAX).name}。调整"
    )


def test_a_support_that_is_exchanged_is_told_and_its_limit_ends():
    number = a_signed_ticket(NOW)
    give(number, MARKET, TAX)
    send_mails(NEXT)

    give(number, MARKET, FINANCE)

    assert assisting(number) == {unit_named(FINANCE).id}
    (told,) = mails_of(number, NoticeKind.WITHDRAWN)
    assert told.unit_id == unit_named(TAX).id
    running = [one for one in clocks_of(number, ClockKind.ASSISTING) if one.stopped_at is None]
    assert [one.unit_id for one in running] == [unit_named(FINANCE).id]


def test_the_same_supports_again_are_refused():
    number = a_signed_ticket(NOW)
    give(number, MARKET, TAX)

    with pytest.raises(RefusedTransitionError, match="已是主办单位"):
        give(number, MARKET, TAX)


def test_a_return_is_not_upheld_to_leave_the_ticket_with_its_returner():
    number = a_signed_ticket(NOW)
    send_back(number)

    with pytest.raises(BadInputError, match="退单已经获准") as refused:
        rule(number, NEXT, upheld=True, lead=MARKET)

    assert "lead" in refused.value.fields
    assert status_of(number) == "returned"


def test_after_an_upheld_return_an_operator_cannot_send_it_back_to_the_returner():
    number = a_signed_ticket(NOW)
    send_back(number)
    rule(number, NEXT, upheld=True)

    with pytest.raises(RefusedTransitionError, match="由主管写明理由派单"):
        send_to(number, MARKET)
    send_to(number, TAX)

    assert status_of(number) == "dispatched"


def test_a_supervisor_who_answers_for_it_may():
    number = a_signed_ticket(NOW)
    send_back(number)
    rule(number, NEXT, upheld=True)

    send_to(number, MARKET, who=SUPERVISOR)

    assert status_of(number) == "dispatched"


@pytest.mark.parametrize(("supports", "now", "refused"), [
    ((), (), True), ((), (2,), True), ((2,), (2,), True), ((2, 3), (3, 2), True),
    ((2,), (), False), ((2,), (3,), False),
])  # fmt: skip
def test_only_other_supports_make_it_another_order(supports, now, refused):
    assert bool(refused_to_the_same("甲局", supports, now)) is refused


@pytest.mark.parametrize(("upheld", "decides", "refused"), [
    (True, False, True), (True, True, False), (False, False, False), (False, True, False),
])  # fmt: skip
def test_only_an_upheld_return_bars_the_returner(upheld, decides, refused):
    assert bool(refused_to_the_returner("甲局", upheld=upheld, decides=decides)) is refused
