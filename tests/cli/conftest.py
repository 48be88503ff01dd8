"""Running `hotline import` on a database of the test's own."""

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import imports
from engine.settings import load_settings
from tests.builders import OPERATOR


@pytest.fixture
def run(monkeypatch, database):
    app = typer.Typer()
    app.callback()(lambda: None)
    imports.register(app)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()

    def invoke(file, *options, by=OPERATOR):
        done = CliRunner().invoke(app, ["import", str(file), "--by", by, *options])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoke
