"""A mail that was handed over whole and got no answer may have arrived: nobody says it did not."""

import asyncio
from email.message import EmailMessage

import pytest

from engine.actions.recallable import may_recall
from engine.delivery import SmtpSender
from engine.errors import ConflictError, TemporaryDeliveryError, UnansweredDeliveryError
from engine.settings import load_settings
from engine.terms import LetterStatus, MessageStatus, NoticeKind
from tests.actions.letter_steps import on_letter, the
from tests.actions.test_figures_nobody_mends import redispatch
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    MORNING,
    NOON,
    carrying,
    recall,
    sent_at_night,
    told,
)
from tests.builders import SUPERVISOR, a_dispatched_ticket
from tests.delivery.conftest import Sink, free_port, running
from tests.delivery.test_smtp import a_message
from tests.looking import mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
AGAIN = "Mon 2026-11-23 09:05"


class Mute(Sink):
    """Takes the whole mail and does not answer after its final dot."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.messages.append(envelope)
        await asyncio.sleep(3)
        return "250 OK"


class Unready(Sink):
    """Does not let a mail begin: nothing of it is handed over."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        await asyncio.sleep(3)
        return "250 OK"


@pytest.fixture
def by_server(monkeypatch):
    def at(port, timeout=0.3):
        monkeypatch.setenv("HOTLINE_SMTP_URL", f"smtp://127.0.0.1:{port}?timeout={timeout}")
        load_settings.cache_clear()

    return at


@pytest.fixture
def by_way_of(by_server):
    def tried(sink, letter_id, now):
        with running(sink) as port:
            by_server(port)
            send_mails(now)
        assert {one.status for one in carrying(letter_id)} == {MessageStatus.PENDING}

    return tried


def test_a_server_that_takes_all_and_does_not_answer_is_told_apart():
    with running(Mute()) as port, pytest.raises(UnansweredDeliveryError, match="没有等到答复"):
        SmtpSender(f"smtp://127.0.0.1:{port}?timeout=0.3").send(a_message())
    with running(Unready()) as port, pytest.raises(TemporaryDeliveryError) as said:
        SmtpSender(f"smtp://127.0.0.1:{port}?timeout=0.3").send(a_message())

    assert not isinstance(said.value, UnansweredDeliveryError)


def test_lines_that_begin_with_a_dot_arrive_as_they_were(sink):
    message = EmailMessage()
    message["From"], message["To"] = "hotline@example.org", "unit@example.org"
    message.set_content("one\n.\n.two\n..three", cte="7bit")

    SmtpSender(sink.url).send(message)

    assert "\r\n.\r\n.two\r\n..three" in sink.messages[0].content.decode()


def test_a_letter_whose_mail_may_have_arrived_is_not_called_back(by_way_of):
    letter_id, wish = sent_at_night()
    by_way_of(Mute(), letter_id, MORNING)

    assert on_letter(letter_id, AGAIN, SUPERVISOR, may_recall) is False
    with pytest.raises(ConflictError, match="可能已送出"):
        recall(letter_id, AGAIN)
    grant(wish, AGAIN)

    assert the(letter_id).status is LetterStatus.SENT
    assert all("已发出，依据已不成立，请发更正函" in one.text for one in told(letter_id))


def test_that_it_may_have_arrived_stays_said_when_the_next_attempt_plainly_fails(
    by_way_of, by_server
):
    letter_id, _ = sent_at_night()
    by_way_of(Mute(), letter_id, MORNING)

    by_server(free_port())
    send_mails(AGAIN)

    assert {one.attempts for one in carrying(letter_id)} == {2}
    assert all(one.last_error.startswith("可能已送出：") for one in carrying(letter_id))
    assert on_letter(letter_id, NOON, SUPERVISOR, may_recall) is False


def test_a_letter_of_which_nothing_was_handed_over_can_still_be_called_back(by_way_of):
    letter_id, _ = sent_at_night()
    by_way_of(Unready(), letter_id, MORNING)

    recall(letter_id, AGAIN)

    assert the(letter_id).status is LetterStatus.SIGNED


@pytest.mark.parametrize(("sink", "told_of_the_end"), [(Mute, 1), (Unready, 0)])
def test_a_unit_that_may_have_its_ticket_by_mail_is_told_when_it_goes_elsewhere(
    by_server, sink, told_of_the_end
):
    number = a_dispatched_ticket(MORNING)
    with running(sink()) as port:
        by_server(port)
        send_mails(MORNING)

    redispatch(number, "区税务局", AGAIN)

    assert len(mails_of(number, NoticeKind.WITHDRAWN)) == told_of_the_end
    assert "superseded" in {one.status.value for one in mails_of(number, NoticeKind.ASSIGNMENT)}
