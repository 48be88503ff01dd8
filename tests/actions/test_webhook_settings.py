"""What an administrator does with pushes: made, changed, tried out, replayed, tidied up."""

import pytest
from sqlalchemy import text

from engine.actions import webhook_sending, webhooks
from engine.actions.webhooks import SubscriptionForm
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.models import WebhookSecret
from engine.store.database import work
from engine.terms import TicketEvent, WebhookFormat
from tests.actions.webhook_steps import (
    ADMINISTRATOR,
    a_subscription,
    deliveries,
    pushed,
    shapes,
    types,
)
from tests.builders import a_dispatched_ticket, a_ticket, doing, moment

NOW = "Mon 2026-11-23 09:00"
LATER = "Mon 2026-11-23 12:00"
ANYWHERE = "https://platform.example/hook"
pytestmark = pytest.mark.usefixtures("database")


def done(what, *given, now=NOW, **named):
    return doing(now, ADMINISTRATOR, lambda step: what(step, *given, **named))


def test_a_secret_is_kept_only_sealed():
    _, secret = a_subscription(ANYWHERE)

    with work() as session:
        everything = session.connection().execute(text("SELECT sealed FROM webhook_secret")).all()
    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(everything[0][0])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "不是地址"}, "url"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 501}, "batch_size"),
    ],
)
def test_a_wrong_subscription_names_the_field(changes, field):
    form = SubscriptionForm(**{"name": "平台", "url": ANYWHERE, **changes})

    with pytest.raises(BadInputError) as refused:
        done(webhooks.subscribe, form)

    assert list(refused.value.fields) == [field]


def test_a_form_sent_twice_makes_one_subscription():
    a_subscription(ANYWHERE)

    with pytest.raises(ConflictError, match="已有推送"):
        a_subscription(ANYWHERE)


def test_a_changed_shape_holds_for_what_waits(receiver):
    number, _ = a_subscription(receiver.url)
    a_ticket(NOW)
    receiver.answer = lambda _: 500
    pushed(NOW)
    receiver.answer = lambda _: 204

    form = SubscriptionForm(name="平台", url=receiver.url, format=WebhookFormat.CLOUDEVENTS)
    done(webhooks.change, number, form)

    pushed(LATER)
    assert [one.get("specversion") for one in shapes(receiver)] == [None, "1.0"]


def test_a_trial_arrives_at_once_even_while_the_receiver_rests(receiver):
    number, _ = a_subscription(receiver.url)
    a_ticket(NOW)
    receiver.answer = lambda got: 204 if b"hotline.trial" in got.body else 500
    pushed(NOW)

    done(webhooks.try_out, number)
    pushed(NOW)

    assert types(receiver)[-1] == "hotline.trial"
    assert deliveries("delivered")[0].event_id is None


def test_nothing_is_tried_or_replayed_on_a_stopped_subscription():
    number, _ = a_subscription(ANYWHERE)
    done(webhooks.switch, number, on=False)

    for attempt in (
        lambda: done(webhooks.try_out, number),
        lambda: done(webhooks.replay_dead, number),
        lambda: done(webhooks.replay_one, number, 1),
        lambda: done(webhooks.replay_since, number, moment(NOW)),
    ):
        with pytest.raises(ConflictError, match="请先启用"):
            attempt()


def test_another_change_of_secret_waits_until_the_old_one_is_ended():
    number, _ = a_subscription(ANYWHERE)
    done(webhooks.rotate, number)

    with pytest.raises(ConflictError, match="先停用旧密钥"):
        done(webhooks.rotate, number)
    done(webhooks.end_old_secret, number)
    _, newest = done(webhooks.rotate, number)

    assert newest.startswith("whsec_")


def test_one_event_is_replayed_under_the_same_id(receiver):
    number, _ = a_subscription(receiver.url)
    a_ticket(NOW)
    pushed(NOW)

    done(webhooks.replay_one, number, deliveries()[0].id, now=LATER)
    pushed(LATER)

    assert len(receiver.got) == 2
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    with pytest.raises(NotFoundError):
        done(webhooks.replay_one, number, 999)


def kill(receiver):
    """Let every delivery die: refused until the schedule is used up."""
    with work() as session:
        session.connection().execute(text("UPDATE webhook_delivery SET attempts = 9"))
    receiver.answer = lambda _: 422
    pushed(NOW)
    receiver.answer = lambda _: 204


def test_what_is_dead_is_listed_and_comes_to_life_again_at_once(receiver):
    number, _ = a_subscription(receiver.url)
    a_dispatched_ticket(NOW)
    kill(receiver)
    assert [one.attempts for one in deliveries("dead")] == [10, 10]

    count = done(webhooks.replay_dead, number, now=LATER)
    pushed(LATER)

    assert count == 2
    assert deliveries("dead") == []
    assert types(receiver)[-2:] == ["accepted", "dispatched"]


def test_a_replay_since_a_moment_sends_the_missed_and_the_sent_once_each(receiver):
    a_ticket(NOW)
    number, _ = a_subscription(receiver.url, events=[TicketEvent.ACCEPT])
    a_dispatched_ticket(NOW, content="门前道路积水，请协调排水")
    pushed(NOW)

    count = done(webhooks.replay_since, number, moment("Mon 2020-01-06 00:00"), now=LATER)
    pushed(LATER)

    assert count == 2
    assert len(receiver.got) == 3
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 2


def test_records_are_tidied_after_their_time_and_what_waits_is_not(receiver):
    number, _ = a_subscription(receiver.url)
    a_ticket(NOW)
    pushed(NOW)
    done(webhooks.rotate, number)
    a_ticket("Mon 2026-12-07 10:00", content="门前道路积水，请协调排水")
    waiting = len(deliveries("pending"))

    kept = webhook_sending.tidy_webhooks(moment("Mon 2026-12-07 08:00"), 100)
    gone = webhook_sending.tidy_webhooks(moment("Mon 2026-12-07 09:01"), 1)

    assert kept == {"secrets": 1, "deleted": 0}
    assert gone == {"secrets": 0, "deleted": 1}
    assert (deliveries("delivered"), len(deliveries("pending"))) == ([], waiting)
    with work() as session:
        assert session.query(WebhookSecret).count() == 1


def test_the_dead_are_kept_ninety_days(receiver):
    a_subscription(receiver.url)
    a_ticket(NOW)
    kill(receiver)

    webhook_sending.tidy_webhooks(moment("Sat 2027-02-20 09:00"), 100)
    kept = len(deliveries("dead"))
    webhook_sending.tidy_webhooks(moment("Mon 2027-02-22 09:00"), 100)

    assert (kept, len(deliveries("dead"))) == (1, 0)


def test_a_subscription_that_is_none_is_not_found():
    with pytest.raises(NotFoundError, match="没有编号为 7"):
        done(webhooks.rotate, 7)
