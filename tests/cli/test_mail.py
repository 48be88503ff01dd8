"""`hotline mail receive`: one mail on standard input, as postfix and dovecot hand it over."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import mail
from engine.errors import BadInputError, UnavailableError
from engine.settings import load_settings
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
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()
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


@pytest.mark.parametrize(
    ("error", "said"),
    [(UnavailableError("数据库连不上。"), "数据库连不上"), (KeyError(UNIT_ADDRESS), "KeyError"),
     (MemoryError(), "MemoryError"), (BadInputError(UNIT_ADDRESS), "BadInputError")],
)  # fmt: skip
def test_whatever_goes_wrong_the_server_is_asked_to_come_again(receive, monkeypatch, error, said):
    @contextmanager
    def failing():
        raise error
        yield

    monkeypatch.setattr(mail, "opened_database", failing)

    done = receive(a_mail())

    assert done.exit_code == 75
    assert said in done.output
    assert UNIT_ADDRESS not in done.output


def hotline(*arguments, given=b"", **environment):
    command = [sys.executable, "-c", "from engine.cli import main; main()", *arguments]
    done = subprocess.run(
        command, input=given, capture_output=True, timeout=120, env={**os.environ, **environment}
    )
    return done.returncode, (done.stdout + done.stderr).decode()


def test_a_database_newer_than_the_program_takes_mails_later_and_says_why(database, var):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099_future'")

    mailed = hotline("mail", "receive", given=a_mail(), HOTLINE_DATABASE_URL=database.url)
    others = [hotline(*words, HOTLINE_DATABASE_URL=database.url)
              for words in (("migrate",), ("key", "list"))]  # fmt: skip

    assert (mailed[0], [code for code, _ in others]) == (75, [2, 2])
    for said in (mailed[1], *(words for _, words in others)):
        assert "比本程序新" in said
        assert "Traceback" not in said
    assert UNIT_ADDRESS not in mailed[1]


def test_without_its_environment_a_mail_waits_and_no_database_is_made_for_it(var):
    code, said = hotline("mail", "receive", given=a_mail(), HOTLINE_DATABASE_URL="")

    assert code == 75
    assert "HOTLINE_DATABASE_URL" in said
    assert not (var / "postgres").exists()


def test_a_setting_that_is_wrong_keeps_the_mail_waiting_and_is_named(database, var):
    code, said = hotline(
        "mail", "receive", given=a_mail(), HOTLINE_DATABASE_URL=database.url, HOTLINE_PORT="many"
    )

    assert (code, "HOTLINE_PORT" in said, "Traceback" in said) == (75, True, False)


def test_an_empty_input_is_asked_for_again(receive):
    assert receive(b"").exit_code == 75
