"""Mails really leave, once each; a server that is away or refuses loses nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select, update

from engine.actions import background, delivering
from engine.delivery.reply_tokens import is_name_of, mail_name
from engine.models import OutboxAttachment, OutboxMessage
from engine.settings import load_settings
from engine.store import outbox
from engine.store.database import work
from engine.terms import MessageStatus, TicketEvent
from tests.builders import a_dispatched_ticket, moment
from tests.delivery.conftest import free_port
from tests.looking import event_names, last_event, mails_of, send_mails

NOW = "Mon 2026-11-23 09:00"
pytestmark = pytest.mark.usefixtures("database")


def the_mail(number) -> OutboxMessage:
    (mail,) = mails_of(number)
    return mail


def addressed_to(number, address):
    with work() as session:
        session.exec(update(OutboxMessage).values(recipient=address))
    return number


def test_an_assignment_reaches_the_units_mailbox(smtp):
    number = a_dispatched_ticket(NOW)

    counts = send_mails(NOW)

    assert counts == {"sent": 1, "retry": 0, "undelivered": 0}
    (envelope,) = smtp.messages
    assert envelope.rcpt_tos == ["shijianguan@demo.invalid"]
    assert the_mail(number).status is MessageStatus.SENT
    assert the_mail(number).sent_at == moment(NOW)


def test_without_a_server_mails_land_in_the_mailbox_directory(var):
    a_dispatched_ticket(NOW)

    send_mails(NOW)

    assert len(list((var / "mailbox").glob("*.eml"))) == 1


def test_a_sent_mail_is_not_sent_again(smtp):
    a_dispatched_ticket(NOW)
    send_mails(NOW)

    assert send_mails("Mon 2026-11-23 10:00") == {"sent": 0, "retry": 0, "undelivered": 0}
    assert len(smtp.messages) == 1


def test_a_mail_handed_to_the_sender_twice_leaves_once(smtp):
    number = a_dispatched_ticket(NOW)
    ids = [the_mail(number).id]

    background.deliver(ids, moment(NOW))
    background.deliver(ids, moment(NOW))

    assert len(smtp.messages) == 1


def test_a_busy_mailbox_is_tried_again_with_back_off(smtp):
    number = addressed_to(a_dispatched_ticket(NOW), "450-unit@demo.invalid")

    first = send_mails(NOW)
    too_early = send_mails("Mon 2026-11-23 09:00:59")
    second = send_mails("Mon 2026-11-23 09:01")

    assert (first["retry"], sum(too_early.values()), second["retry"]) == (1, 0, 1)
    mail = the_mail(number)
    assert (mail.attempts, mail.next_attempt_at) == (2, moment("Mon 2026-11-23 09:06"))
    assert "450" in mail.last_error


def test_a_mailbox_that_is_free_again_gets_its_mail(smtp):
    number = addressed_to(a_dispatched_ticket(NOW), "450-unit@demo.invalid")
    send_mails(NOW)
    addressed_to(number, "unit@demo.invalid")

    send_mails("Mon 2026-11-23 09:01")

    assert len(smtp.messages) == 1
    assert (the_mail(number).status, the_mail(number).last_error) == (MessageStatus.SENT, "")


def test_a_refused_address_is_undelivered_and_shows_in_the_history(smtp):
    number = addressed_to(a_dispatched_ticket(NOW), "550-unit@demo.invalid")

    counts = send_mails(NOW)

    assert counts["undelivered"] == 1
    assert the_mail(number).status is MessageStatus.UNDELIVERED
    assert "550" in last_event(number, TicketEvent.UNDELIVERED).reason
    assert send_mails("Tue 2026-11-24 09:00") == {"sent": 0, "retry": 0, "undelivered": 0}


def test_an_address_that_is_none_is_undelivered_and_the_next_mail_goes_out(smtp):
    broken = addressed_to(a_dispatched_ticket(NOW), "no address at all")
    healthy = a_dispatched_ticket(NOW)

    counts = send_mails(NOW)

    assert counts == {"sent": 1, "retry": 0, "undelivered": 1}
    assert the_mail(healthy).status is MessageStatus.SENT
    assert event_names(broken)[-1] == "undelivered"


def test_giving_up_after_the_last_attempt_shows_in_the_history(smtp):
    number = addressed_to(a_dispatched_ticket(NOW), "450-unit@demo.invalid")
    with work() as session:
        session.exec(update(OutboxMessage).values(attempts=delivering.ATTEMPTS - 1))

    counts = send_mails(NOW)

    assert counts["undelivered"] == 1
    assert event_names(number)[-1] == "undelivered"


def test_an_unreachable_server_loses_nothing(monkeypatch, smtp):
    numbers = [a_dispatched_ticket(NOW, phone=f"0772-000000{n}", enterprise="") for n in range(3)]
    monkeypatch.setenv("HOTLINE_SMTP_URL", f"smtp://127.0.0.1:{free_port()}?timeout=1")
    load_settings.cache_clear()
    away = send_mails(NOW)

    monkeypatch.setenv("HOTLINE_SMTP_URL", smtp.url)
    load_settings.cache_clear()
    back = send_mails("Mon 2026-11-23 09:01")

    assert (away["retry"], back["sent"]) == (3, 3)
    assert len(smtp.messages) == 3
    assert {the_mail(number).status for number in numbers} == {MessageStatus.SENT}


def test_a_connection_that_drops_half_way_is_tried_again(smtp):
    number = addressed_to(a_dispatched_ticket(NOW), "drop-unit@demo.invalid")

    assert send_mails(NOW)["retry"] == 1
    assert the_mail(number).status is MessageStatus.PENDING


def test_a_mail_that_breaks_the_sender_does_not_keep_back_the_next(smtp):
    broken, healthy = a_dispatched_ticket(NOW), a_dispatched_ticket(NOW)
    unsendable = {"name": "n", "content_type": "text/plain;é=1", "data": b""}
    with work() as session:
        session.add(OutboxAttachment(message_id=the_mail(broken).id, **unsendable))

    counts = send_mails(NOW)

    assert counts == {"sent": 1, "retry": 1, "undelivered": 0}
    assert the_mail(healthy).status is MessageStatus.SENT
    assert "UnicodeEncodeError" in the_mail(broken).last_error


def test_two_senders_at_once_send_every_mail_once(smtp):
    for word in ("停电", "停水", "积水", "噪声", "堵车", "扬尘"):
        a_dispatched_ticket(NOW, content=word * 5, enterprise=word)
    at = moment(NOW)

    def send(_):
        return background.deliver(background.messages_due(at, 3), at)["sent"]

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(send, range(4)))

    assert sum(sent) == 6
    assert len({envelope.rcpt_tos[0] + str(envelope.content) for envelope in smtp.messages}) == 6
    assert len(smtp.messages) == 6


def test_a_flow_that_is_run_twice_at_once_sends_each_mail_once(smtp):
    for word in ("停电", "停水", "积水", "噪声"):
        a_dispatched_ticket(NOW, content=word * 5, enterprise=word)
    ids = background.messages_due(moment(NOW), 10)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: background.deliver(ids, moment(NOW)), range(2)))

    assert len(smtp.messages) == len(ids) == 4


def test_a_sender_whose_clock_is_ahead_takes_nothing_from_one_who_is_sending(smtp):
    number = a_dispatched_ticket(NOW)
    ids = background.messages_due(moment(NOW), 10)
    with work() as session:  # the other machine is talking to the mail server
        assert outbox.begin_sending(session, ids, delivering.SENDING)

    ahead = moment(NOW) + timedelta(minutes=3)
    assert background.messages_due(ahead, 10) == []
    assert background.deliver(ids, ahead)["elsewhere"] == 1
    assert smtp.messages == []
    assert the_mail(number).status is MessageStatus.PENDING


def test_a_sender_that_died_while_sending_is_replaced_when_its_mark_is_over(smtp):
    number = a_dispatched_ticket(NOW)
    with work() as session:
        outbox.begin_sending(session, [the_mail(number).id], timedelta(seconds=-1))

    assert send_mails(NOW)["sent"] == 1


def test_a_sender_that_died_leaves_its_mails_to_the_next_after_the_lease(smtp):
    number = a_dispatched_ticket(NOW)
    background.messages_due(moment(NOW), 10)  # reserved, and then the process is gone

    assert background.messages_due(moment(NOW) + timedelta(seconds=119), 10) == []
    background.deliver(background.messages_due(moment(NOW) + background.LEASE, 10), moment(NOW))
    assert the_mail(number).status is MessageStatus.SENT


def test_a_reserved_mail_is_not_due_for_another_sender():
    a_dispatched_ticket(NOW)

    assert len(background.messages_due(moment(NOW), 10)) == 1
    assert background.messages_due(moment(NOW), 10) == []


def test_a_batch_of_mails_is_bounded():
    for _ in range(3):
        a_dispatched_ticket(NOW)

    assert len(background.messages_due(moment(NOW), 2)) == 2


def test_the_same_debt_is_owed_once():
    a_dispatched_ticket(NOW)

    with work() as session:
        keys = session.exec(select(OutboxMessage.key, OutboxMessage.recipient)).all()
    assert len(keys) == len(set(keys)) == 1


def test_a_mails_id_has_the_senders_domain_and_a_bounce_finds_mails_named_before(monkeypatch):
    monkeypatch.setenv("HOTLINE_MAIL_FROM", "12345专线 <rexian@example.gov.cn>")
    load_settings.cache_clear()

    mail = the_mail(a_dispatched_ticket(NOW))
    digest, _, domain = mail.message_id.strip("<>").partition("@")

    assert domain == "example.gov.cn"
    assert mail_name(mail.key, mail.recipient) == mail.message_id
    assert is_name_of(f"<{digest}@hotline>", mail.key, mail.recipient)
    assert not is_name_of(f"<{digest[:-1]}x@hotline>", mail.key, mail.recipient)


def test_what_a_slow_server_left_no_time_for_is_marked_anew_and_sent_once(smtp, monkeypatch):
    for word in ("停电", "停水", "积水"):
        a_dispatched_ticket(NOW, content=word * 5, enterprise=word)
    ids = background.messages_due(moment(NOW), 10)
    monkeypatch.setattr(delivering, "STARTS_WITHIN", timedelta(0))

    assert background.deliver(ids, moment(NOW))["sent"] == 3
    assert len(smtp.messages) == 3


def test_mails_of_a_batch_that_another_sent_are_not_sent_again(smtp):
    for word in ("停电", "停水", "积水"):
        a_dispatched_ticket(NOW, content=word * 5, enterprise=word)
    ids = background.messages_due(moment(NOW), 10)
    background.deliver(ids[:1], moment(NOW))

    assert background.deliver(ids, moment(NOW)) == {
        "sent": 3,
        "retry": 0,
        "undelivered": 0,
        "elsewhere": 0,
    }
    assert len(smtp.messages) == 3
