"""`hotline deadline verify`, as an auditor types it."""

import pytest
import typer
from sqlmodel import select
from typer.testing import CliRunner

from engine.cli import deadline
from engine.models import Clock
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import ClockKind
from tests.builders import a_ticket

NOW = "Mon 2026-11-23 09:00"


@pytest.fixture
def run(monkeypatch):
    app = typer.Typer()
    deadline.register(app)
    app.command("other")(lambda: None)

    def invoke(*arguments, url=None):
        if url is not None:
            monkeypatch.setenv("HOTLINE_DATABASE_URL", url)
        load_settings.cache_clear()
        return CliRunner().invoke(app, ["deadline", *arguments])

    return invoke


def test_it_says_how_many_hold(run, database):
    a_ticket(NOW)
    a_ticket(NOW)

    shown = run("verify", url=database.url)

    assert shown.exit_code == 0, shown.output
    assert "2 份" in shown.output


def test_the_first_that_differs_is_named_and_the_exit_code_is_one(run, database):
    a_ticket(NOW)
    number = a_ticket(NOW)
    with work() as session:
        query = select(Clock).where(Clock.kind == ClockKind.REQUESTER).order_by(Clock.id.desc())
        clock = session.exec(query).first()
        clock.certificate = {**clock.certificate, "limit": 3}

    shown = run("verify", url=database.url)

    assert shown.exit_code == 1
    assert number in shown.stderr
    assert "诉求人时限" in shown.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("rubbish", "postgresql://"),
        ("mysql://host/name", "postgresql://"),
        ("postgresql://127.0.0.1:1/none", "连不上"),
    ],
)
def test_a_database_that_is_not_there_is_one_clear_line(run, url, words):
    shown = run("verify", url=url)

    assert shown.exit_code == 2
    assert words in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1


def test_an_empty_database_is_told_to_migrate(run, server):
    shown = run("verify", url=server.format(name="postgres"))

    assert shown.exit_code == 2
    assert "hotline migrate" in shown.stderr


def test_without_any_database_it_says_where_it_looked(run, var, monkeypatch):
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)

    shown = run("verify")

    assert shown.exit_code == 2
    assert str(var) in shown.stderr


def test_counting_one_deadline_still_works_beside_it(run):
    shown = run("--kind", "投诉", "--received", "2024-09-27T10:00:00+08:00")

    assert "2024年10月16日" in shown.output
    assert "请写明 --kind" in run().stderr


@pytest.mark.parametrize("received", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-08:00"])
def test_a_year_at_the_end_of_time_is_one_clear_line(run, received):
    shown = run("--kind", "投诉", "--received", received)

    assert shown.exit_code == 2
    assert "超出可计算的年份" in shown.stderr
