"""Whoever cuts the newest rows off together with their seals is found where the log is sealed."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from engine.actions import audit, audit_witness, auditing
from engine.actions.actor import SYSTEM
from engine.actions.audit_witness import accept, read_through, seen, witness_file
from engine.errors import BadInputError, ConflictError
from engine.models import AuditEntry
from engine.store import audit as store
from engine.store.database import work
from tests.builders import a_signed_ticket, moment

NOON = moment("Wed 2026-11-25 12:00")
LAST_SEALS = "DELETE FROM audit_seal WHERE log = 'audit_entry' AND from_id > {after}"
LAST_ROWS = "DELETE FROM audit_entry WHERE id > {after}"


def noted(name):
    with work() as session:
        written = audit.note(session, SYSTEM, NOON, audit.Note("key:1", "create", {"name": name}))
    auditing.seal(NOON)
    auditing.seal(NOON)
    return written.id


@pytest.fixture
def first(database):
    """Return the id of an entry that is sealed; another one is sealed after it."""
    a_signed_ticket("Wed 2026-11-25 09:00")
    found = noted("一")
    noted("二")
    return found


def cut(database, after):
    """Remove what came later with its seals, as somebody who owns the database could."""
    with database.engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (LAST_SEALS, LAST_ROWS):
            assert owner.execute(text(statement.format(after=after))).rowcount


def test_an_untouched_log_holds_what_was_seen(first):
    found = read_through()

    assert (found.verdict.fault, found.gone) == ("", "")
    assert set(found.before) == set(store.LOGS)


def test_rows_cut_off_with_their_seals_are_missed_though_the_rest_is_whole(database, first):
    cut(database, first)

    found = read_through()
    assert found.verdict.fault == ""
    assert "本机见过的封存" in found.gone


def test_all_seals_cut_off_are_missed(database, first):
    cut(database, 0)

    assert "本机见过的封存" in read_through().gone


def test_sealing_again_does_not_make_it_good(database, first):
    cut(database, first)
    noted("三")
    noted("四")

    assert "本机见过的封存" in read_through().gone


def test_the_check_of_every_day_names_it(database, first):
    cut(database, first)
    with work() as session:
        asked = store.ask(session, "演示审计员", NOON).id

    assert auditing.carry_out_check(asked, NOON) == "broken"
    with work() as session:
        assert "本机见过的封存" in store.last_check(session).fault


def test_verifying_notes_what_another_machine_sealed(database, first):
    kept = seen()
    witness_file().unlink()

    assert read_through().before == {}
    assert seen() == kept


def test_a_log_that_is_not_whole_is_not_remembered(database, first):
    witness_file().unlink()
    with database.engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        owner.execute(text("UPDATE audit_entry SET action = 'forged' WHERE stream = 'key:1'"))

    assert read_through().verdict.fault
    assert not witness_file().exists()


def test_a_restored_state_is_accepted_with_a_reason_once_and_the_log_says_so(database, first):
    before = seen()
    cut(database, first)
    with pytest.raises(BadInputError, match="为什么"):
        accept(" ", NOON)

    accept("从备份恢复", NOON)

    assert read_through().gone == ""
    with work() as session:
        query = select(AuditEntry).where(AuditEntry.action == audit_witness.ACCEPTED)
        details = session.exec(query).one().details
    assert details["reason"] == "从备份恢复"
    assert before["audit_entry"].link in str(details["seen"])
    with pytest.raises(ConflictError, match="没有什么"):
        accept("再来", NOON)


def test_what_was_altered_cannot_be_accepted(database, first):
    cut(database, first)
    with database.engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        owner.execute(text("UPDATE audit_entry SET action = 'forged' WHERE stream = 'key:1'"))

    with pytest.raises(ConflictError, match="对不上"):
        accept("从备份恢复", NOON)


def test_after_an_acceptance_what_is_cut_off_next_is_missed_again(database, first):
    cut(database, first)
    accept("从备份恢复", NOON)
    noted("三")
    cut(database, first)

    assert "本机见过的封存" in read_through().gone


def test_a_witness_that_cannot_be_read_is_told(first):
    witness_file().write_text("[]")

    with pytest.raises(BadInputError, match="见证"):
        read_through()
