"""`hotline check`: each thing that can be wrong is named, with what to do."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from engine import keyring
from engine.actions import auditing, background, personal
from engine.actions.audit_key import key_file, make_first
from engine.models import Account
from engine.serving.examination import examine
from engine.serving.examined_database import examine_database
from engine.serving.findings import Level
from engine.settings import Settings
from engine.store.database import work
from tests.builders import MARKET, a_ticket, moment
from tests.delivery.imap_server import imap_server

NOW = moment("Wed 2026-11-25 09:00")


def by_name(findings):
    return {one.what: one for one in findings}


def settings(tmp_path, **changes):
    return Settings(_env_file=None, var=tmp_path / "var", prefect_port=1, **changes)


def test_a_fresh_machine_is_looked_over_without_starting_anything(tmp_path):
    found = by_name(examine(settings(tmp_path), NOW))

    assert found["数据目录"].level is Level.FINE
    assert "没有在运行" in found["数据库"].words
    assert found["流程引擎 Prefect"].level is Level.LOOK
    assert not (tmp_path / "var").exists()


def test_looking_over_makes_no_audit_key_and_says_that_there_is_none(tmp_path, var):
    found = by_name(examine(settings(tmp_path), NOW))["审计密钥"]

    assert found.level is Level.LOOK
    assert "还没有" in found.words
    assert not (var / "keys" / "audit.pem").exists()


def test_a_database_sealed_with_a_key_that_is_not_here_is_broken(database, tmp_path):
    a_ticket("Wed 2026-11-25 08:00")
    for _ in range(2):
        auditing.seal(NOW)
    assert "封存" not in looked_over(database, tmp_path)

    key_file().unlink()
    without = looked_over(database, tmp_path)["封存"]
    assert not key_file().exists()
    make_first()
    another = looked_over(database, tmp_path)["封存"]

    assert (without.level, another.level) == (Level.BROKEN, Level.BROKEN)
    assert "没有审计密钥" in without.words
    assert "不是用本机的审计密钥签的" in another.words


def test_a_directory_that_is_a_file_is_broken(tmp_path):
    (tmp_path / "var").write_text("")

    found = by_name(examine(settings(tmp_path), NOW))

    assert found["数据目录"].level is Level.BROKEN


@pytest.mark.parametrize(
    ("given", "name"),
    [({"smtp_url": "smtp://127.0.0.1:1"}, "发信"),
     ({"imap_url": "imap://hotline:secret@127.0.0.1:1/INBOX"}, "收信"),
     ({"database_url": "postgresql://127.0.0.1:1/none"}, "数据库")],
)  # fmt: skip
def test_who_does_not_answer_is_broken_and_says_what_to_check(tmp_path, given, name):
    found = by_name(examine(settings(tmp_path, **given), NOW))[name]

    assert found.level is Level.BROKEN
    assert "检查" in found.todo
    assert "secret" not in found.words


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [({}, Level.LOOK, "没有设收信邮箱"), ({"reply_to": "hotline@example.org"}, Level.FINE, "交给")],
)
def test_whether_replies_come_in_is_said(tmp_path, given, level, said):
    found = by_name(examine(settings(tmp_path, **given), NOW))["收信"]

    assert found.level is level
    assert said in found.words


def test_a_mailbox_that_opens_is_fine(tmp_path):
    with imap_server() as box:
        found = by_name(examine(settings(tmp_path, imap_url=box.url), NOW))["收信"]

    assert found.level is Level.FINE


def looked_over(database, tmp_path, now=NOW, **changes):
    return by_name(examine_database(database, settings(tmp_path, **changes), now))


def test_a_clock_that_differs_from_the_databases_is_broken(database, tmp_path):
    assert looked_over(database, tmp_path)["时钟"].level is Level.BROKEN


def test_a_database_behind_this_program_says_to_migrate_and_stops_there(database, tmp_path):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001_tables'"))

    found = looked_over(database, tmp_path)

    assert list(found) == ["数据库"]
    assert "hotline migrate" in found["数据库"].todo


def test_a_database_ahead_of_this_program_asks_for_the_newer_program(database, tmp_path):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099_future'"))

    found = looked_over(database, tmp_path)["数据库"]

    assert "比本程序新" in found.words
    assert found.todo.startswith("请安装")


def test_demonstration_accounts_on_a_managed_database_are_broken(database, tmp_path):
    url = "postgresql://127.0.0.1/hotline"

    assert "演示数据" not in looked_over(database, tmp_path, database_url=url, demo_data=False)
    assert looked_over(database, tmp_path, database_url=url)["演示数据"].level is Level.BROKEN


def test_accounts_from_before_that_differ_in_case_alone_are_named(database, tmp_path):
    with work() as session:
        session.exec(select(Account).where(Account.username == MARKET)).one().username = "HUAWU"

    found = looked_over(database, tmp_path)["账号"]

    assert found.level is Level.LOOK
    assert "huawu 各有几个账号" in found.words


def test_a_missing_calendar_and_a_silent_scheduler_are_named(database, tmp_path):
    with work() as session:
        session.connection().execute(
            text(
                "INSERT INTO heartbeat (name, ran_at, ok, details) VALUES ('send', :at, true, '{}')"
            ),
            {"at": moment("Wed 2026-11-25 08:00")},
        )

    found = looked_over(database, tmp_path)

    assert "2027 年全国放假安排尚未载入" in found["工作日历"].words
    assert found["定时任务"].words == "60 分钟没有任何一项运行"
    assert found["定时任务"].level is Level.BROKEN


def test_one_job_that_stands_still_is_named_by_itself(database, tmp_path):
    background.beat("watch", NOW, True, {})
    background.beat("send", NOW - timedelta(minutes=16), True, {})

    assert looked_over(database, tmp_path)["定时任务"].words == "send 早该运行了"


def test_jobs_that_run_and_fail_are_named_with_their_error(database, tmp_path):
    background.beat("watch", NOW, True, {})
    background.beat("check", NOW, False, {"error": "BadInputError"})
    background.beat("housekeeping", NOW, False, {"mode": "waiting"})

    found = looked_over(database, tmp_path)["定时任务"]

    assert (found.level, found.words) == (Level.BROKEN, "check 上次出错（BadInputError）")


def test_a_job_that_waits_for_the_flow_engine_is_worth_a_look(database, tmp_path):
    background.beat("watch", NOW, True, {})
    background.beat("housekeeping", NOW, False, {"mode": "waiting"})

    found = looked_over(database, tmp_path)["定时任务"]

    assert (found.level, found.words) == (Level.LOOK, "housekeeping 在等流程引擎")


def test_after_five_minutes_without_any_job_check_says_what_the_desks_say(database, tmp_path):
    background.beat("send", NOW - timedelta(minutes=5), True, {})
    assert looked_over(database, tmp_path)["定时任务"].level is Level.FINE

    background.beat("send", NOW - timedelta(minutes=5, seconds=1), True, {})
    assert looked_over(database, tmp_path)["定时任务"].level is Level.BROKEN


def test_every_finding_that_is_not_fine_says_what_to_do(database, tmp_path):
    found = [*examine(settings(tmp_path), NOW), *looked_over(database, tmp_path).values()]

    assert [one.what for one in found if one.level is not Level.FINE and not one.todo] == []


def test_roles_that_are_there_are_seen_by_a_session_that_acts_as_one(database, tmp_path):
    assert looked_over(database, tmp_path)["数据库角色"].level is Level.FINE


def test_a_table_that_lost_what_keeps_units_apart_is_named(database, tmp_path):
    with database.engine.begin() as owner:
        owner.exec_driver_sql("DROP POLICY hotline_seen ON letter")

    found = looked_over(database, tmp_path)["数据库角色"]

    assert found.level is Level.BROKEN
    assert found.words.startswith("letter 没有隔离策略")


def test_a_schema_where_everybody_may_build_is_named(database, tmp_path):
    with database.engine.begin() as owner:
        owner.exec_driver_sql("GRANT CREATE ON SCHEMA public TO PUBLIC")

    found = looked_over(database, tmp_path)["数据库角色"]

    assert found.level is Level.BROKEN
    assert "REVOKE CREATE" in found.todo


def test_jobs_of_the_night_are_not_called_silent_by_day(database, tmp_path):
    with work() as session:
        for name in ("tidy", "tidy_desks", "stuck", "retain"):
            background.beat(name, NOW - timedelta(hours=12), True, {})
        background.beat("send", NOW, True, {})
        session.flush()

    assert looked_over(database, tmp_path)["定时任务"].level is Level.FINE


def test_people_sealed_with_a_key_that_is_not_here_are_broken(database, tmp_path):
    a_ticket("Wed 2026-11-25 08:00")
    assert looked_over(database, tmp_path)["个人信息"].level is Level.FINE

    keyring.keys_file().unlink()
    found = looked_over(database, tmp_path)["个人信息"]
    assert (found.level, keyring.keys_file().exists()) == (Level.BROKEN, False)

    keyring._kept.ring = None
    keyring.ring()
    found = looked_over(database, tmp_path)["个人信息"]
    assert found.level is Level.BROKEN
    assert "本机没有" in found.words


def test_a_machine_that_lacks_one_of_several_keys_is_named(database, tmp_path):
    a_ticket("Wed 2026-11-25 08:00")
    old = keyring.keys_file().read_bytes()
    other = personal.add_key(NOW, prepare=False).id
    assert looked_over(database, tmp_path)["个人信息"].level is Level.FINE

    keyring.keys_file().write_bytes(old)
    keyring._kept.ring = None
    noted = looked_over(database, tmp_path)["个人信息"]

    assert (noted.level, other in noted.words) == (Level.BROKEN, True)


def test_a_ticket_before_the_newest_whose_key_is_not_here_is_found(database, tmp_path):
    a_ticket("Wed 2026-11-25 08:00")
    old = keyring.ring()
    ring = keyring.with_key(old, keyring.new_key("2026-11-25"), writing=True)
    keyring.write_ring(ring, keyring.keys_file())
    a_ticket("Wed 2026-11-25 08:10")
    keyring.write_ring(old, keyring.keys_file())
    a_ticket("Wed 2026-11-25 08:20")

    found = looked_over(database, tmp_path)["个人信息"]

    assert (found.level, ring.writing in found.words) == (Level.BROKEN, True)


def test_looking_an_installation_over_makes_no_keys(tmp_path):
    found = by_name(examine(settings(tmp_path), NOW))

    assert found["个人信息密钥"].level is Level.LOOK
    assert not keyring.keys_file().exists()
