"""Sending a ticket back: until when, how often, who rules, and what the panel settles."""

import pytest

from engine.errors import BadInputError, NotPermittedError, RefusedTransitionError
from engine.terms import (
    ClockKind,
    ClockState,
    NoticeKind,
    ReturnRuling,
)
from tests.actions.return_steps import NEXT, NOW, rule, send_back
from tests.builders import (
    MARKET,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    day,
    status_of,
)
from tests.looking import (
    assignments_of,
    clock_of,
    clocks_of,
    mails_of,
    ticket_of,
)

pytestmark = pytest.mark.usefixtures("database")


def test_a_unit_may_return_until_the_last_second_of_the_next_working_day():
    number = a_signed_ticket(NOW)

    send_back(number, "Tue 2026-11-24 23:59:59")

    assert status_of(number) == "returned"


def test_a_return_at_midnight_is_too_late():
    number = a_signed_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="已过退单时限"):
        send_back(number, "Wed 2026-11-25 00:00")


def test_the_window_of_a_friday_dispatch_reaches_to_monday():
    number = a_signed_ticket("Fri 2026-11-27 17:00")

    send_back(number, "Mon 2026-11-30 23:59")

    assert status_of(number) == "returned"


def test_the_window_before_national_day_closes_on_the_first_working_day_after_it():
    number = a_signed_ticket("Wed 2026-09-30 17:00")

    send_back(number, "Thu 2026-10-08 23:59:59")

    assert status_of(number) == "returned"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("explanation", {"explanation": " "}),
        ("legal_basis", {"legal_basis": ""}),
        ("suggested_unit", {"suggested_unit": ""}),
    ],
)
def test_a_return_without_reason_basis_or_suggestion_names_the_field(field, changes):
    number = a_signed_ticket(NOW)

    with pytest.raises(BadInputError) as error:
        send_back(number, **changes)
    assert list(error.value.fields) == [field]


def test_a_unit_does_not_suggest_itself():
    number = a_signed_ticket(NOW)

    with pytest.raises(BadInputError, match="不能是您单位自己") as error:
        send_back(number, suggested_unit=MARKET)
    assert list(error.value.fields) == ["suggested_unit"]
    assert status_of(number) == "signed_for"


def test_only_the_lead_unit_returns():
    number = a_signed_ticket(NOW)

    with pytest.raises(NotPermittedError):
        send_back(number, who=TAX)


def test_a_return_waits_for_a_ruling_of_one_working_day():
    number = a_signed_ticket(NOW)

    send_back(number)

    assert clock_of(number, ClockKind.RETURN_RULING).due_on == day("Tue 2026-11-24")
    assert clock_of(number, ClockKind.FIRST_CONTACT).state is ClockState.STOPPED
    assert clock_of(number, ClockKind.REQUESTER).state is ClockState.RUNNING


def test_a_rejected_return_stays_with_its_unit_and_first_contact_is_due_again():
    number = a_dispatched_ticket(NOW)
    send_back(number)

    rule(number, NEXT, upheld=False)

    assert status_of(number) == "signed_for"
    (lead,) = assignments_of(number)
    assert lead.deemed_signed
    assert clock_of(number, ClockKind.FIRST_CONTACT).due_on == day("Wed 2026-11-25")


def test_a_rejected_return_does_not_restart_the_units_own_limit():
    number = a_signed_ticket(NOW)
    send_back(number)

    rule(number, NEXT, upheld=False)

    assert [clock.due_on for clock in clocks_of(number, ClockKind.HANDLING)] == [
        day("Mon 2026-12-07")
    ]


def test_a_unit_returns_the_same_ticket_only_once():
    number = a_signed_ticket(NOW)
    send_back(number)
    rule(number, NOW, upheld=False)

    with pytest.raises(RefusedTransitionError, match="已退过单"):
        send_back(number)


def test_an_upheld_return_goes_to_the_next_unit_with_a_fresh_limit():
    number = a_signed_ticket(NOW)
    send_back(number)

    rule(number, NEXT, upheld=True, lead=TAX)

    assert status_of(number) == "dispatched"
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Tue 2026-12-08")
    assert clock_of(number, ClockKind.REQUESTER).due_on == day("Mon 2026-12-07")


def test_an_upheld_return_without_a_new_unit_waits_to_be_dispatched():
    number = a_signed_ticket(NOW)
    send_back(number)

    rule(number, NEXT, upheld=True)

    assert status_of(number) == "to_be_dispatched"
    assert ticket_of(number).lead_unit_id is None


def test_the_unit_is_told_of_the_ruling_once():
    number = a_signed_ticket(NOW)
    send_back(number)

    rule(number, NEXT, upheld=False)

    (mail,) = mails_of(number, NoticeKind.RETURN_RULING)
    assert ReturnRuling.REJECTED.label in mail.text


def test_a_ruling_needs_a_reason():
    number = a_signed_ticket(NOW)
    send_back(number)

    with pytest.raises(BadInputError):
        rule(number, NOW, upheld=True, reason=" ")


def test_without_a_return_there_is_nothing_to_rule_on():
    number = a_signed_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="没有待裁定"):
        rule(number, NOW, upheld=True)
