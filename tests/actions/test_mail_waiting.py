"""How long the oldest mail waits counts from when it could first leave, however often tried."""

from datetime import timedelta

import pytest

from engine.actions.mail_trouble import send_again
from engine.actions.overseeing import remind
from engine.models import OutboxMessage
from engine.serving.examined_database import examine_database
from engine.settings import load_settings
from engine.store.database import work
from engine.store.gauges import gauges
from engine.terms import MessageStatus
from tests.actions.sweep_steps import in_progress
from tests.builders import SUPERVISOR, a_dispatched_ticket, doing, moment, on_ticket
from tests.delivery.conftest import free_port
from tests.looking import mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
NOW, EVENING = "Mon 2026-11-23 09:00", "Wed 2026-09-16 20:00"


@pytest.fixture
def nobody_listens(monkeypatch):
    """Return what takes the mail server away."""

    def away():
        monkeypatch.setenv("HOTLINE_SMTP_URL", f"smtp://127.0.0.1:{free_port()}?timeout=1")
        load_settings.cache_clear()

    return away


def waiting_minutes(at):
    with work() as session:
        return gauges(session, moment(at)).mails.age / timedelta(minutes=1)


def test_attempts_that_fail_do_not_make_a_mail_younger(nobody_listens):
    nobody_listens()
    a_dispatched_ticket(NOW)

    for at in (NOW, "Mon 2026-11-23 09:01", "Mon 2026-11-23 09:06"):
        assert send_mails(at)["retry"] == 1

    assert waiting_minutes("Mon 2026-11-23 09:16") == 16


def test_a_mail_held_over_night_waits_from_the_morning_on(nobody_listens):
    number = in_progress("Tue 2026-09-15 09:00")
    send_mails(EVENING)
    nobody_listens()
    on_ticket(number, EVENING, SUPERVISOR,
              lambda step, ticket: remind(step, ticket, "请抓紧办理"))  # fmt: skip

    assert waiting_minutes("Thu 2026-09-17 08:59") == 0
    assert send_mails("Thu 2026-09-17 09:00")["retry"] > 0
    assert waiting_minutes("Thu 2026-09-17 09:01") == 1


def test_a_mail_that_a_person_sends_again_waits_from_then_on(nobody_listens):
    (mail,) = mails_of(a_dispatched_ticket(NOW))
    with work() as session:
        session.get_one(OutboxMessage, mail.id).status = MessageStatus.UNDELIVERED
    nobody_listens()

    doing("Tue 2026-11-24 09:00", SUPERVISOR, lambda step: send_again(step, mail.id))
    send_mails("Tue 2026-11-24 09:00")

    assert waiting_minutes("Tue 2026-11-24 09:10") == 10


def test_a_server_away_for_a_quarter_of_an_hour_is_found_by_check(database, nobody_listens):
    nobody_listens()
    a_dispatched_ticket(NOW)
    for at in (NOW, "Mon 2026-11-23 09:01", "Mon 2026-11-23 09:06"):
        send_mails(at)

    now = moment("Mon 2026-11-23 09:16")
    found = {one.what: one for one in examine_database(database, load_settings(), now)}

    assert "最久的已等 16 分钟" in found["邮件队列"].words
