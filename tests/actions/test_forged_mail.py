"""What anybody can write is not believed: reports of a server, two senders, a mail twice (H-84)."""

import pytest

from engine.actions import bounces
from engine.errors import ConflictError
from engine.settings import load_settings
from engine.terms import MailReplyStatus, MessageStatus, NoticeKind, TicketEvent
from tests.actions.test_incoming_mail import (
    LATER,
    NOW,
    UNIT_ADDRESS,
    WORDS,
    a_bounce,
    a_mail,
    file,
    mark,
    replies,
)
from tests.builders import SUPERVISOR, a_dispatched_ticket, a_signed_ticket, doing
from tests.looking import event_names, last_event, mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")


def test_a_report_about_somebody_else_undoes_no_delivery():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    assert file(a_bounce(mail, "nobody@unit.invalid")) == "aside"

    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    assert mail.status is MessageStatus.SENT
    assert "收件人" in replies()[0].reason
    assert "undelivered" not in event_names(number)


def test_a_report_about_a_mail_not_sent_yet_is_kept_aside():
    number = a_dispatched_ticket(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    assert file(a_bounce(mail)) == "aside"

    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    assert mail.status is MessageStatus.PENDING
    assert "还没有发出" in replies()[0].reason


def test_a_report_about_a_mail_that_another_key_named_is_kept_aside(monkeypatch):
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "x" * 40)
    load_settings.cache_clear()

    assert file(a_bounce(mail)) == "aside"
    assert "签名" in replies()[0].reason


FORGED = {
    "the unit's own address": lambda raw: raw.replace(
        b"From: MAILER-DAEMON@mx.invalid", b"From: " + UNIT_ADDRESS.encode()
    ),
    "an envelope with a sender": lambda raw: raw.replace(
        b"Return-Path: <>", b"Return-Path: <" + UNIT_ADDRESS.encode() + b">"
    ),
    "somebody's envelope": lambda raw: raw.replace(b"<>", b"<somebody@mx.invalid>", 1),
    "no envelope": lambda raw: raw.replace(b"Return-Path: <>\n", b""),
    "an envelope its sender wrote": lambda raw: b"Received: by mx.invalid\n" + raw,
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_report_that_no_server_sent_lifts_nothing_and_is_a_persons_to_judge(forged):
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    assert file(forged(a_bounce(mail))) == "aside"

    assert mails_of(number, NoticeKind.ASSIGNMENT)[0].status is MessageStatus.SENT
    assert "undelivered" not in event_names(number)
    assert replies()[0].reason.endswith("须由人核实")


def test_a_supervisor_may_find_such_a_report_true_once():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    file(FORGED["no envelope"](a_bounce(mail)))
    (reply,) = replies()

    doing(LATER, SUPERVISOR, lambda s: bounces.believe(s, reply.id))

    assert mails_of(number, NoticeKind.ASSIGNMENT)[0].status is MessageStatus.UNDELIVERED
    assert "退信经" in last_event(number, TicketEvent.UNDELIVERED).reason
    assert replies()[0].status is MailReplyStatus.PUT_AWAY
    with pytest.raises(ConflictError, match="不是可以认定的退信"):
        doing(LATER, SUPERVISOR, lambda s: bounces.believe(s, reply.id))


def test_a_report_of_a_pipe_that_names_no_envelope_sender_is_a_servers():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    assert file(a_bounce(mail).replace(b"<>", b"<MAILER-DAEMON>", 1)) == "bounced"


def test_a_mail_whose_headers_were_moved_on_the_way_is_the_same_mail():
    number = a_signed_ticket(NOW)
    raw = a_mail(mark(number), Message_ID="<one@unit.invalid>")
    moved = b"Received: by mx.invalid\n" + raw

    assert (file(raw), file(moved)) == ("proposed", "known")
    assert len(replies()) == 1


def test_two_mails_under_one_name_are_both_kept():
    number = a_signed_ticket(NOW)
    for text, sender in (
        (WORDS, UNIT_ADDRESS),
        ("更正：明日送达。", UNIT_ADDRESS),
        (WORDS, "x@y.invalid"),
    ):
        file(a_mail(mark(number), sender, text, Message_ID="<one@unit.invalid>"))

    assert [one.status for one in replies()] == [
        MailReplyStatus.PROPOSED, MailReplyStatus.PROPOSED, MailReplyStatus.ASIDE,
    ]  # fmt: skip


@pytest.mark.parametrize("other", [b"From: evil@x.invalid\n", b""])
def test_a_mail_with_two_senders_is_nobodys_answer(other):
    number = a_signed_ticket(NOW)
    raw = a_mail(mark(number), f"{UNIT_ADDRESS}, evil@x.invalid" if not other else UNIT_ADDRESS)

    assert file(other + raw) == "aside"
    assert "发件人不止一个" in replies()[0].reason
