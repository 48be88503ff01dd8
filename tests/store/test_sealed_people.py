"""Who brought a ticket is sealed in the database, found by marks, read only with its key."""

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import select

from engine import keyring
from engine.actions import keeping, key_watch, personal
from engine.actions.drafts import save_draft, typed_in
from engine.errors import ConflictError, KeysError
from engine.models import Draft, Requester
from engine.models.requester import phone_mark
from engine.store import desk_views
from engine.store.database import work
from tests.builders import OPERATOR, a_ticket, an_account, moment
from tests.looking import ticket_of

NOW = "Mon 2026-11-23 09:00"
PHONE, NAME = "13811112222", "欧阳测试"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _fresh():
    """Whether a process may make keys is remembered for its life: a test is a process."""
    yield
    keyring._kept = keyring._Kept()


def who_of(number):
    with work() as session:
        return session.get_one(Requester, ticket_of(number).id)


def everything_in(database):
    """Return every value of every table as text, as whoever has the database sees it."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(database.url) as owner:
        names = [row[0] for row in owner.execute(tables)]
        rows = [owner.execute(f'SELECT t::text FROM "{name}" t').fetchall() for name in names]
    return "\n".join(text for found in rows for (text,) in found)


def an_older_versions(number, phone=PHONE, name=NAME):
    """Leave a requester as a version without sealing wrote it."""
    with work() as session:
        session.execute(
            text(
                "UPDATE requester SET phone = :phone, contact_name = :name, phone_sealed = NULL,"
                " name_sealed = NULL, phone_mark = NULL, phone_end = NULL WHERE ticket_id = :id"
            ),
            {"phone": phone, "name": name, "id": ticket_of(number).id},
        )


def test_neither_name_nor_number_nor_draft_stands_in_the_database(database):
    number = a_ticket(NOW, phone=PHONE, contact_name=NAME)
    with work() as session:
        me = an_account(session, OPERATOR)
        save_draft(
            session, me.id, "call-abc", {"phone": [PHONE], "contact_name": [NAME]}, moment(NOW)
        )

    said = everything_in(database)

    assert (who_of(number).phone, who_of(number).contact_name) == (PHONE, NAME)
    assert PHONE not in said
    assert NAME not in said
    with work() as session:
        assert typed_in(session.exec(select(Draft)).one())["phone"] == [PHONE]


def test_a_number_sealed_for_one_ticket_does_not_open_in_another():
    first, second = a_ticket(NOW, phone=PHONE), a_ticket(NOW, phone="13899990000")
    with work() as session:
        session.execute(
            text(
                "UPDATE requester SET phone_sealed = (SELECT phone_sealed FROM requester"
                " WHERE ticket_id = :from) WHERE ticket_id = :to"
            ),
            {"from": ticket_of(first).id, "to": ticket_of(second).id},
        )

    with pytest.raises(KeysError, match="换过位置"):
        _ = who_of(second).phone


@pytest.mark.parametrize("typed", ["0772-2801234", "07722801234"])
def test_a_callers_last_tickets_are_found_by_the_exact_number_however_it_is_written(typed):
    number = a_ticket(NOW, phone="0772-2801234")
    a_ticket(NOW, phone="0772-2809999")

    with work() as session:
        found = desk_views.of_caller(session, phone_mark(typed), "", moment(NOW))

    assert [one.ticket.number for one in found] == [number]


def test_a_missing_key_file_is_never_replaced_by_a_new_one(database):
    number = a_ticket(NOW, phone=PHONE)
    key_watch.watch_keys(database)
    keyring.keys_file().unlink()
    keyring._kept.ring = None

    assert "不要新建" in who_of(number).trouble
    with pytest.raises(KeysError):
        a_ticket(NOW, phone=PHONE)
    assert not keyring.keys_file().exists()


def test_keys_that_others_may_read_are_refused():
    a_ticket(NOW)
    keyring.keys_file().chmod(0o644)
    keyring._kept.ring = None

    with pytest.raises(KeysError, match="600"):
        keyring.ring()


def test_the_key_file_is_made_for_its_owner_alone():
    keyring.ring()

    assert keyring.keys_file().stat().st_mode & 0o777 == 0o600


def test_what_an_older_version_wrote_can_be_read_and_is_sealed_in_the_next_batch(database):
    number = a_ticket(NOW, phone="13899990000")
    an_older_versions(number)
    assert who_of(number).phone == PHONE

    assert keeping.plain_rows()
    counts = keeping.seal_plain()

    assert counts["sealed"] == 1
    assert PHONE not in everything_in(database)
    assert (who_of(number).phone, who_of(number).contact_name) == (PHONE, NAME)
    with work() as session:
        assert desk_views.of_caller(session, phone_mark(PHONE), "", moment(NOW))
    assert not keeping.plain_rows()


def test_a_new_key_writes_while_the_old_one_reads_until_it_is_retired(database):
    first = a_ticket(NOW, phone=PHONE)
    old = keyring.ring().writing
    personal.add_key(moment(NOW), prepare=False)
    second = a_ticket(NOW, phone=PHONE)
    needed = {one.id: one.needed for one in personal.key_states()}
    assert needed[old] > 0
    assert needed[keyring.ring().writing] > 0

    personal.retire_key(old, moment(NOW))

    assert list(keyring.ring().keys) == [keyring.ring().writing]
    assert [who_of(one).phone for one in (first, second)] == [PHONE, PHONE]


def test_the_key_that_writes_cannot_be_retired():
    with pytest.raises(ConflictError, match="正用来加密"):
        personal.retire_key(keyring.ring().writing, moment(NOW))


def test_a_prepared_key_reads_only_until_it_is_let_write():
    old = keyring.ring().writing
    prepared = personal.add_key(moment(NOW), prepare=True)
    assert keyring.ring().writing == old

    assert personal.add_key(moment(NOW), prepare=False).id == prepared.id
    assert keyring.ring().writing == prepared.id


def test_sealing_anew_that_was_interrupted_goes_on_where_it_is_needed(monkeypatch):
    for place in range(3):
        a_ticket(NOW, phone=f"1381111000{place}")
    personal.add_key(moment(NOW), prepare=False)
    monkeypatch.setattr("engine.store.personal.BATCH", 1)

    class StoppedError(Exception):
        pass

    def stop(_count):
        raise StoppedError

    with pytest.raises(StoppedError):
        personal.seal_all(stop)

    assert personal.seal_all()["sealed"] == 2


def test_a_key_that_is_needed_and_gone_is_named():
    a_ticket(NOW, phone=PHONE)
    lost = keyring.ring().writing
    personal.add_key(moment(NOW), prepare=False)
    ring = keyring.without_key(keyring.ring(), lost)
    keyring.write_ring(ring, keyring.keys_file())

    found = {one.id: one for one in personal.key_states()}
    assert not found[lost].here
    assert found[lost].needed > 0
    assert personal.seal_all()["unreadable"] == 1


def test_a_machine_with_other_keys_or_none_does_not_make_its_own(database):
    personal.settle_keys(moment(NOW))
    personal.settle_keys(moment(NOW))
    key_watch.watch_keys(database)
    keyring.keys_file().unlink()
    keyring._kept = keyring._Kept()
    keyring.ring()

    with pytest.raises(KeysError, match="不是这个数据库的"):
        key_watch.watch_keys(database)

    keyring.keys_file().unlink()
    keyring._kept.ring = None
    with pytest.raises(KeysError, match="不要新建"):
        keyring.ring()
