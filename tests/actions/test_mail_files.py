"""Files that come with a unit's reply: filed with the ticket, by the limits of every upload."""

import email
from email.policy import default

import pytest

from engine.actions.incoming_mail import give_to_ticket, settle
from engine.actions.tidying import tidy
from engine.models import Unit
from engine.store import attachments, files
from engine.store.database import work
from engine.terms import MailReplyStatus, TicketEvent
from tests.actions.letter_steps import the
from tests.actions.test_incoming_mail import LATER, NOW, a_mail, file, mark, replies
from tests.actions.test_referrals import proposed, send
from tests.builders import MARKET, SUPERVISOR, a_signed_ticket, doing, moment
from tests.looking import event_names, events_of, last_event, ticket_of, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def with_files(raw, *named, cid=""):
    message = email.message_from_bytes(raw, policy=default)
    for name, data in named:
        more = {"cid": f"<{cid}>", "disposition": "inline"} if cid else {}
        message.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=name, **more
        )
    return message.as_bytes()


def files_of(number):
    with work() as session:
        return list(attachments.of_ticket(session, ticket_of(number).id))


def test_files_of_a_reply_are_filed_with_its_ticket_in_the_units_name():
    number = a_signed_ticket(NOW)

    assert file(with_files(a_mail(mark(number)), ("回执.pdf", PDF))) == "proposed"

    (kept,) = files_of(number)
    assert (kept.name, kept.size) == ("回执.pdf", len(PDF))
    assert (kept.uploaded_by, kept.unit_id) == (
        "区市场监管局（邮件）",
        unit_named("区市场监管局").id,
    )
    assert files.content(kept.sha256) == PDF
    (reply,) = replies()
    assert (reply.attachments, reply.status) == (0, MailReplyStatus.PROPOSED)
    assert last_event(number, TicketEvent.ATTACH).reason == "添加附件 1 个（办理附件）"


def test_a_file_of_another_type_or_too_large_is_left_out_with_the_reason():
    number = a_signed_ticket(NOW)
    big = PDF + b"0" * 10_000_001

    file(with_files(a_mail(mark(number)), ("坏.exe", b"MZ" + b"0" * 60), ("大.pdf", big)))

    (reply,) = replies()
    assert files_of(number) == []
    assert reply.attachments == 2
    assert "不能用这种文件" in reply.reason
    assert reply.text


def test_too_many_files_at_once_leave_the_words():
    number = a_signed_ticket(NOW)

    file(with_files(a_mail(mark(number)), *((f"{n}.pdf", PDF + bytes([n])) for n in range(6))))

    (reply,) = replies()
    assert (reply.attachments, len(files_of(number))) == (6, 0)
    assert "一次最多传 5 个附件" in reply.reason


def test_a_picture_of_a_signature_is_no_file():
    number = a_signed_ticket(NOW)

    file(with_files(a_mail(mark(number)), ("logo.png", b"\x89PNG\r\n\x1a\n"), cid="logo"))

    (reply,) = replies()
    assert files_of(number) == []
    assert (reply.attachments, reply.reason) == (0, "正文里的图片 1 张没有列出")


def test_the_same_mail_twice_files_its_files_once():
    number = a_signed_ticket(NOW)
    raw = with_files(a_mail(mark(number)), ("回执.pdf", PDF))

    file(raw)
    file(raw)

    assert len(files_of(number)) == 1
    assert event_names(number).count("attach") == 1


def test_a_mail_kept_aside_keeps_its_files_until_somebody_gives_it_to_its_ticket():
    number = a_signed_ticket(NOW)
    file(with_files(a_mail(), ("回执.pdf", PDF)))
    (reply,) = replies()
    assert (reply.status, files_of(number)) == (MailReplyStatus.ASIDE, [])
    assert tidy(moment(LATER))["mails"] == 0

    doing(LATER, SUPERVISOR, lambda step: give_to_ticket(step, reply.id, number))

    assert [one.name for one in files_of(number)] == ["回执.pdf"]
    assert tidy(moment(LATER))["mails"] == 0
    doing(LATER, MARKET, lambda step: settle(step, reply.id, used=True))
    assert tidy(moment(LATER))["mails"] == 1
    assert files.kept_mail(reply.digest) is None


def test_what_is_put_away_is_tidied_up():
    file(a_mail())
    (reply,) = replies()

    doing(LATER, SUPERVISOR, lambda step: settle(step, reply.id, used=False))

    assert tidy(moment(LATER))["mails"] == 1


def test_what_the_receiver_of_a_clue_mails_stays_with_its_letter():
    number, letter = proposed()
    send(letter.id, NOW, target="discipline", judgement="情况恶劣")
    receiver = doing(LATER, None, lambda step: step.session.get_one(Unit, the(letter.id).unit_id))
    raw = a_mail(sender=receiver.email, text="已受理该线索，正在核查，十日内反馈结果。")
    file(with_files(raw, ("受理回执.pdf", PDF)))
    (reply,) = replies()

    doing(LATER, SUPERVISOR, lambda step: give_to_ticket(step, reply.id, number))

    (reply,) = replies()
    assert the(letter.id).reply == "已受理该线索，正在核查，十日内反馈结果。"
    assert (reply.status, reply.unit_id) == (MailReplyStatus.USED, receiver.id)
    assert [one.name for one in files_of(number)] == []
    filed = [one for one in events_of(number) if one.event is TicketEvent.ATTACH]
    assert all(one.details.get("restricted") for one in filed)
