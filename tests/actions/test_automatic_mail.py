"""Mail that a machine wrote: no proposed answer, in nobody's way, and not lost."""

import pytest

from engine.actions import incoming_mail, stuck
from engine.actions.mail_originals import original
from engine.actions.tidying import tidy
from engine.store import attachments, mail_replies
from engine.store.database import work
from engine.terms import MailReplyStatus
from tests.actions.test_incoming_mail import LATER, NOW, WORDS, a_mail, file, mark, replies
from tests.actions.test_mail_files import PDF, with_files
from tests.builders import MARKET, SUPERVISOR, a_signed_ticket, doing, moment
from tests.delivery.test_automatic import RECEIPT
from tests.looking import event_names, ticket_of

pytestmark = pytest.mark.usefixtures("database", "var")
AWAY = "我在休假，12月1日返回。"


def of_subject(subject, **more):
    return a_mail(**more).replace(b"Subject:", b"X-Was:").replace(
        b"X-Was:", f"Subject: {subject}\nX-Was:".encode(), 1
    )  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        lambda token: a_mail(token, text=AWAY, Auto_Submitted="auto-replied"),
        lambda token: of_subject("自动回复: 【派单】", mark=token, text=AWAY),
        lambda token: RECEIPT.replace(
            b"Subject:", f"References: <{token}@hotline>\nSubject:".encode()
        ),
    ],
)
def test_what_a_machine_wrote_about_a_ticket_is_put_away_with_its_words(raw):
    number = a_signed_ticket(NOW)

    assert file(raw(mark(number))) == "automatic"

    (reply,) = replies()
    assert (reply.status, reply.reason) == (MailReplyStatus.PUT_AWAY, incoming_mail.BY_MACHINE)
    assert reply.text in {AWAY, "您的邮件已被阅读"}
    assert "note" not in event_names(number)
    with work() as session:
        assert mail_replies.count_aside(session) == 0
        assert stuck.lines(session, moment(LATER)) == ()


def test_what_a_machine_wrote_about_no_ticket_is_left_in_the_mailbox():
    assert file(a_mail(Auto_Submitted="auto-replied")) == "automatic"
    assert replies() == []


def test_a_subject_like_a_machines_about_no_ticket_waits_for_nobody():
    assert file(of_subject("自动回复: 【派单】", text=AWAY)) == "automatic"
    assert replies()[0].status is MailReplyStatus.PUT_AWAY


def test_a_subject_like_a_machines_with_a_file_is_looked_at_by_a_person():
    number = a_signed_ticket(NOW)

    file(with_files(of_subject("自动回复: 派单", mark=mark(number)), ("回执.pdf", PDF)))

    (reply,) = replies()
    assert (reply.status, reply.reason) == (MailReplyStatus.ASIDE, "像是自动回复，但带着附件")


def test_a_reply_that_only_looked_like_a_machines_can_be_given_to_its_ticket():
    number = a_signed_ticket(NOW)
    file(of_subject("自动回复: 派单", mark=mark(number)))
    (reply,) = replies()

    doing(LATER, SUPERVISOR, lambda step: incoming_mail.give_to_ticket(step, reply.id, number))

    (reply,) = replies()
    assert (reply.status, reply.text) == (MailReplyStatus.PROPOSED, WORDS)
    assert original(reply).text == WORDS
    with work() as session:
        assert mail_replies.by_machines(session) == []


def test_what_was_put_away_keeps_its_words_and_files_till_it_is_given_to_a_ticket_and_used():
    number = a_signed_ticket(NOW)
    file(with_files(a_mail(mark(number), Precedence="bulk"), ("整改报告.pdf", PDF)))
    (reply,) = replies()
    assert reply.status is MailReplyStatus.PUT_AWAY
    assert tidy(moment(LATER))["mails"] == 0

    doing(LATER, SUPERVISOR, lambda step: incoming_mail.give_to_ticket(step, reply.id, number))

    assert (replies()[0].text, replies()[0].attachments) == (WORDS, 0)
    assert original(reply).text == WORDS
    with work() as session:
        (kept,) = attachments.of_ticket(session, ticket_of(number).id)
        assert kept.name == "整改报告.pdf"
    doing(LATER, MARKET, lambda step: incoming_mail.settle(step, reply.id, used=True))
    assert tidy(moment(LATER))["mails"] == 1
