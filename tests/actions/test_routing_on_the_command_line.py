"""`hotline routing`: what a supervisor can do without the desks."""

import json

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import route, routing
from engine.errors import NotFoundError, NotPermittedError
from engine.settings import load_settings
from engine.store.database import use
from tests.builders import OPERATOR, TAX, a_dispatched_ticket

runner = CliRunner()
SPORT = "区文化体育广电和旅游局"


@pytest.fixture
def hotline(database, monkeypatch):
    """Return how to run a command on the test's database."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()
    app = typer.Typer()
    routing.register(app)
    route.register(app)

    def run(*words):
        result = runner.invoke(app, list(words))
        use(database)
        if isinstance(result.exception, Exception):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_a_word_is_added_listed_used_and_taken_back(hotline):
    words = ("--reason", "居民常说", "--by", "zhuguan1")

    assert "第 1 版" in hotline("routing", "add", SPORT, "琥珀盏", "--tier", "strong", *words)
    assert "居民常说" in hotline("routing", "versions")
    live = json.loads(hotline("route", "琥珀盏的绳断了", "--live", "--json"))
    shipped = json.loads(hotline("route", "琥珀盏的绳断了", "--json"))
    assert live["candidates"][0]["unit"] == SPORT != shipped["candidates"][0]["unit"]
    hotline("routing", "restore", "0", *words)
    assert json.loads(hotline("routing", "versions", "--json"))[0]["edits"] == []


def test_words_are_changed_by_a_supervisor_only(hotline):
    with pytest.raises(NotPermittedError):
        hotline("routing", "add", SPORT, "蹦床馆", "--reason", "试", "--by", OPERATOR)
    with pytest.raises(NotFoundError):
        hotline("routing", "add", SPORT, "蹦床馆", "--reason", "试", "--by", "nobody")


def test_heat_coverage_and_learning_answer(hotline):
    a_dispatched_ticket("Mon 2026-11-23 09:00", TAX, content="增值税发票开不出来")

    assert "区税务局\t1" in hotline("routing", "heat", "--days", "3660")
    assert "units" in json.loads(hotline("routing", "heat", "--json"))
    assert "件" in hotline("routing", "coverage")
    assert "太少" in hotline("routing", "learn")
