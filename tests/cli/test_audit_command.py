"""`hotline audit verify` and `accept`, as an administrator types them after a restore."""

import pytest
import typer
from typer.testing import CliRunner

from engine.actions import audit_witness
from engine.actions.audit_witness import seen, witness_file
from engine.cli import audit as command
from engine.settings import load_settings
from engine.store import audit as store
from engine.store.database import work
from tests.actions.test_audit_witness import cut, first  # noqa: F401


@pytest.fixture
def hotline(monkeypatch, database):
    app = typer.Typer()
    command.register(app)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()

    def invoke(*words):
        done = CliRunner().invoke(app, ["audit", *words])
        return done.exit_code, done.output

    return invoke


def test_a_whole_log_says_whether_this_machine_had_seen_it_before(hotline, first):  # noqa: F811
    assert "本机见过的封存都在库里" in hotline("verify")[1]

    witness_file().unlink()

    assert "以前没有见证" in hotline("verify")[1]
    assert "本机见过的封存都在库里" in hotline("verify")[1]


def test_a_restored_database_is_named_proved_and_accepted(hotline, database, first):  # noqa: F811
    before = seen()
    cut(database, first)

    code, said = hotline("verify")
    assert (code, "hotline audit accept" in said) == (1, True)
    code, said = hotline("verify", "--restored")
    assert (code, "库里没有了" in said) == (0, True)
    assert seen() == before

    code, said = hotline("accept", "从备份恢复")
    assert (code, "已认可" in said) == (0, True)
    assert hotline("verify")[0] == 0


def test_a_log_without_seals_promises_no_note_of_it(hotline):
    code, said = hotline("verify")

    assert (code, "还没有封存过" in said, witness_file().exists()) == (0, True, False)


@pytest.mark.parametrize("command", ["verify", "seal"])
def test_a_note_that_cannot_be_written_is_no_success(hotline, first, monkeypatch, command):  # noqa: F811
    def refuse(_path, _content):
        raise PermissionError(13, "Permission denied")

    witness_file().unlink()
    monkeypatch.setattr(audit_witness, "put", refuse)

    code, said = hotline(command)

    assert (code, "写不进去" in said) == (1, True)


def test_the_page_shows_what_was_verified_by_command(hotline, database, first):  # noqa: F811
    cut(database, first)
    hotline("verify", "--restored")
    with work() as session:
        assert store.last_check(session) is None

    hotline("verify")

    with work() as session:
        assert "库里没有了" in store.last_check(session).fault
