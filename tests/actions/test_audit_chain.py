"""The audit chain: whatever is altered, removed, inserted or reordered is found and named."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from engine.actions import audit, auditing
from engine.actions.actor import SYSTEM
from engine.actions.audit_key import make_first, signing_key
from engine.actions.audit_verify import verify
from engine.models import AuditSeal, TicketEventRecord
from engine.store import chain
from engine.store.database import work
from tests.builders import a_dispatched_ticket, a_signed_ticket, a_ticket, moment

NOON = moment("Wed 2026-11-25 12:00")


@pytest.fixture
def log(database):
    """Return the number of a ticket with four events; another ticket and two entries beside it."""
    number = a_signed_ticket("Wed 2026-11-25 09:00")
    a_dispatched_ticket("Wed 2026-11-25 10:00")
    for action in ("create", "disable"):
        write(audit.Note("account:7", action, {"role": "operator"}))
    return number


def write(note):
    with work() as session:
        audit.note(session, SYSTEM, NOON, note)


def sealed():
    return auditing.seal(NOON) + auditing.seal(NOON)


def fault() -> str:
    with work() as session:
        return verify(session).fault


def tamper(database, *statements, table="ticket_event"):
    """Change what may not be changed, as somebody who owns the database could."""
    with Session(database.engine) as session, session.begin():
        connection = session.connection()
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))


def id_of(number: str, seq: int) -> int:
    with work() as session:
        query = text("SELECT e.id FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id "
                     "WHERE t.number = :number AND seq = :seq")  # fmt: skip
        found = session.connection().execute(query, {"number": number, "seq": seq})
        return found.scalar_one()


def test_an_untouched_log_is_whole(log):
    sealed()

    with work() as session:
        verdict = verify(session)
    assert (verdict.fault, verdict.checked) == ("", count_of_rows())


def count_of_rows() -> int:
    with work() as session:
        query = text("SELECT (SELECT count(*) FROM ticket_event) "
                     "+ (SELECT count(*) FROM audit_entry)")  # fmt: skip
        return session.connection().execute(query).scalar_one()


@pytest.mark.parametrize("change", ["reason = '改过'", "actor_name = '别人'", "citation = '无'",
                                    "at = at - interval '1 day'", "to_status = 'closed'",
                                    "details = '{\"forged\": true}'"])  # fmt: skip
def test_an_altered_event_is_named(database, log, change):
    tamper(database, f"UPDATE ticket_event SET {change} WHERE id = {id_of(log, 2)}")

    assert f"ticket:{log} 第 2 条" in fault()


def test_an_event_altered_with_a_fitting_digest_is_still_named(database, log):
    words = chain.words_digest({"reason": "改过", "details": {}})
    tamper(
        database,
        "UPDATE ticket_event SET reason = '改过', details = '{}', "
        f"words_digest = '\\x{words.hex()}' WHERE id = {id_of(log, 2)}",
    )

    assert f"ticket:{log} 第 2 条" in fault()


def test_a_removed_event_is_named(database, log):
    tamper(database, f"DELETE FROM ticket_event WHERE id = {id_of(log, 2)}")

    assert f"ticket:{log} 缺第 2 条" in fault()


def test_reordered_events_are_named(database, log):
    first, second = id_of(log, 2), id_of(log, 3)
    tamper(
        database,
        f"UPDATE ticket_event SET seq = 99 WHERE id = {first}",
        f"UPDATE ticket_event SET seq = 2 WHERE id = {second}",
        f"UPDATE ticket_event SET seq = 3 WHERE id = {first}",
    )

    assert f"ticket:{log} 第 2 条" in fault()


def test_an_event_inserted_between_two_is_named(database, log):
    copied = ("ticket_id, event, at, recorded_at, actor_kind, actor_name, to_status, reason, "
              "citation, details, words_digest, link")  # fmt: skip
    tamper(
        database,
        f"UPDATE ticket_event SET seq = seq + 100 WHERE id >= {id_of(log, 3)}",
        f"INSERT INTO ticket_event (seq, {copied}) SELECT 3, {copied} FROM ticket_event "
        f"WHERE id = {id_of(log, 2)}",
        "UPDATE ticket_event SET seq = seq - 99 WHERE seq > 100",
    )

    assert f"ticket:{log} 第 3 条" in fault()


def test_the_last_event_of_a_ticket_cannot_be_cut_off_even_before_it_is_sealed(database, log):
    tamper(database, f"DELETE FROM ticket_event WHERE id >= {id_of(log, 2)} AND ticket_id = "
                     f"(SELECT id FROM ticket WHERE number = '{log}')")  # fmt: skip

    assert f"ticket:{log} 现为" in fault()


def test_a_status_set_behind_the_logs_back_is_named(database, log):
    tamper(database, f"UPDATE ticket SET status = 'closed' WHERE number = '{log}'", table="ticket")

    assert f"ticket:{log} 现为" in fault()


def test_a_stream_taken_out_whole_is_missed_in_its_seal(database, log):
    sealed()
    tamper(database, "DELETE FROM audit_entry WHERE stream = 'account:7'", table="audit_entry")

    assert "audit_entry" in fault()
    assert "应有" in fault()


def test_a_chain_forged_whole_does_not_fit_its_seal(database, log):
    sealed()
    forge_ticket(database, log)

    assert "里的记录被换过" in fault()


def forge_ticket(database, number):
    """Rewrite a ticket's events with links that fit each other, as a clever owner could."""
    with work() as session:
        query = text("SELECT id FROM ticket WHERE number = :n")
        ticket_id = session.connection().execute(query, {"n": number}).scalar_one()
        events = session.exec(
            select(TicketEventRecord)
            .where(TicketEventRecord.ticket_id == ticket_id)
            .order_by(TicketEventRecord.seq)
        ).all()
    previous, statements = chain.BEGINNING, []
    for event in events:
        facts = {**chain.event_facts(event), "actor": ["user", None, "别人"]}
        previous = chain.link(previous, f"ticket:{number}", event.seq, facts, event.words_digest)
        statements.append(
            "UPDATE ticket_event SET actor_kind = 'user', actor_id = NULL, actor_name = '别人', "
            f"link = '\\x{previous.hex()}' WHERE id = {event.id}"
        )
    tamper(database, *statements)


def test_a_seal_made_without_the_key_is_refused(database, log):
    sealed()
    tamper(database, "UPDATE audit_seal SET signature = decode(repeat('00', 64), 'hex')",
           table="audit_seal")  # fmt: skip

    assert "签名不对" in fault()


def test_a_seal_taken_out_is_missed_by_the_next(database, log):
    sealed()
    a_ticket("Wed 2026-11-25 13:00")
    sealed()
    tamper(database, "DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)",
           table="audit_seal")  # fmt: skip

    assert "接不上前一个封存" in fault()


def test_sealing_twice_seals_nothing_twice(log):
    first = sealed()

    assert (first, sealed()) == (count_of_rows(), 0)


def test_a_row_of_a_transaction_that_still_runs_is_left_to_the_next_seal(database, log):
    with work() as open_session:
        audit.note(open_session, SYSTEM, NOON, audit.Note("key:1", "create", {}))
        write(audit.Note("key:2", "create", {}))
        before = sealed()

    after = sealed()
    assert (before, after) == (0, count_of_rows())
    assert fault() == ""


def test_two_people_writing_one_stream_at_once_make_one_chain(database):
    import threading

    threads = [
        threading.Thread(target=write, args=(audit.Note("routing", "edit", {"n": n}),))
        for n in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert fault() == ""


def test_the_application_may_not_change_what_it_wrote(database, log):
    for table in ("ticket_event", "audit_entry", "audit_seal"):
        sealed()
        with pytest.raises(Exception, match=r"permission denied|append-only"), work() as session:
            session.connection().execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    "table", ["ticket_event", "audit_entry", "audit_seal", "rules_version", "routing_version"]
)
def test_what_is_written_once_is_not_emptied_by_its_owner_either(database, log, table):
    with pytest.raises(IntegrityError, match="append-only"), database.engine.begin() as owner:
        owner.execute(text(f"TRUNCATE {table} CASCADE"))


def test_the_key_is_made_once_and_kept_from_others(var):
    make_first()
    key = signing_key()
    kept = var / "keys" / "audit.pem"

    assert kept.stat().st_mode & 0o077 == 0
    assert signing_key() is key


def test_a_check_asked_for_is_carried_out_and_remembered(log):
    with work() as session:
        from engine.store import audit as store

        asked = store.ask(session, "演示审计员", NOON).id

    assert auditing.carry_out_check(asked, NOON) == "whole"
    assert auditing.carry_out_check(asked, NOON) == "done"
    assert auditing.checks_waiting(NOON) == []


def test_a_day_after_the_last_check_the_engine_asks_for_one(log):
    first = auditing.checks_waiting(NOON)
    auditing.carry_out_check(first[0], NOON)

    assert auditing.checks_waiting(moment("Thu 2026-11-26 11:59")) == []
    assert len(auditing.checks_waiting(moment("Thu 2026-11-26 12:00"))) == 1


def test_every_seal_says_how_many_rows_it_covers(log):
    sealed()

    with work() as session:
        rows = [seal.rows for seal in session.exec(select(AuditSeal)).all()]
    assert sum(rows) == count_of_rows()
