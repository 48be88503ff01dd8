"""A mail server that takes nothing from us: no address is blamed, an administrator is told."""

import pytest
from sqlmodel import select, update

from engine.actions import delivering
from engine.models import OutboxMessage
from engine.settings import load_settings
from engine.store.database import work
from engine.store.mail_queue import mail_queue
from engine.terms import MessageStatus
from tests.builders import a_dispatched_ticket, moment
from tests.delivery.scripted_smtp import scripted
from tests.looking import event_names, send_mails

NOW, LATER = "Mon 2026-11-23 09:00", "Mon 2026-11-23 09:01"
pytestmark = pytest.mark.usefixtures("database", "var")
NOT_LOGGED_IN = "553 5.7.1 <hotline@demo.invalid>: Sender address rejected: not logged in"


@pytest.fixture
def serving(monkeypatch):
    def entering(**answers):
        made = scripted(**answers)
        script = made.__enter__()
        opened.append(made)
        monkeypatch.setenv("HOTLINE_SMTP_URL", script.url)
        load_settings.cache_clear()
        return script

    opened = []
    yield entering
    for one in opened:
        one.__exit__(None, None, None)


def tickets(many):
    return [a_dispatched_ticket(NOW, enterprise="", content=f"诉求{n}" * 4) for n in range(many)]


def mails():
    with work() as session:
        return list(session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all())


def spread():
    with work() as session:
        for one in session.exec(select(OutboxMessage)):
            one.recipient = f"u{one.id}@demo.invalid"


def queue(now):
    with work() as session:
        return mail_queue(session, moment(now))


def test_mails_the_server_refuses_for_us_are_put_off_and_blame_no_unit(serving):
    numbers = tickets(6)
    spread()
    refusing = serving(RCPT=NOT_LOGGED_IN)

    counts = send_mails(NOW)

    assert counts == {"sent": 0, "retry": len(mails()), "undelivered": 0}
    assert len(mails()) > delivering.MOST_REFUSALS
    assert refusing.asked["RCPT"] == delivering.MOST_REFUSALS
    assert {one.status for one in mails()} == {MessageStatus.PENDING}
    assert all("请管理员核对发信设置" in one.last_error for one in mails())
    assert all("undelivered" not in event_names(one) for one in numbers)


@pytest.mark.parametrize(
    "answers", [{"MAIL": "530 5.7.0 Authentication required"}, {"GREETING": "554 5.7.1 no"}]
)
def test_a_server_that_refuses_us_outright_is_asked_once_a_batch(serving, answers):
    tickets(4)
    spread()
    refusing = serving(**answers)

    counts = send_mails(NOW)

    assert counts["retry"] == len(mails()) >= 4
    assert [refusing.asked[one] for one in answers] == [1]


def test_one_recipient_with_rules_of_their_own_keeps_nobody_else_waiting(serving):
    tickets(5)
    spread()
    first = mails()[0]
    picky = "550 5.7.1 authentication required"

    serving(RCPT=lambda line: picky if first.recipient in line else "250 ok")
    counts = send_mails(NOW)

    assert counts == {"sent": len(mails()) - 1, "retry": 1, "undelivered": 0}
    assert queue(LATER).refused == ""


def test_three_who_are_taken_for_a_refusal_of_us_keep_nobody_waiting_twice(serving):
    tickets(8)
    spread()
    own = [one.recipient for one in mails()[: delivering.MOST_REFUSALS]]
    serving(RCPT=lambda line: NOT_LOGGED_IN if any(one in line for one in own) else "250 ok")

    first, second = send_mails(NOW), send_mails(LATER)

    assert first["sent"] == 0
    assert second["sent"] == len(mails()) - len(own)


def test_the_administrator_is_told_at_once_and_no_more_once_mail_leaves(serving):
    tickets(3)
    spread()
    serving(RCPT=NOT_LOGGED_IN)
    send_mails(NOW)

    told = queue(LATER)

    assert told.is_late
    assert told.late_words.startswith("邮件服务器拒绝本系统发信（553 5.7.1")
    serving()
    assert send_mails(LATER)["sent"] == len(mails())
    assert not queue(LATER).is_late


def test_of_one_mail_alone_he_is_told_when_it_is_late(serving):
    tickets(1)
    serving(RCPT=NOT_LOGGED_IN)
    send_mails(NOW)

    assert not queue("Mon 2026-11-23 09:10").is_late
    assert "拒绝本系统发信" in queue("Mon 2026-11-23 09:16").late_words


def test_a_mail_that_is_given_up_says_so(serving):
    tickets(1)
    serving(RCPT="554 5.7.1 <group>: Recipient address rejected: Access denied")
    with work() as session:
        session.exec(update(OutboxMessage).values(attempts=delivering.ATTEMPTS - 1))

    send_mails(NOW)

    (mail,) = mails()
    assert mail.status is MessageStatus.UNDELIVERED
    assert "试了 100 次，不再自动重试。" in mail.last_error
    assert "稍后重试" not in mail.last_error
