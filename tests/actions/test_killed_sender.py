"""A sender that is killed with a mail in hand leaves a doubt: nobody says that it never left."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from engine.actions.recallable import may_recall
from engine.errors import ConflictError
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import LetterStatus, MessageStatus
from tests.actions.letter_steps import on_letter, the
from tests.actions.test_late_grants import grant
from tests.actions.test_perhaps_left import Mute, by_server
from tests.actions.test_recalled_letters import (
    MORNING,
    NOON,
    carrying,
    recall,
    sent_at_night,
    told,
)
from tests.builders import SUPERVISOR, moment
from tests.delivery.conftest import free_port, running
from tests.looking import send_mails

__all__ = ["by_server"]
pytestmark = pytest.mark.usefixtures("database", "var")
AGAIN = "Mon 2026-11-23 09:10"
SENDER = """
import sys
from datetime import datetime
from engine.actions import background
from engine.store.database import connect, use
use(connect(sys.argv[1]))
now = datetime.fromisoformat(sys.argv[2])
background.deliver(background.messages_due(now, 100), now)
"""


def killed_with_a_mail_in_hand(database, by_server, now):
    """Start a sender, kill it once a server has taken a mail of it, and let its mark end."""
    sink = Mute()
    with running(sink) as port:
        by_server(port, timeout=20)
        sender = subprocess.Popen([sys.executable, "-c", SENDER, database.url, now.isoformat()])
        until = time.monotonic() + 60
        while not sink.messages and sender.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        sender.kill()
        sender.wait()
    assert sink.messages
    with work() as session:
        session.exec(text("UPDATE outbox_message SET sending_until = now() - interval '1 second' "
                          "WHERE sending_until IS NOT NULL"))  # fmt: skip


@pytest.fixture
def a_killed_sender(database, by_server):
    letter_id, wish = sent_at_night()
    killed_with_a_mail_in_hand(database, by_server, moment(MORNING))
    assert {one.status for one in carrying(letter_id)} == {MessageStatus.PENDING}
    return letter_id, wish


def test_its_letter_is_not_called_back(a_killed_sender):
    letter_id, wish = a_killed_sender

    assert on_letter(letter_id, AGAIN, SUPERVISOR, may_recall) is False
    with pytest.raises(ConflictError, match="可能已送出"):
        recall(letter_id, AGAIN)
    grant(wish, AGAIN)

    assert the(letter_id).status is LetterStatus.SENT
    assert all("已发出，依据已不成立，请发更正函" in one.text for one in told(letter_id))


def test_the_doubt_stays_said_when_the_next_attempt_plainly_fails(a_killed_sender, by_server):
    letter_id, _ = a_killed_sender

    by_server(free_port())
    send_mails(AGAIN)

    assert {one.attempts for one in carrying(letter_id)} == {1}
    assert all(one.last_error.startswith("可能已送出：") for one in carrying(letter_id))
    assert on_letter(letter_id, NOON, SUPERVISOR, may_recall) is False


def test_its_mail_leaves_all_the_same(a_killed_sender, monkeypatch):
    letter_id, _ = a_killed_sender

    monkeypatch.delenv("HOTLINE_SMTP_URL")
    load_settings.cache_clear()
    send_mails(AGAIN)

    found = {(one.status, one.last_error) for one in carrying(letter_id)}
    assert found == {(MessageStatus.SENT, "")}
