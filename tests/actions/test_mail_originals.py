"""What a proposed answer leaves out of a mail is said, and the mail is kept till it is used."""

import pytest
from sqlmodel import select

from engine.actions.incoming_mail import give_to_ticket, settle
from engine.actions.mail_originals import fetch, original
from engine.actions.mail_rows import LONGEST_TEXT, QUOTED
from engine.actions.tidying import tidy
from engine.errors import NotFoundError
from engine.models import AuditEntry, MailReply
from engine.store import files
from engine.store.database import work
from engine.terms import MailReplyStatus, NoticeKind, TicketEvent
from tests.actions.test_incoming_mail import LATER, NOW, WORDS, a_mail, file, mark, replies
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    call_back,
    doing,
    moment,
    on_ticket,
)
from tests.looking import last_event, mails_of, ticket_of

pytestmark = pytest.mark.usefixtures("database", "var")
SAID = "在 2026年11月24日 10:00，12345专线 <h@demo.invalid> 写道："


def quoted(number):
    """Return the notice of a ticket as a mail program quotes it."""
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    return "\n".join([SAID, *(f"> {line}" for line in mail.text.split("\n"))])


def a_reply(number, text):
    file(a_mail(mark(number), text=text))
    return replies()[-1]


def test_answers_between_our_lines_are_all_in_the_proposal():
    text = (
        "逐条答复见下文：\n\n在 2026-11-24，热线写道：\n> 一、何时办结\n11月23日已办结。\n"
        "> 二、是否联系企业\n已于11月22日联系。"
    )

    reply = a_reply(a_signed_ticket(NOW), text)

    assert (reply.text, reply.reason) == (text, "")
    assert files.kept_mail(reply.digest) is None


@pytest.mark.parametrize("below", ["", "\n\n执照11月23日送达。"])
def test_a_notice_that_is_quoted_is_left_out_said_and_kept(below):
    number = a_signed_ticket(NOW)

    reply = a_reply(number, f"{WORDS}\n\n{quoted(number)}{below}")

    assert reply.text == f"{WORDS}{below}"
    assert reply.reason == QUOTED
    assert "工单编号" in original(reply).text


def test_a_notice_quoted_as_html_is_known():
    number = a_signed_ticket(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    html = f"<p>{WORDS}</p><p>{SAID}</p><blockquote>{mail.html}</blockquote>"
    raw = a_mail(mark(number), text=html).replace(b"text/plain", b"text/html")

    file(raw)

    assert (replies()[0].text, replies()[0].reason) == (WORDS, QUOTED)


def test_a_mail_that_is_forwarded_with_nothing_on_top_is_proposed_whole_by_a_person():
    number = a_signed_ticket(NOW)
    text = (
        "发件人：灯管所 <x@demo.invalid>\n发送时间：2026年11月24日\n收件人：市场局\n主题：路灯\n\n"
        "路灯已于11月24日修好。"
    )

    reply = a_reply(number, text)

    assert (reply.status, reply.reason) == (MailReplyStatus.ASIDE, "信里只有转发或引用的邮件")
    doing(LATER, SUPERVISOR, lambda step: give_to_ticket(step, reply.id, number))
    assert (replies()[0].status, replies()[0].text) == (MailReplyStatus.PROPOSED, text)


def test_a_notice_that_is_sent_back_without_a_word_is_no_answer():
    number = a_signed_ticket(NOW)

    reply = a_reply(number, quoted(number))

    assert (reply.status, reply.reason) == (MailReplyStatus.ASIDE, "信里只有转发或引用的邮件")


def test_words_that_are_too_many_are_cut_said_and_kept():
    reply = a_reply(a_signed_ticket(NOW), "已" * 30_000)

    assert len(reply.text) == LONGEST_TEXT
    assert reply.reason == "正文太长，只列出前 20000 字"
    assert len(original(reply).text) == 30_000


def test_a_mail_given_to_its_ticket_still_says_what_was_left_out():
    number = a_signed_ticket(NOW)
    file(a_mail(text=f"{WORDS}\n\n{SAID}\n> 请办理"))
    (reply,) = replies()

    doing(LATER, SUPERVISOR, lambda step: give_to_ticket(step, reply.id, number))

    assert replies()[0].reason.endswith(QUOTED)
    assert "请办理" in original(replies()[0]).text


def test_the_original_goes_once_the_answer_was_used():
    number = a_signed_ticket(NOW)
    reply = a_reply(number, f"{WORDS}\n\n{quoted(number)}")
    assert tidy(moment(LATER))["mails"] == 0

    doing(LATER, MARKET, lambda step: settle(step, reply.id, used=True))

    assert tidy(moment(LATER))["mails"] == 1
    with pytest.raises(NotFoundError, match="原信已清理"):
        original(reply)


def test_the_original_goes_with_the_end_of_its_ticket():
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")
    file(a_mail(text=f"{WORDS}\n\n{SAID}\n> 请办理"))
    (reply,) = replies()
    with work() as session:
        one = session.get_one(MailReply, reply.id)
        one.status, one.ticket_id = MailReplyStatus.PROPOSED, ticket_of(number).id
    assert tidy(moment(LATER))["mails"] == 0

    call_back(number, NOW, a_callback())

    assert tidy(moment(LATER))["mails"] == 1


def test_who_fetches_an_original_is_written_down():
    number = a_signed_ticket(NOW)
    reply = a_reply(number, f"{WORDS}\n\n{quoted(number)}")
    file(a_mail())
    aside = replies()[-1]

    raw = on_ticket(number, LATER, OPERATOR, lambda step, ticket: fetch(step, reply, ticket))
    doing(LATER, SUPERVISOR, lambda step: fetch(step, aside, None))

    assert raw == files.kept_mail(reply.digest)
    assert last_event(number, TicketEvent.DOWNLOAD).reason == "下载来信原件"
    with work() as session:
        query = select(AuditEntry.action).where(AuditEntry.stream == f"mail_reply:{aside.id}")
        assert session.exec(query).all() == ["fetch_original"]
