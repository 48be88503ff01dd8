"""Secrets that everybody can read in the repository open nothing in earnest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from engine.actions import people
from engine.actions.passwords import DEMO_PASSWORD, change_password
from engine.errors import BadInputError
from engine.models import Account
from engine.serving.examination import examine
from engine.serving.examined_database import examine_database
from engine.serving.findings import Level
from engine.settings import Settings
from engine.store.database import work
from engine.terms import Role
from tests.builders import OPERATOR, moment
from tests.delivery.conftest import free_port
from tests.environment_files import by_systemd

NOW = moment("Wed 2026-11-25 09:00")
SECRET = "CHANGE-ME-to-48-random-characters"
NEW = people.NewAccount(username="xin", name="新人", role=Role.OPERATOR, password=DEMO_PASSWORD)


EXAMPLES = Path(__file__).parents[2] / "deploy" / "hotline.env.example"


def hotline(*arguments, **environment):
    command = [sys.executable, "-c", "from engine.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


def settings(tmp_path, **changes):
    return Settings(_env_file=None, var=tmp_path / "var", prefect_port=1, **changes)


@pytest.mark.parametrize("command", ["api", "worker", "migrate", "serve"])
def test_nothing_starts_on_a_managed_database_with_a_secret_of_the_example(
    command, database, tmp_path
):
    ended = hotline(
        command, HOTLINE_DATABASE_URL=database.url, HOTLINE_VAR=str(tmp_path / "var"),
        HOTLINE_SECRET_KEY=SECRET, HOTLINE_METRICS_TOKEN="change-me", HOTLINE_PORT=str(free_port()),
        HOTLINE_PREFECT_API_URL="http://127.0.0.1:1/api",
    )  # fmt: skip

    assert ended.returncode == 2
    assert "HOTLINE_SECRET_KEY、HOTLINE_METRICS_TOKEN 还是示例" in ended.stderr
    assert SECRET not in ended.stdout + ended.stderr


def test_a_demonstration_starts_with_it(tmp_path):
    ended = hotline(
        "migrate", HOTLINE_DATABASE_URL="", HOTLINE_VAR=str(tmp_path / "var"),
        HOTLINE_METRICS_TOKEN="CHANGE-ME",
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr


def test_every_secret_of_the_example_file_is_known_as_one(tmp_path):
    given = by_systemd(EXAMPLES.read_text(encoding="utf-8"))
    small = {name.removeprefix("HOTLINE_").lower(): value for name, value in given.items()}

    found = settings(tmp_path, **{name: one for name, one in small.items() if name != "var"})

    assert set(found.examples) == {name for name, one in given.items() if "CHANGE-ME" in one}


@pytest.mark.parametrize(
    ("given", "name"),
    [({"metrics_token": "CHANGE_ME"}, "HOTLINE_METRICS_TOKEN"),
     ({"metrics_token": "change me"}, "HOTLINE_METRICS_TOKEN"),
     ({"smtp_url": "smtp://a:CHANGE%2DME@mail.example"}, "HOTLINE_SMTP_URL"),
     ({"database_url": "postgresql://a:changeme@db/x"}, "HOTLINE_DATABASE_URL")],
)  # fmt: skip
def test_it_is_known_however_it_is_spelt(tmp_path, given, name):
    assert settings(tmp_path, **given).examples == (name,)


def test_a_password_of_prefects_server_is_one_of_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:CHANGE-ME")

    assert settings(tmp_path).examples == ("PREFECT_API_AUTH_STRING",)


def test_check_names_the_lines_and_not_what_they_say(tmp_path):
    found = list(examine(settings(tmp_path, metrics_token="CHANGE-ME", secret_key=SECRET), NOW))

    (one,) = [one for one in found if one.what == "示例口令"]
    assert one.level is Level.BROKEN
    assert "HOTLINE_SECRET_KEY、HOTLINE_METRICS_TOKEN" in one.words
    assert SECRET not in one.words + one.todo


def opened(database, tmp_path):
    earnest = settings(tmp_path, database_url=database.url, demo_data=False)
    found = {one.what: one for one in examine_database(database, earnest, NOW)}
    return found.get("演示账号")


def test_check_names_accounts_that_still_have_the_demonstrations_password(database, tmp_path):
    with work() as session:
        everybody = session.exec(select(Account).order_by(Account.id)).all()
        for one in everybody[3:]:
            one.active = False
        people.set_password(session, everybody[1].username, "eine eigene Losung", NOW)
    names = [everybody[0].username, everybody[2].username]

    found = opened(database, tmp_path)

    assert found.level is Level.BROKEN
    assert found.words.startswith(f"{'、'.join(names)}还用着")
    with work() as session:
        for name in names:
            people.set_password(session, name, "eine eigene Losung", NOW)
    assert opened(database, tmp_path) is None


@pytest.mark.usefixtures("database", "in_earnest")
def test_in_earnest_nobody_is_given_the_demonstrations_password():
    with work() as session:
        with pytest.raises(BadInputError, match="演示"):
            people.create_account(session, NEW, NOW)
        with pytest.raises(BadInputError, match="演示"):
            people.set_password(session, OPERATOR, DEMO_PASSWORD, NOW)
        who = people.account_by_name(session, OPERATOR)
        twice = (DEMO_PASSWORD.title(), DEMO_PASSWORD.title())
        with pytest.raises(BadInputError, match="演示"):
            change_password(session, who.id, "die alte", twice, NOW)


@pytest.mark.usefixtures("database")
def test_a_demonstration_gives_it():
    with work() as session:
        assert people.create_account(session, NEW, NOW).id
