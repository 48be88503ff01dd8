"""`hotline audit verify` and `accept`, as an administrator types them after a restore."""

import pytest
import typer
from typer.testing import CliRunner

from engine.actions.audit_witness import seen, witness_file
from engine.cli import audit as command
from engine.settings import load_settings
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
