"""`hotline mail receive`: one mail on standard input, as postfix and dovecot hand it over."""

from contextlib import contextmanager

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import mail
from engine.errors import UnavailableError
from engine.terms import MailReplyStatus
from tests.actions.test_incoming_mail import NOW, UNIT_ADDRESS, a_mail, mark, replies
from tests.builders import a_signed_ticket

pytestmark = pytest.mark.usefixtures("var")
RUNNER = CliRunner()


@pytest.fixture
def receive(database, monkeypatch):
    @contextmanager
    def opened():
        yield database

    monkeypatch.setattr(mail, "opened_database", opened)
    return call


def call(raw):
    app = typer.Typer()
    mail.register(app)
    return RUNNER.invoke(app, ["mail", "receive"], input=raw)


def test_a_mail_on_standard_input_is_filed_once(receive):
    raw = a_mail(mark(a_signed_ticket(NOW)))

    first, again = receive(raw), receive(raw)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert ("proposed" in first.output, "known" in again.output) == (True, True)
    assert [one.status for one in replies()] == [MailReplyStatus.PROPOSED]


def test_a_mail_nobody_can_place_is_kept_and_never_bounced(receive):
    assert receive(b"rubbish without any header").exit_code == 0

    assert [one.status for one in replies()] == [MailReplyStatus.ASIDE]


def test_without_a_database_the_server_is_asked_to_come_again(monkeypatch):
    @contextmanager
    def away():
        raise UnavailableError("数据库连不上。")
        yield

    monkeypatch.setattr(mail, "opened_database", away)

    done = call(a_mail())

    assert done.exit_code == 75
    assert UNIT_ADDRESS not in done.output


def test_an_empty_input_is_asked_for_again(receive):
    assert receive(b"").exit_code == 75
