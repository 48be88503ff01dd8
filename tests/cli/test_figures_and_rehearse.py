"""`hotline figures` and `hotline rehearse`: what cannot be done is said before anything runs."""

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import figures, rehearse
from engine.errors import BadInputError
from engine.settings import load_settings


@pytest.fixture
def run(monkeypatch, database):
    app = typer.Typer()
    figures.register(app)
    rehearse.register(app)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["figures", "--since", "0001-01-01"], "0001-01-01 太远"),
        (["figures", "--on", "9999-12-31"], "9999-12-31 太远"),
        (["figures", "--on", "2099-12-31"], "2099-12-31 还没有到"),
        (["rehearse", "--calendar", "/nonexistent.yaml"], "读不出日历草案 /nonexistent.yaml"),
        (["rehearse", "--out", "/nonexistent/r.html"], "报告写不到 /nonexistent/r.html"),
        (["rehearse", "--out", "/proc/r.html"], "报告写不到 /proc/r.html"),
        (["rehearse", "--out", "/tmp"], "报告写不到 /tmp"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(run, words, said):
    failed = run(*words).exception

    assert isinstance(failed, BadInputError)
    assert said in str(failed)


def test_the_figures_of_today_say_the_minute_they_are_of(run):
    shown = run("figures")

    assert shown.exit_code == 0, shown.output
    assert "结束时" not in shown.output


def test_a_report_that_is_there_stays_until_the_new_one_is_whole(tmp_path):
    old, new = tmp_path / "old.html", tmp_path / "new.html"
    old.write_text("去年的推演", encoding="utf-8")

    rehearse._writable(old)
    rehearse._writable(new)

    assert old.read_text(encoding="utf-8") == "去年的推演"
    assert not new.exists()


def test_where_no_installation_is_past_tickets_are_not_looked_for_and_nothing_is_made(
    monkeypatch, tmp_path
):
    app = typer.Typer()
    figures.register(app)
    rehearse.register(app)
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    load_settings.cache_clear()

    failed = (
        CliRunner()
        .invoke(app, ["rehearse", "--recorded", "--out", str(tmp_path / "r.html")])
        .exception
    )

    assert isinstance(failed, BadInputError)
    assert "没有本系统的数据，没有新建" in str(failed)
    assert not (tmp_path / "var").exists()
