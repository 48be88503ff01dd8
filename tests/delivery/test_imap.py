"""Fetching mail: what is unread, without deleting anything; what cannot be entered says so."""

import pytest

from engine.delivery.imap import ImapMailbox, ImapServer
from engine.errors import BadInputError, TemporaryDeliveryError
from tests.delivery.conftest import free_port
from tests.delivery.imap_server import imap_server

MAIL = b"From: a@unit.invalid\r\nSubject: x\r\n\r\nhello\r\n"


def test_an_address_names_server_folder_and_authority():
    found = ImapServer.parse("imap+starttls://u%40x:p%3A@mail.local/12345?timeout=3&cafile=/ca.pem")

    assert (found.user, found.password, found.host, found.port) == ("u@x", "p:", "mail.local", 143)
    assert (found.folder, found.timeout, found.cafile) == ("12345", 3.0, "/ca.pem")
    assert "p:" not in repr(found)


@pytest.mark.parametrize(
    "url",
    ["http://u:p@h", "imaps://h/INBOX", "imaps://u:secret@h:x", "imaps://u:secret@h?timeout=0"],
)
def test_an_address_that_is_none_is_refused_without_its_password(url):
    with pytest.raises(BadInputError, match="HOTLINE_IMAP_URL") as refused:
        ImapServer.parse(url)

    assert "secret" not in str(refused.value)


def test_unread_mail_is_fetched_and_only_then_marked_as_read():
    with imap_server() as box:
        key = box.put(MAIL)
        with ImapMailbox(box.url) as mailbox:
            assert mailbox.unread() == [str(key)]
            assert mailbox.size(str(key)) == len(MAIL)
            assert mailbox.fetch(str(key), 1000) == MAIL
            assert box.unread == [key]
            mailbox.mark_read(str(key))
            assert mailbox.unread() == []


def test_a_huge_mail_is_cut_and_the_oldest_come_first():
    with imap_server() as box:
        first, _, _ = (box.put(MAIL) for _ in range(3))
        with ImapMailbox(box.url) as mailbox:
            assert mailbox.unread()[0] == str(first)
            assert mailbox.fetch(str(first), 9) == MAIL[:9]


def test_a_server_that_is_away_is_for_later():
    url = f"imap://u:secret@127.0.0.1:{free_port()}?timeout=1"

    with pytest.raises(TemporaryDeliveryError, match="稍后再取") as away, ImapMailbox(url):
        pass

    assert "secret" not in str(away.value)


def test_a_wrong_password_and_a_missing_folder_say_so():
    with imap_server() as box:
        for url in (box.url.replace("geheim", "falsch"), box.url.replace("INBOX", "Other")):
            with pytest.raises(TemporaryDeliveryError, match=r"127\.0\.0\.1"), ImapMailbox(url):
                pass
