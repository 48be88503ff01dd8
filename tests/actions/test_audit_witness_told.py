"""What is wrong with a machine's witness is told at once, where people look; and so is the end."""

import json

import pytest
from sqlalchemy import text
from sqlmodel import select

from engine.actions import audit_witness, auditing
from engine.actions.audit_witness import accept, read_through, witness_file
from engine.errors import BadInputError
from engine.models import AuditCheck, AuditEntry
from engine.serving.examined_database import examine_database
from engine.serving.findings import Level
from engine.settings import Settings
from engine.store import audit as store
from engine.store.database import work
from engine.store.gauges import gauges
from tests.actions.test_audit_witness import NOON, cut, first  # noqa: F401
from tests.builders import moment

SPOILT = [
    "[]", '{"audit_entry": {"id"', '{"audit_entry": {"id": "1", "to_id": 1, "link": "00"}}',
    '{"audit_entry": {"id": 99999999999999999999, "to_id": 1, "link": "00"}}',
    '{"audit_entry": {"id": 1, "to_id": 1, "link": "00", "more": 1}}',
]  # fmt: skip


def told():
    """Return what page, /metrics and `hotline check` say of the log."""
    with work() as session:
        last = store.last_check(session)
        assert gauges(session, NOON).audit_whole == (not (last and last.fault))
        return last.fault if last else ""


def examined(database, tmp_path):
    found = examine_database(database, Settings(_env_file=None, var=tmp_path), NOON)
    return {one.what: one for one in found}


def carried_out():
    with work() as session:
        asked = store.ask(session, "演示审计员", NOON).id
    return auditing.carry_out_check(asked, NOON)


@pytest.fixture
def unwritable(monkeypatch):
    def refuse(_path, _content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(audit_witness, "put", refuse)


@pytest.mark.parametrize("content", SPOILT)
def test_a_witness_that_cannot_be_read_is_named_by_every_way(database, first, tmp_path, content):  # noqa: F811
    witness_file().write_text(content)

    with pytest.raises(BadInputError, match="读不出来"):
        read_through()
    assert carried_out() == "broken"
    assert "读不出来" in told()
    found = examined(database, tmp_path)
    assert "读不出来" in found["见证"].words
    assert "读不出来" in found["审计链"].words


def test_sealing_tells_of_it_without_waiting_for_the_check_of_the_day(first):  # noqa: F811
    assert told() == ""
    witness_file().write_text("[]")

    auditing.seal(NOON)

    assert "读不出来" in told()


def test_seals_that_are_gone_are_told_at_the_next_sealing_and_once(database, first):  # noqa: F811
    cut(database, first)

    for _ in range(3):
        auditing.seal(NOON)

    assert "库里没有了" in told()
    with work() as session:
        assert len(session.exec(select(AuditCheck)).all()) == 1


def test_a_fault_stays_in_sight_while_the_log_is_read_anew(database, first, tmp_path):  # noqa: F811
    witness_file().write_text("[]")
    auditing.seal(NOON)

    with work() as session:
        store.ask(session, "演示审计员", NOON)

    assert "读不出来" in told()
    assert examined(database, tmp_path)["审计链"].level is Level.BROKEN


@pytest.mark.parametrize("find", [lambda: auditing.seal(NOON), carried_out])
def test_what_was_mended_is_read_anew_by_itself(first, find):  # noqa: F811
    kept = witness_file().read_text()
    witness_file().write_text("[]")
    find()

    witness_file().write_text(kept)
    auditing.seal(NOON)
    (asked,) = auditing.checks_waiting(NOON)

    assert auditing.carry_out_check(asked, NOON) == "whole"
    assert told() == ""


def test_a_row_that_was_altered_is_not_read_anew_at_every_sealing(database, first):  # noqa: F811
    with database.engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        owner.execute(text("UPDATE audit_entry SET action = 'forged' WHERE stream = 'key:1'"))
    auditing.note_reading(read_through(), NOON)

    auditing.seal(NOON)

    with work() as session:
        assert store.open_checks(session) == []


def test_what_sealing_found_puts_off_no_reading_of_the_whole_log(first):  # noqa: F811
    assert carried_out() == "whole"
    witness_file().write_text("[]")
    auditing.seal(moment("Thu 2026-11-26 11:00"))

    assert len(auditing.checks_waiting(moment("Thu 2026-11-26 12:00"))) == 1


def test_an_honest_acceptance_is_seen_at_once(database, first, tmp_path):  # noqa: F811
    cut(database, first)
    auditing.seal(NOON)
    assert told()

    accept("从备份恢复", moment("Wed 2026-11-25 12:01"))

    assert told() == ""
    assert "见证" not in examined(database, tmp_path)


def test_nothing_is_accepted_where_the_witness_cannot_be_written(database, first, unwritable):  # noqa: F811
    cut(database, first)

    with pytest.raises(BadInputError, match="写不进去"):
        accept("从备份恢复", NOON)

    with work() as session:
        query = select(AuditEntry).where(AuditEntry.action == audit_witness.ACCEPTED)
        assert session.exec(query).all() == []


def test_a_witness_that_cannot_be_written_is_told(first, monkeypatch, unwritable):  # noqa: F811
    old = json.loads(witness_file().read_text())
    del old["ticket_event"]
    witness_file().write_text(json.dumps(old))

    auditing.seal(NOON)
    assert "写不进去" in told()
    assert carried_out() == "broken"


def test_a_directory_nobody_writes_in_is_found_before_anything_is_lost(database, first, tmp_path):  # noqa: F811
    folder = witness_file().parent
    assert "见证" not in examined(database, tmp_path)

    folder.chmod(0o555)
    found = examined(database, tmp_path)["见证"]
    folder.chmod(0o755)

    assert found.level is Level.BROKEN
    assert "写不进去" in found.words
