"""Replies by mail: a proposed answer at most, never a decision, and none is lost (H-84)."""

import email
import logging
from email.message import EmailMessage

import pytest
from sqlmodel import select

from engine.actions import incoming_mail, mailing
from engine.actions.dispatch import Dispatch, dispatch
from engine.delivery.mailbox import list_messages
from engine.delivery.reply_tokens import mark_of
from engine.errors import BadInputError, ConflictError
from engine.models import MailReply
from engine.settings import load_settings
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import MailReplyStatus, MessageStatus, NoticeKind, TicketEvent, TicketStatus
from tests.builders import (
    MARKET,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    doing,
    moment,
    on_ticket,
)
from tests.delivery.imap_server import imap_server
from tests.delivery.test_incoming import BOUNCE
from tests.looking import event_names, last_event, mails_of, send_mails, ticket_of, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
NOW, LATER = "Tue 2026-11-24 09:00", "Tue 2026-11-24 15:00"
UNIT_ADDRESS = "shijianguan@demo.invalid"
WORDS = "已办结变更登记，执照送达企业。"


@pytest.fixture
def mailbox(monkeypatch):
    with imap_server() as box:
        monkeypatch.setenv("HOTLINE_IMAP_URL", box.url)
        load_settings.cache_clear()
        yield box


def mark(number, unit=MARKET):
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        return mark_of(ticket.id, store.unit_by_name(session, unit).id)


def a_mail(mark="", sender=UNIT_ADDRESS, text=WORDS, **headers):
    message = EmailMessage()
    message["From"], message["Subject"] = sender, "回复：派单"
    if mark:
        message["References"] = f"<{mark}@hotline> <other@hotline>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def a_bounce(mail, recipient=UNIT_ADDRESS):
    named = BOUNCE.replace(b"<abc@hotline>", mail.message_id.encode())
    return named.replace(b"nobody@unit.invalid", recipient.encode())


def file(raw, now=LATER):
    return incoming_mail.file_mail(raw, moment(now))


def replies():
    with work() as session:
        return list(session.exec(select(MailReply).order_by(MailReply.id)).all())


def test_a_units_reply_is_a_proposed_answer_and_decides_nothing():
    number = a_signed_ticket(NOW)

    became = file(a_mail(mark(number)))

    (reply,) = replies()
    assert (became, reply.status, reply.text) == ("proposed", MailReplyStatus.PROPOSED, WORDS)
    assert (reply.ticket_id, reply.unit_id) == (ticket_of(number).id, unit_named(MARKET).id)
    assert ticket_of(number).status is TicketStatus.SIGNED_FOR
    assert "answer" not in event_names(number)
    noted = last_event(number, TicketEvent.NOTE)
    assert "须登录提交才算答复" in noted.reason
    assert WORDS not in noted.reason


def test_the_same_mail_twice_is_filed_once():
    number = a_signed_ticket(NOW)
    raw = a_mail(mark(number))

    assert (file(raw), file(raw)) == ("proposed", "known")
    assert len(replies()) == 1
    assert event_names(number).count("note") == 1


def test_a_reply_does_not_sign_for_a_ticket():
    number = a_dispatched_ticket(NOW)

    file(a_mail(mark(number)))

    assert ticket_of(number).status is TicketStatus.DISPATCHED


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sender": "somebody@elsewhere.invalid"}, "不是该单位登记的邮箱"),
        ({"mark": ""}, "没有回信标记"),
        ({"text": "-----原始邮件-----\n只有引文"}, "只有转发或引用的邮件"),
        ({"text": ""}, "没有正文"),
    ],
)
def test_what_cannot_be_told_is_kept_aside_with_its_words(changed, why):
    number = a_signed_ticket(NOW)

    became = file(a_mail(**{"mark": mark(number), **changed}))

    (reply,) = replies()
    assert (became, reply.status) == ("aside", MailReplyStatus.ASIDE)
    assert why in reply.reason
    assert "note" not in event_names(number)


def test_a_forged_mark_is_kept_aside_and_belongs_to_no_ticket():
    number = a_signed_ticket(NOW)
    other = a_signed_ticket(NOW)
    forged = mark(number).replace(f"r{ticket_of(number).id}-", f"r{ticket_of(other).id}-")

    file(a_mail(forged))

    (reply,) = replies()
    assert (reply.status, reply.ticket_id) == (MailReplyStatus.ASIDE, None)
    assert "不是本系统签发" in reply.reason


def test_a_unit_that_has_the_ticket_no_more_proposes_nothing():
    number = a_dispatched_ticket(NOW)
    token = mark(number)
    on_ticket(number, NOW, SUPERVISOR, lambda s, one: dispatch(
        s, one, Dispatch(store.unit_by_name(s.session, TAX), (), "改派", (),
                         TicketEvent.REDISPATCH)))  # fmt: skip

    file(a_mail(token))

    assert replies()[0].reason == "工单已不在该单位手里"


def test_a_confidential_ticket_takes_no_replies_and_its_mails_carry_no_invitation(mailbox):
    number = a_dispatched_ticket(NOW, confidential=True)

    file(a_mail(mark(number)))

    assert "保密工单" in replies()[0].reason
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    assert "请勿直接回复" in mail.text


def test_a_bounce_marks_the_mail_and_the_ticket_says_so():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    became = file(a_bounce(mail))

    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    assert (became, mail.status) == ("bounced", MessageStatus.UNDELIVERED)
    assert "no such user" in mail.last_error
    assert "没有送达" in last_event(number, TicketEvent.UNDELIVERED).reason


def test_a_bounce_of_nobodys_mail_is_kept_aside():
    assert file(BOUNCE) == "aside"
    assert "退信" in replies()[0].reason


def test_a_bounce_that_returns_no_headers_is_kept_aside_with_its_recipient():
    bare = BOUNCE[: BOUNCE.index(b"--b\nContent-Type: text/rfc822-headers")] + b"--b--\n"

    assert file(bare) == "aside"
    (reply,) = replies()
    assert "没有附回所退的邮件" in reply.reason
    assert "nobody@unit.invalid" in reply.reason


def test_mails_to_units_carry_the_mark_and_say_what_a_reply_is(mailbox, var):
    number = a_dispatched_ticket(NOW)

    send_mails(NOW)

    (entry,) = [one for one in list_messages(var / "mailbox", 9) if UNIT_ADDRESS in one.to]
    message = email.message_from_bytes((var / "mailbox" / entry.name).read_bytes())
    assert message["References"] == f"<{mark(number)}@hotline>"
    assert "直接回复的只作拟答复" in mails_of(number, NoticeKind.ASSIGNMENT)[0].text


def test_without_a_mailbox_nothing_is_fetched_and_mails_ask_for_no_reply():
    number = a_dispatched_ticket(NOW)

    assert mailing.waiting(moment(LATER)) == []
    assert mailing.fetch([1], moment(LATER)) == {}
    assert "请勿直接回复" in mails_of(number, NoticeKind.ASSIGNMENT)[0].text


def test_unread_mail_is_fetched_filed_and_marked_as_read(mailbox):
    number = a_signed_ticket(NOW)
    mailbox.put(a_mail(mark(number)))
    mailbox.put(a_mail())

    counts = mailing.fetch(mailing.waiting(moment(LATER)), moment(LATER))

    assert counts == {"proposed": 1, "aside": 1}
    assert mailbox.unread == []
    assert mailing.waiting(moment(LATER)) == []


def test_the_words_of_a_mail_never_reach_the_log(mailbox, caplog, capsys):
    number = a_signed_ticket(NOW)
    mailbox.put(a_mail(mark(number), text="企业电话 0772-0000000，已联系"))
    caplog.set_level(logging.DEBUG)

    mailing.fetch(mailing.waiting(moment(LATER)), moment(LATER))

    said = caplog.text + "".join(capsys.readouterr())
    assert "0772-0000000" not in said
    assert UNIT_ADDRESS not in said


def test_a_supervisor_gives_a_mail_to_its_ticket_or_puts_it_away():
    number = a_signed_ticket(NOW)
    file(a_mail())
    file(a_mail(text="另一封"))
    first, second = replies()

    doing(LATER, SUPERVISOR, lambda step: incoming_mail.give_to_ticket(step, first.id, number))
    doing(LATER, SUPERVISOR, lambda step: incoming_mail.settle(step, second.id, used=False))

    assert [one.status for one in replies()] == [
        MailReplyStatus.PROPOSED, MailReplyStatus.PUT_AWAY,
    ]  # fmt: skip
    assert "归入本工单" in last_event(number, TicketEvent.NOTE).reason
    with pytest.raises(ConflictError, match="已处理"):
        doing(LATER, SUPERVISOR, lambda step: incoming_mail.settle(step, second.id, used=False))
    with pytest.raises(ConflictError, match="拟答复"):
        doing(LATER, SUPERVISOR, lambda step: incoming_mail.give_to_ticket(step, first.id, number))


def test_a_mail_is_given_to_no_ticket_that_is_not_there():
    file(a_mail())

    with pytest.raises(BadInputError, match="没有这张工单"):
        doing(LATER, SUPERVISOR,
              lambda step: incoming_mail.give_to_ticket(step, replies()[0].id, "LZ1"))  # fmt: skip
