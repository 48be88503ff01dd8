"""`hotline check`: each part is looked at by itself, with its own cause, and nothing is made."""

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from engine import clock
from engine.actions.audit_key import key_file, make_first
from engine.cli import check
from engine.serving.examination import examine
from engine.serving.examined_database import examine_database
from engine.serving.findings import Level
from engine.settings import Settings, load_settings
from tests.builders import moment

NOW = moment("Wed 2026-11-25 09:00")
NOBODY = 65534


def settings(tmp_path, **changes):
    return Settings(_env_file=None, var=tmp_path / "var", prefect_port=1, **changes)


def by_name(findings):
    return {one.what: one for one in findings}


@contextmanager
def as_nobody():
    """Act as a person without rights; where the tests are one already, as that."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shut():
    """Yield a directory whose content nobody but its owner may look at, inside an open one."""
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    (home / "shut").mkdir()
    (home / "shut" / "file").write_text("x")
    (home / "shut").chmod(0)
    yield home / "shut"
    (home / "shut").chmod(0o755)
    shutil.rmtree(home)


@pytest.mark.parametrize(
    ("variable", "what"), [("AUDIT_KEY", "审计密钥"), ("KEYS", "个人信息密钥")]
)
def test_a_directory_of_keys_that_cannot_be_entered_is_named_and_the_rest_goes_on(
    shut, monkeypatch, variable, what
):
    monkeypatch.setenv(f"HOTLINE_{variable}", str(shut / "file"))
    load_settings.cache_clear()

    with as_nobody():
        found = by_name(examine(settings(shut.parent), NOW))

    assert (found[what].level, "没有权限" in found[what].words) == (Level.BROKEN, True)
    assert "流程引擎 Prefect" in found


def test_a_key_that_may_not_be_read_is_not_called_a_wrong_key(database, tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_AUDIT_KEY", str(tmp_path))  # a directory: root reads any file
    load_settings.cache_clear()

    found = by_name(examine(settings(tmp_path), NOW))["审计密钥"]

    assert "那是目录" in found.words
    assert "Ed25519" not in found.words + found.todo


def test_a_key_that_is_none_is_called_a_wrong_key(tmp_path):
    make_first()
    key_file().write_text("rubbish")

    assert "Ed25519" in by_name(examine(settings(tmp_path), NOW))["审计密钥"].words


def test_one_part_of_the_database_that_breaks_hides_no_other(database, tmp_path):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE heartbeat RENAME TO elsewhere")

    found = by_name(examine_database(database, settings(tmp_path), NOW))

    assert found["定时任务"].level is Level.BROKEN
    assert found["定时任务"].todo
    assert {"工作日历", "承办单位邮箱", "个人信息", "审计链"} <= set(found)
    assert "数据库" not in [name for name, one in found.items() if one.level is Level.BROKEN]


def test_clocks_are_compared_at_one_moment_however_long_the_rest_took(database, tmp_path):
    began = clock.now() - timedelta(seconds=20)

    found = by_name(examine_database(database, settings(tmp_path), began, clock.now))["时钟"]

    assert (found.level, found.words) == (Level.FINE, "与数据库相差 0.0 秒")


@pytest.mark.parametrize("seconds", [-6, 6])
def test_a_clock_that_is_wrong_is_so_in_both_directions(database, tmp_path, seconds):
    def ask():
        return clock.now() + timedelta(seconds=seconds)

    found = by_name(examine_database(database, settings(tmp_path), NOW, ask))["时钟"]

    assert (found.level, "6.0 秒" in found.words) == (Level.BROKEN, True)


def test_a_directory_for_attachments_is_tried(tmp_path, shut):
    (tmp_path / "there").mkdir()

    def attachments(folder):
        return by_name(examine(settings(tmp_path, attachment_directory=folder), NOW)).get(
            "附件目录"
        )

    assert attachments(None) is None
    assert attachments(tmp_path / "there").level is Level.FINE
    missing = attachments(tmp_path / "missing")
    with as_nobody():
        unwritable = attachments(shut)
    assert (missing.level, unwritable.level) == (Level.BROKEN, Level.BROKEN)
    assert "没有" in missing.words
    assert not (tmp_path / "missing").exists()
    assert "没有权限" in unwritable.words


@pytest.mark.parametrize("name", ["webhook_ca_file", "oidc_ca_file"])
def test_an_authority_that_cannot_be_used_is_named_by_its_setting(tmp_path, name):
    (tmp_path / "rubbish.pem").write_text("rubbish")

    found = {file: by_name(examine(settings(tmp_path, **{name: tmp_path / file}), NOW))["证书文件"]
             for file in ("missing.pem", "rubbish.pem")}  # fmt: skip

    assert {one.level for one in found.values()} == {Level.BROKEN}
    assert all(f"HOTLINE_{name.upper()}" in one.words for one in found.values())
    assert "不存在" in found["missing.pem"].words
    assert "不是 PEM" in found["rubbish.pem"].words


def test_a_directory_that_cannot_be_made_is_broken_and_one_that_can_is_not_made(shut):
    with as_nobody():
        found = by_name(examine(settings(shut / "deep"), NOW))["数据目录"]

    assert (found.level, "没有权限" in found.words) == (Level.BROKEN, True)


def test_a_setting_that_is_wrong_is_a_finding_too_for_people_and_programs(monkeypatch):
    monkeypatch.setenv("HOTLINE_PORT", "many")
    load_settings.cache_clear()
    app = typer.Typer()
    app.callback()(lambda: None)
    check.register(app)

    machine = CliRunner().invoke(app, ["check", "--json"])
    plain = CliRunner().invoke(app, ["check"])

    (one,) = json.loads(machine.stdout)
    assert (machine.exit_code, plain.exit_code) == (1, 1)
    assert (one["what"], one["level"]) == ("设置", "broken")
    assert "HOTLINE_PORT" in one["words"]
    assert "HOTLINE_PORT" in plain.stdout
