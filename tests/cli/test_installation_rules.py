"""Every command counts by what this installation decided, not only by what was shipped."""

import json

import pytest
import typer
from typer.testing import CliRunner

from engine.actions import rule_changes
from engine.actions.rule_changes import NewValue
from engine.actions.rules_in_force import rules_in_force
from engine.cli import calendar, deadline
from engine.cli import rules as rules_command
from engine.rules.calendar_files import load_provisional_year
from engine.settings import load_settings
from engine.store.database import work
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, day, doing

NOW = "Mon 2026-11-23 09:00"
NOTICE = ("--number", "试验〔2026〕1号", "--dated", "2026-11-20")


@pytest.fixture
def run(database, monkeypatch):
    app = typer.Typer()
    for command in (deadline, rules_command, calendar):
        command.register(app)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_change_made_on_the_page_is_listed_with_its_number(run):
    new = NewValue("sign_for.limit", "2", day("Thu 2026-11-26"), "试行")
    number = doing(NOW, SUPERVISOR, lambda step: rule_changes.propose_value(step, new).id)
    doing(NOW, SECOND_SUPERVISOR, lambda step: rule_changes.approve(step, number))

    rows = json.loads(run("rules", "show", "--on", "2026-11-26", "--json").output)
    (row,) = [one for one in rows if one["key"] == "sign_for.limit"]

    assert (row["value"], row["since"]) == (2, "2026-11-26")
    assert row["reference"] == f"本区设定 H-10（第{number}号修改）"
    assert run("deadline", "verify").exit_code == 0


@pytest.fixture
def notice(tmp_path):
    path = tmp_path / "2027.csv"
    days = load_provisional_year(2027).days_off
    path.write_text("".join(f"{on},放假,节日\n" for on in days), encoding="utf-8")
    return path


def test_a_calendar_imported_here_is_counted_by_everywhere(run, notice):
    both = ("--apply", "--checked-by", "甲", "--checked-by", "乙")

    shown = run("calendar", "import", notice, *NOTICE, *both)

    assert shown.exit_code == 0, shown.output + shown.stderr
    assert "已导入 CN 2027" in shown.output
    with work() as session:
        assert 2027 in rules_in_force(session).book.years("CN")
    assert "2027-12-27 已公布" in run("calendar", "check").output
    found = run("deadline", "--kind", "投诉", "--received", "2027-02-01T10:00:00+08:00", "--json")
    assert json.loads(found.output)["calendar_version"].startswith("CN-GX-2027.1+")


def test_without_a_database_a_calendar_is_only_written_to_a_file(run, notice, monkeypatch):
    monkeypatch.delenv("HOTLINE_DATABASE_URL")
    load_settings.cache_clear()

    refused = run("calendar", "import", notice, *NOTICE, "--apply", "--checked-by", "甲",
                  "--checked-by", "乙")  # fmt: skip

    assert refused.exit_code == 2
    assert "--into" in refused.stderr


def test_a_database_that_is_away_is_said_and_nothing_is_guessed(run, monkeypatch):
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    load_settings.cache_clear()

    refused = run("rules", "show")

    assert refused.exit_code == 2
    assert "不知道本区改过哪些规则" in refused.stderr
