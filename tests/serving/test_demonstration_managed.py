"""Demonstration data, and the password that everybody knows, on a managed database."""

import io

import psycopg
import pytest
from rich.console import Console
from sqlmodel import func, select

from engine.actions import people, sessions
from engine.actions.passwords import DEMO_PASSWORD
from engine.cli import serve
from engine.cli.progress import Progress
from engine.models import Account
from engine.serving.examined_database import examine_database
from engine.serving.findings import Level
from engine.settings import Settings, load_settings
from engine.store.database import connect, use, work
from engine.terms import Role
from tests.builders import OPERATOR, a_ticket, moment

NOW = moment("Wed 2026-11-25 09:00")
OWN = "eine eigene Losung"


@pytest.fixture
def managed(database, monkeypatch):
    """Run on a managed database, of which nobody said that it demonstrates."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    monkeypatch.delenv("HOTLINE_DEMO_DATA")
    load_settings.cache_clear()
    yield database
    monkeypatch.undo()
    load_settings.cache_clear()


def test_nobody_signs_in_with_it_on_a_managed_database(managed):
    refused = sessions.sign_in(OPERATOR, DEMO_PASSWORD, NOW)
    with work() as session:
        people.set_password(session, OPERATOR, OWN, NOW)

    assert "hotline account password huawu" in refused
    assert sessions.sign_in(OPERATOR, OWN, NOW).secret


def test_where_it_was_said_outright_that_it_demonstrates_one_does(managed, monkeypatch):
    monkeypatch.setenv("HOTLINE_DEMO_DATA", "1")
    load_settings.cache_clear()

    assert sessions.sign_in(OPERATOR, DEMO_PASSWORD, NOW).secret


@pytest.mark.parametrize(
    ("url", "given", "shown"),
    [(None, {}, True), ("", {}, True), ("postgresql://db/hotline", {}, False),
     ("postgresql://db/hotline", {"demo_data": True}, True), (None, {"demo_data": False}, False)],
)  # fmt: skip
def test_only_the_embedded_database_demonstrates_without_being_told(url, given, shown, monkeypatch):
    monkeypatch.delenv("HOTLINE_DEMO_DATA")

    assert Settings(_env_file=None, database_url=url, **given).demo_data is shown


@pytest.fixture
def laid_in(database, server, monkeypatch):
    """Yield what lays in what `hotline serve` does, into an empty managed database."""
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS empty WITH (FORCE)")
        connection.execute("CREATE DATABASE empty")
    empty = use(connect(server.format(name="empty"), pool_size=2))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", empty.url)

    def lay_in(demonstrate=""):
        monkeypatch.setenv("HOTLINE_DEMO_DATA", demonstrate)
        if not demonstrate:
            monkeypatch.delenv("HOTLINE_DEMO_DATA")
        load_settings.cache_clear()
        said = io.StringIO()
        shown = serve._prepare(load_settings(), empty, Progress(Console(file=said, width=500)))
        return shown, said.getvalue()

    yield lay_in
    empty.dispose()
    use(database)


def accounts():
    with work() as session:
        return session.exec(select(func.count()).select_from(Account)).one()


def test_a_managed_database_gets_no_demonstration_account_without_being_told(laid_in):
    shown, said = laid_in()

    assert (shown, accounts(), "演示" in said) == ([], 0, False)


def test_told_outright_an_empty_one_gets_them_with_a_loud_line_each_time(laid_in):
    shown, said = laid_in("1")
    again, said_again = laid_in("1")

    assert accounts() == len(shown) == len(again) > 40
    assert "人人知道" in said
    assert "人人知道" in said_again


@pytest.mark.parametrize("real", ["account", "ticket"])
def test_told_outright_one_with_real_work_gets_none(laid_in, real):
    laid_in()
    email = "zhang@example.org" if real == "account" else "zhang@demo.invalid"
    new = people.NewAccount(
        username=OPERATOR, name="张三", role=Role.OPERATOR, email=email, password=OWN
    )
    with work() as session:
        people.create_account(session, new, NOW)
    if real == "ticket":
        a_ticket(NOW)

    shown, said = laid_in("1")

    assert (shown, accounts()) == ([], 1)
    assert "没有放演示数据" in said


def test_units_that_still_have_an_invented_address_are_named_in_earnest(database, tmp_path):
    def mute(demo_data):
        earnest = Settings(_env_file=None, var=tmp_path, demo_data=demo_data)
        found = {one.what: one for one in examine_database(database, earnest, NOW)}
        return found["承办单位邮箱"].level

    assert (mute(True), mute(False)) == (Level.FINE, Level.LOOK)
