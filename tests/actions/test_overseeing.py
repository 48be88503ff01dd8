"""What supervisors do with a ticket in a unit's hands."""

import pytest
from sqlmodel import select

from engine.actions.overseeing import redispatch, remind, settle_by_panel
from engine.errors import NotPermittedError, RefusedTransitionError
from engine.models import OutboxMessage
from engine.store import tickets as store
from engine.store.database import Database, work
from engine.terms import NoticeKind
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    on_ticket,
    status_of,
)

NOW = "Mon 2026-11-23 09:00"


def settle(number: str, who: str = SUPERVISOR) -> None:
    on_ticket(number, NOW, who, lambda step, ticket: settle_by_panel(step, ticket, "已依法答复"))


def test_the_panel_lets_a_lawfully_settled_matter_close_after_a_human_callback(
    database: Database,
) -> None:
    number = a_ticket_to_call_back(NOW)
    settle(number)

    call_back(number, "Tue 2026-11-24 10:00", an_unhappy_callback())

    assert status_of(number) == "closed"


def test_the_panels_finding_does_not_replace_the_human_callback(database: Database) -> None:
    from engine.actions.callbacks import close

    number = a_ticket_to_call_back(NOW)
    settle(number)

    with pytest.raises(RefusedTransitionError, match="人工回访"):
        on_ticket(number, NOW, OPERATOR, lambda step, ticket: close(step, ticket, ""))


def test_an_operator_cannot_record_the_panels_finding(database: Database) -> None:
    number = a_ticket_to_call_back(NOW)

    with pytest.raises(NotPermittedError, match="话务员不能"):
        settle(number, OPERATOR)


def test_a_redispatched_ticket_leaves_its_unit(database: Database) -> None:
    number = a_signed_ticket(NOW, MARKET)

    def move(step, ticket) -> None:
        redispatch(step, ticket, store.unit_by_name(step.session, FINANCE), (), "派错单位")

    on_ticket(number, "Tue 2026-11-24 09:00", SUPERVISOR, move)

    with work() as session:
        ticket = store.ticket_by_number(session, number)
        assert [one.end_reason for one in store.assignments(session, ticket)] == ["改派", ""]


def test_a_reminder_is_mailed_to_the_unit_and_its_leader(database: Database) -> None:
    number = a_dispatched_ticket(NOW)

    on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: remind(step, ticket, "请抓紧"))

    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.REMINDER)
        found = sorted(mail.recipient for mail in session.exec(query))
        assert found == ["shijianguan.leader@demo.invalid", "shijianguan@demo.invalid"]


def test_nobody_can_be_reminded_of_a_ticket_without_a_unit(database: Database) -> None:
    number = a_ticket(NOW)

    with pytest.raises(RefusedTransitionError):
        on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: remind(step, ticket, "请抓紧"))
