"""What is owed to whom: with the event or not at all, and only what a subscriber may know."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, update

from engine.actions import webhooks
from engine.actions.event_feed import is_private
from engine.actions.intake import accept_ticket
from engine.models import Ticket, TicketEventRecord
from engine.store.database import work
from engine.terms import TicketEvent, TicketKind, WebhookFormat
from tests.actions.webhook_steps import (
    ADMINISTRATOR,
    a_subscription,
    deliveries,
    pushed,
    shapes,
    types,
)
from tests.builders import (
    a_dispatched_ticket,
    a_new_ticket,
    a_step,
    a_ticket,
    a_ticket_to_call_back,
    doing,
)

NOW = "Mon 2026-11-23 09:00"
pytestmark = pytest.mark.usefixtures("database")
ANYWHERE = "https://platform.example/hook"


def test_without_a_subscriber_nothing_is_owed():
    a_dispatched_ticket(NOW)

    assert deliveries() == []


def test_every_event_is_owed_to_every_subscriber_once():
    a_subscription(ANYWHERE)
    a_subscription(ANYWHERE, name="另一个平台")

    a_dispatched_ticket(NOW)

    owed = [(one.subscription_id, one.event_id) for one in deliveries()]
    assert len(owed) == len(set(owed)) == 4
    assert {subscription for subscription, _ in owed} == {1, 2}


def test_what_is_undone_with_its_event_is_not_owed(database):
    a_subscription(ANYWHERE)

    with Session(database.engine) as session:
        accept_ticket(a_step(session, NOW), a_new_ticket())
        session.flush()
        within = session.execute(text("SELECT count(*) FROM webhook_delivery")).scalar()
        session.rollback()

    assert within == 1
    assert deliveries() == []


def test_the_database_refuses_to_owe_one_event_twice():
    a_subscription(ANYWHERE)
    a_ticket(NOW)
    again = (
        "INSERT INTO webhook_delivery (subscription_id, event_id, state, created_at,"
        " next_attempt_at, attempts, last_error)"
        " SELECT subscription_id, event_id, state, created_at, next_attempt_at, 0, ''"
        " FROM webhook_delivery"
    )

    with pytest.raises(IntegrityError, match="uq_webhook_delivery"), work() as session:
        session.connection().execute(text(again))


def test_an_event_written_by_hand_into_the_table_is_owed_too():
    """Bulk inserts and mending by hand go past our actions, not past the trigger."""
    a_ticket(NOW)
    a_subscription(ANYWHERE)
    by_hand = (
        "INSERT INTO ticket_event (ticket_id, seq, event, at, recorded_at, actor_kind, actor_name,"
        " to_status, reason, citation, details, words_digest, link)"
        " SELECT ticket_id, seq + 1, 'note', at, recorded_at, actor_kind, actor_name, to_status,"
        " '', '', '{}', words_digest, link FROM ticket_event"
    )

    with work() as session:
        session.connection().execute(text(by_hand))

    assert len(deliveries()) == 1


def test_only_the_events_asked_for_are_owed():
    a_subscription(ANYWHERE, events=[TicketEvent.DISPATCH, TicketEvent.CLOSE])

    a_dispatched_ticket(NOW)

    assert len(deliveries()) == 1


def test_a_stopped_subscriber_is_owed_nothing_new():
    number, _ = a_subscription(ANYWHERE)
    doing(NOW, ADMINISTRATOR, lambda step: webhooks.switch(step, number, on=False))

    a_ticket(NOW)

    assert deliveries() == []


def test_an_event_tells_number_kind_status_unit_and_due_dates(receiver):
    a_subscription(receiver.url, events=[TicketEvent.DISPATCH])
    number = a_dispatched_ticket(NOW)

    pushed(NOW)

    (shape,) = shapes(receiver)
    data = shape["data"]
    assert shape["type"] == "hotline.ticket.dispatched"
    assert shape["timestamp"] == "2026-11-23T01:00:00Z"
    assert (data["number"], data["kind"]["label"], data["status"]["label"]) == (
        number, "投诉", "已派单",
    )  # fmt: skip
    assert data["unit"] == {"name": "区市场监管局", "slug": "shijianguan"}
    due = {one["clock"]["code"]: one["due_on"] for one in data["deadlines"]}
    assert due["requester"] == "2026-12-07"
    assert {"handling", "sign_for"} <= set(due)
    assert data["page"].endswith(f"/tickets/{number}")


def test_unit_and_due_dates_are_those_after_the_event_however_late_it_is_told(receiver):
    a_subscription(receiver.url)
    a_ticket_to_call_back(NOW)

    pushed("Tue 2026-11-24 09:00")

    data = [one["data"] for one in shapes(receiver)]
    assert [one["seq"] for one in data] == list(range(1, len(data) + 1))
    assert [one["status"]["code"] for one in data][-1] == "callback_due"
    assert "handling" not in [one["clock"]["code"] for one in data[-1]["deadlines"]]


@pytest.mark.parametrize("form", list(WebhookFormat))
def test_no_message_holds_personal_data(receiver, form):
    a_subscription(receiver.url, format=form, private=True)
    a_ticket_to_call_back(
        NOW, enterprise="演示企业丁", contact_name="演示联系人", phone="13800001234",
        place="演示路 8 号", content="我公司营业执照一个月没有办下来，窗口反复要求补材料",
    )  # fmt: skip

    pushed(NOW)

    said = "".join(receiver.bodies) + str([one.headers for one in receiver.got])
    assert receiver.got
    for secret in ("演示企业", "联系人", "0001234", "演示路", "营业执照", "演示承办人", "话务员"):
        assert secret not in said, secret


@pytest.mark.parametrize("changes", [{"kind": TicketKind.REPORT}, {"confidential": True}])
def test_reports_and_confidential_tickets_go_only_to_those_who_may_see_private_things(
    receiver, changes
):
    a_subscription(receiver.url)
    a_subscription(f"{receiver.url}/private", name="纪检平台", private=True)
    a_ticket(NOW, **changes)

    counts = pushed(NOW)

    assert counts == {"withheld": 1, "delivered": 1}
    assert [one.path for one in receiver.got] == ["/hook/private"]
    assert [one.payload for one in deliveries("withheld")] == [None]


def test_a_ticket_that_became_confidential_meanwhile_is_not_told(receiver):
    a_subscription(receiver.url)
    a_ticket(NOW)
    with work() as session:
        session.exec(update(Ticket).values(confidential=True))

    assert pushed(NOW) == {"withheld": 1}
    assert receiver.got == []


def test_a_clue_handed_on_and_a_look_at_a_number_are_private():
    ticket = Ticket(kind=TicketKind.COMPLAINT, confidential=False)
    for event, details, expected in (
        (TicketEvent.DISPATCH, {}, False),
        (TicketEvent.PROPOSE_REFERRAL, {}, True),
        (TicketEvent.SEND_LETTER, {"restricted": True}, True),
        (TicketEvent.SEND_LETTER, {}, False),
        (TicketEvent.UNMASK, {}, True),
    ):
        record = TicketEventRecord(event=event, details=details)
        assert is_private(record, ticket) is expected, event


def test_a_batch_is_one_request_with_many_cloudevents(receiver):
    a_subscription(receiver.url, format=WebhookFormat.CLOUDEVENTS_BATCH, batch_size=3)
    a_ticket_to_call_back(NOW)

    counts = pushed(NOW)

    batches = [json.loads(body) for body in receiver.bodies]
    assert counts["delivered"] == sum(len(one) for one in batches) == 5
    assert [len(one) for one in batches] == [3, 2]
    assert {one.headers["content-type"] for one in receiver.got} == {
        "application/cloudevents-batch+json; charset=utf-8"
    }
    assert {event["specversion"] for one in batches for event in one} == {"1.0"}


def test_a_single_cloudevent_names_its_media_type(receiver):
    a_subscription(receiver.url, format=WebhookFormat.CLOUDEVENTS)
    a_ticket(NOW)

    pushed(NOW)

    assert receiver.got[0].headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert types(receiver) == ["accepted"]
