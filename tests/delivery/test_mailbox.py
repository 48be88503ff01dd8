"""The mailbox directory: one file a message, and no way out of it."""

import os
from datetime import UTC, datetime

import pytest

from engine.delivery import (
    Attachment,
    MailboxSender,
    Outgoing,
    SmtpSender,
    build,
    list_messages,
    read_message,
    sender_for,
)
from engine.errors import NotFoundError, TemporaryDeliveryError


def a_message(index=1, minute=0, attachments=()):
    return build(
        Outgoing(
            message_id=f"m{index}@hotline.example",
            to="unit@example.org",
            subject=f"【派单】第{index}件",
            text="请按期签收。",
            html="<p>请按期签收。</p>",
            sent_from="hotline@example.org",
            date=datetime(2026, 9, 28, 4, minute, tzinfo=UTC),
            attachments=attachments,
        )
    )


def test_each_message_is_one_file_named_by_time(tmp_path):
    name = MailboxSender(tmp_path / "mailbox").send(a_message())

    assert name.startswith("20260928T040000Z-")
    assert [path.name for path in (tmp_path / "mailbox").iterdir()] == [name]


def test_the_same_message_twice_is_one_file(tmp_path):
    sender = MailboxSender(tmp_path)

    first, again = sender.send(a_message(1)), sender.send(a_message(1, minute=5))

    assert first == again
    assert len(list(tmp_path.iterdir())) == 1


def test_the_list_shows_the_newest_first_and_no_more_than_asked(tmp_path):
    with MailboxSender(tmp_path) as sender:
        for index in range(5):
            sender.send(a_message(index, minute=index))

    entries = list_messages(tmp_path, limit=3)

    assert [entry.subject for entry in entries] == [
        "【派单】第4件",
        "【派单】第3件",
        "【派单】第2件",
    ]
    assert entries[0].to == "unit@example.org"


def test_a_mailbox_that_does_not_exist_yet_is_empty(tmp_path):
    assert list_messages(tmp_path / "none", limit=10) == []


def test_a_message_can_be_read_with_its_attachments(tmp_path):
    letter = Attachment("整改函.pdf", "application/pdf", b"%PDF")
    name = MailboxSender(tmp_path).send(a_message(attachments=(letter,)))

    message = read_message(tmp_path, name)

    assert message.subject == "【派单】第1件"
    assert message.text.strip() == "请按期签收。"
    assert message.html.strip() == "<p>请按期签收。</p>"
    assert message.attachments == (("整改函.pdf", 4),)


@pytest.mark.parametrize(
    "name",
    ["../secret.eml", "/etc/passwd", "..", "", ".x.eml", "a/b.eml", "a\\b.eml", "a.eml\x00"],
)  # fmt: skip
def test_names_that_point_elsewhere_find_nothing(tmp_path, name):
    (tmp_path / "secret.eml").write_text("Subject: no")
    (tmp_path / "box").mkdir()

    with pytest.raises(NotFoundError):
        read_message(tmp_path / "box", name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_directory_is_temporary(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(TemporaryDeliveryError):
        MailboxSender(tmp_path).send(a_message())


def test_a_directory_that_cannot_be_made_is_temporary(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(TemporaryDeliveryError, match="无法写入"):
        MailboxSender(tmp_path / "file").send(a_message())


def test_without_a_server_messages_go_to_the_mailbox(tmp_path):
    assert isinstance(sender_for(None, tmp_path), MailboxSender)
    assert isinstance(sender_for("smtp://mail.example.org", tmp_path), SmtpSender)
