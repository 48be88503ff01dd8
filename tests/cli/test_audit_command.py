"""`hotline audit verify` and `accept`, as an administrator types them after a restore."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from engine.actions import audit_succession, audit_witness
from engine.actions.audit_key import key_file, public_key
from engine.actions.audit_witness import seen, witness_file
from engine.cli import audit as command
from engine.settings import load_settings
from engine.store import audit as store
from engine.store.database import work
from tests.actions.audit_forger import forged
from tests.actions.test_audit_witness import NOON, cut, first  # noqa: F401


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


@pytest.fixture
def exported(hotline, first, tmp_path):  # noqa: F811
    """Return an export and a forged one that keeps its successions, after a change of keys."""
    audit_succession.rotate(NOON)
    real, false = tmp_path / "real.jsonl", tmp_path / "false.jsonl"
    assert hotline("export", str(real))[0] == 0
    false.write_bytes(b"".join(forged(real.read_bytes().splitlines(keepends=True))))
    return str(real), str(false)


def test_an_export_is_told_by_whose_key_it_was_signed(hotline, exported):
    own = public_key().hex()
    code, said = hotline("verify", exported[0])
    assert (code, own in said, "由本机现在的密钥签名" in said) == (0, True, True)

    audit_succession.rotate(NOON)

    code, said = hotline("verify", exported[0])
    assert (code, own in said, "由本机以前的密钥签名" in said) == (0, True, True)


def test_a_machine_with_the_old_file_knows_the_key_that_followed(hotline, exported):
    old_file = key_file().read_bytes()
    audit_succession.rotate(NOON)
    hotline("export", exported[0])
    key_file().write_bytes(old_file)

    code, said = hotline("verify", exported[0])

    assert (code, "由接替本机密钥的密钥签名" in said) == (0, True)


def test_an_export_that_a_stranger_signed_is_no_success(hotline, exported):
    stranger = json.loads(Path(exported[1]).read_bytes().splitlines()[0])["public_key"]

    code, said = hotline("verify", exported[1])

    assert (code, f"由别的密钥签名：{stranger}" in said, "✓" in said) == (1, True, False)
    assert hotline("verify", exported[1], "--key", stranger)[0] == 0


def test_without_a_key_to_compare_nobody_is_taken_for_the_signer(hotline, exported):
    own = public_key().hex()
    key_file().unlink()

    code, said = hotline("verify", exported[0])

    assert (code, own in said, "没有审计密钥可比" in said, "✓" in said) == (1, True, True, False)


def test_an_export_is_held_against_the_key_that_is_named(hotline, exported, tmp_path):
    named = tmp_path / "key.txt"
    named.write_text(hotline("key")[1])
    key_file().unlink()

    assert hotline("verify", exported[0], "--key", str(named))[0] == 0
    assert hotline("verify", exported[0], "--key", named.read_text().strip())[0] == 0
    code, said = hotline("verify", exported[1], "--key", str(named))
    assert (code, "由别的密钥签名" in said, "不是 --key 指定" in said) == (1, True, True)


@pytest.mark.parametrize("words", [("FILE", "--key", "12ab"), ("--key", "00" * 32)])
def test_a_key_that_is_none_or_without_a_file_is_refused(hotline, exported, words):
    words = [exported[0] if one == "FILE" else one for one in words]

    assert hotline("verify", *words)[0] != 0


def test_the_fingerprint_is_told_where_the_export_was_altered_too(hotline, exported):
    with Path(exported[0]).open("ab") as file:
        file.write(b"{}\n")

    code, said = hotline("verify", exported[0])

    assert (code, public_key().hex() in said, "签名之后" in said) == (1, True, True)
