"""Messages: complete, repeatable, and proof against smuggled headers."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from engine.delivery import Attachment, Outgoing, build
from engine.errors import PermanentDeliveryError


def an_outgoing(**changes) -> Outgoing:
    facts = {
        "message_id": "ticket-42-assignment-1@hotline.example",
        "to": "unit@example.org",
        "subject": "【派单】LZ202609280042 投诉，10月16日（周五）到期",
        "text": "区样例局：\n请按期签收。\n",
        "html": "<p>区样例局：请按期签收。</p>",
        "sent_from": "12345热线 <hotline@example.org>",
        "date": datetime(2026, 9, 28, 1, 40, tzinfo=UTC),
    }
    return Outgoing(**{**facts, **changes})


def read_back(outgoing):
    return message_from_bytes(build(outgoing).as_bytes(), policy=default)


def test_a_message_has_chinese_subject_text_and_html():
    message = read_back(an_outgoing())

    assert message["Subject"] == "【派单】LZ202609280042 投诉，10月16日（周五）到期"
    assert message.get_body(("plain",)).get_content().splitlines() == ["区样例局：", "请按期签收。"]
    assert "请按期签收" in message.get_body(("html",)).get_content()


def test_a_message_says_that_no_person_wrote_it():
    assert read_back(an_outgoing())["Auto-Submitted"] == "auto-generated"


def test_the_message_id_is_the_one_given():
    assert read_back(an_outgoing())["Message-ID"] == "<ticket-42-assignment-1@hotline.example>"


def test_the_same_facts_give_the_same_bytes():
    letter = Attachment("整改函.pdf", "application/pdf", b"%PDF")
    first = build(an_outgoing(attachments=(letter,))).as_bytes()

    assert build(an_outgoing(attachments=(letter,))).as_bytes() == first


def test_attachments_keep_their_chinese_names_and_types():
    entry = Attachment("期限.ics", "text/calendar; method=PUBLISH; charset=utf-8", b"BEGIN")
    letter = Attachment("关于投诉工单办理问题整改的函.pdf", "application/pdf", b"%PDF-1.7")

    parts = list(read_back(an_outgoing(attachments=(letter, entry))).iter_attachments())

    assert [part.get_filename() for part in parts] == [letter.name, entry.name]
    assert parts[0].get_content() == b"%PDF-1.7"
    assert parts[1].get_param("method") == "PUBLISH"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "工单\r\nBcc: other@example.org"},
        {"to": "unit@example.org\nBcc: other@example.org"},
        {"sent_from": "hotline@example.org\rX: 1"},
        {"headers": {"X-Ticket": "1\r\nBcc: other@example.org"}},
        {"headers": {"X-Ticket\r\nBcc": "other@example.org"}},
        {"message_id": "a@b>\r\nBcc: <other@example.org"},
        {"subject": "工单\u2028换行"},
    ],
)
def test_a_line_break_in_a_header_is_refused(change):
    with pytest.raises(PermanentDeliveryError):
        build(an_outgoing(**change))


@pytest.mark.parametrize(
    "to", ["", "no-at-sign", "a@b@c.org", "单位@example.org", "a b@example.org"]
)
def test_what_is_no_address_is_a_permanent_failure(to):
    with pytest.raises(PermanentDeliveryError, match="地址"):
        build(an_outgoing(to=to))
