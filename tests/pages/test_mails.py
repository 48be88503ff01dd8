"""The page of mail that needs a person, and a reply by mail on the page of its ticket."""

import re

import pytest

from engine.actions import incoming_mail, unreadable_mail
from engine.models import OutboxMessage
from engine.store.database import work
from engine.terms import MailReplyStatus, MessageStatus, NoticeKind, TicketStatus
from tests.actions.test_incoming_mail import WORDS, a_bounce, a_mail, file, mark, replies
from tests.builders import MARKET, SUPERVISOR, TAX, a_signed_ticket, moment, on_ticket
from tests.looking import answers_of, mails_of, send_mails, ticket_of

pytestmark = pytest.mark.usefixtures("database", "var")
NOW = "Tue 2026-11-24 09:00"


def a_failed_mail():
    number = a_signed_ticket(NOW)
    with work() as session:
        mail = session.get_one(OutboxMessage, mails_of(number, NoticeKind.ASSIGNMENT)[0].id)
        mail.status, mail.last_error = MessageStatus.UNDELIVERED, "550 5.1.1 no such mailbox"
        return mail.id


def test_what_did_not_arrive_stands_under_its_unit_and_can_be_sent_again(as_):
    mail_id = a_failed_mail()
    desk = as_(SUPERVISOR)

    page = desk.get("/mails").text
    done = desk.post(f"/mails/again/{mail_id}").text

    assert "550 5.1.1 no such mailbox" in page
    assert "shijianguan@demo.invalid" in page
    assert "将重新发往 shijianguan@demo.invalid" in done
    assert "没有送达失败的邮件" in done


def test_letting_a_mail_be_asks_for_the_reason_beside_it(as_):
    mail_id = a_failed_mail()
    desk = as_("guanli")
    desk.get("/mails")

    bare = desk.post(f"/mails/let-be/{mail_id}", reason="")
    done = desk.post(f"/mails/let-be/{mail_id}", reason="已电话告知")

    assert bare.status_code == 422
    assert "请写明不再发的理由" in bare.text
    assert "没有送达失败的邮件" in done.text


def test_a_mail_kept_aside_is_shown_to_supervisors_and_given_to_its_ticket(as_):
    number = a_signed_ticket(NOW)
    file(a_mail())
    desk, clerk = as_(SUPERVISOR), as_("guanli")

    page = desk.get("/mails").text
    wrong = desk.post("/mails/give/1", number="LZ1")
    done = desk.post("/mails/give/1", number=number)

    assert WORDS in page
    assert "没有回信标记" in page
    assert wrong.status_code == 422
    assert "请核对编号" in wrong.text
    assert "已归入工单" in done.text
    assert WORDS not in clerk.get("/mails").text
    assert WORDS in desk.get(f"/tickets/{number}").text


def test_a_unit_answers_with_what_it_wrote_by_mail(as_):
    number = a_signed_ticket(NOW)
    file(a_mail(mark(number)))
    unit = as_(MARKET)

    page = unit.get(f"/tickets/{number}").text
    form = unit.get(f"/tickets/{number}/answer?mail=1").text
    fields = {"outcome": "solved", "text": WORDS, "contacted": "1", "mail": "1",
              "version": unit.hidden("version")}  # fmt: skip
    checking = unit.post(f"/tickets/{number}/answer", fields).text
    unit.post(f"/tickets/{number}/answer", {**fields, "mail": unit.hidden("mail")}, sure="1")

    assert "邮件写来的拟答复" in page
    assert f"/tickets/{number}/answer?mail=1" in page
    assert WORDS in re.search(r"<textarea[^>]*name=\"text\"[^>]*>([^<]*)<", form)[1]
    assert "还没有提交" in checking
    assert ticket_of(number).status is TicketStatus.ANSWERED
    assert answers_of(number)[-1].text == WORDS
    assert replies()[0].status is MailReplyStatus.USED
    assert "邮件写来的拟答复" not in unit.get(f"/tickets/{number}").text


def test_another_unit_sees_nothing_of_it(as_):
    number = a_signed_ticket(NOW)
    file(a_mail(mark(number)))

    assert as_(TAX).get(f"/tickets/{number}/answer?mail=1").status_code == 404


def test_a_mail_settled_elsewhere_is_said_to_be_gone(as_):
    number = a_signed_ticket(NOW)
    file(a_mail(mark(number)))
    on_ticket(number, NOW, MARKET, lambda step, _: incoming_mail.settle(step, 1, used=False))

    assert as_(MARKET).get(f"/tickets/{number}/answer?mail=1").status_code == 404


def test_a_report_nobody_is_sure_of_is_found_true_by_a_supervisor(as_):
    number = a_signed_ticket(NOW)
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    file(a_bounce(mail).replace(b"Return-Path: <>\n", b""))
    desk = as_(SUPERVISOR)

    page = desk.get("/mails").text
    done = desk.post("/mails/bounced/1").text

    assert "认定没有送达" in page
    assert "归入工单" not in page
    assert "派单通知认定没有送达，已列入“没有送达”" in done
    assert mails_of(number, NoticeKind.ASSIGNMENT)[0].status is MessageStatus.UNDELIVERED


def test_what_a_machine_wrote_stands_below_and_can_still_be_given_to_its_ticket(as_):
    number = a_signed_ticket(NOW)
    file(a_mail(mark(number), Auto_Submitted="auto-replied"))
    desk = as_(SUPERVISOR)

    page = desk.get("/mails").text
    wrong = desk.post("/mails/give/1", number="LZ1")
    done = desk.post("/mails/give/1", number=number)

    assert "没有要处理的来信" in page
    assert "自动回复和已读回执" in page
    assert "<details open><summary>有 1 封" in wrong.text
    assert "已归入工单" in done.text
    assert WORDS in desk.get(f"/tickets/{number}").text


def test_a_mail_that_cannot_be_read_asks_for_the_mailbox_and_alarms_the_administrator(as_):
    for at in ("Tue 2026-11-24 09:00", "Tue 2026-11-24 09:20"):
        unreadable_mail.note("mailbox", "17", moment(at), unreadable_mail.NOT_READ)
    desk = as_(SUPERVISOR)

    page = desk.get("/mails").text
    state = as_("guanli").get("/admin").text
    desk.get("/mails")
    settled = desk.post("/mails/put-away/1").text

    assert "收信服务器读不出这封信" in page
    assert "请在收信邮箱里打开原信" in page
    assert "归入工单" not in page
    assert "收信邮箱里有 1 封信读不出来" in state
    assert "没有要处理的来信" in settled
    assert "读不出来" not in as_("guanli").get("/admin").text
