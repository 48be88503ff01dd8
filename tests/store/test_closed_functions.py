"""Functions of the database cannot be led astray by whoever calls them, nor history by its owner.

The attacks are those of a session that acts as the program's role, or that owns the tables.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.store import app_roles
from engine.store.database import work
from tests.builders import a_signed_ticket, a_ticket

NOW = "Wed 2026-11-25 09:00"
WATCHED = """
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
AND (prosecdef OR prorettype = 'trigger'::regtype)
"""
OPEN = f"{WATCHED} AND coalesce(array_to_string(proconfig, ' '), '') NOT SIMILAR TO :closed"
EVIL = """
CREATE FUNCTION pg_temp.evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE public.ticket_event SET reason = '改写了' WHERE id = 2;
    EXECUTE 'ALTER TABLE public.ticket_event DISABLE TRIGGER ticket_event_append_only';
    RETURN NEW;
END $$;
CREATE TEMP TABLE ticket_event (id bigint, ticket_id bigint, reason text, details jsonb);
INSERT INTO pg_temp.ticket_event VALUES (1, 1, '请到窗口', '{}');
CREATE TRIGGER e BEFORE UPDATE ON pg_temp.ticket_event
FOR EACH ROW EXECUTE FUNCTION pg_temp.evil();
"""
SEEING = """
CREATE FUNCTION pg_temp.evil() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE 'ALTER TABLE public.ticket_event DISABLE TRIGGER ticket_event_append_only';
    RETURN 1;
END $$;
CREATE TEMP VIEW assignment AS SELECT pg_temp.evil() AS ticket_id, 1::bigint AS unit_id,
    NULL::timestamptz AS ended_at, ''::text AS end_reason;
CREATE TEMP VIEW ticket AS SELECT pg_temp.evil() AS id, ''::text AS kind;
SET LOCAL search_path = pg_temp, public;
"""
GUARDED = "SELECT tgenabled FROM pg_trigger WHERE tgname = 'ticket_event_append_only'"
TAKING = "SET LOCAL hotline.taking_out = 'on'"


def ran(session, *statements):
    for one in statements:
        session.connection().exec_driver_sql(one)


def test_every_definer_and_trigger_looks_for_temporary_tables_last(database):
    with database.engine.connect() as connection:
        watched = set(connection.execute(text(WATCHED)).scalars())
        found = connection.execute(text(OPEN), {"closed": "search_path=pg_catalog, %, pg_temp"})

        assert found.scalars().all() == []
    assert {"hotline_take_out", "hotline_sees", "owe_webhooks", "refuse_change"} <= watched


def test_a_temporary_table_of_its_name_does_not_stand_in_for_the_history(database):
    a_signed_ticket(NOW)
    with work() as session:
        ran(session, EVIL)
        ran(session, "SELECT hotline_take_out(1, array['窗口'], array['〔姓名〕'])")

    with database.engine.connect() as connection:
        reasons = connection.execute(text("SELECT reason FROM public.ticket_event")).scalars()
        assert "改写了" not in reasons.all()
        assert connection.execute(text(GUARDED)).scalar_one() == "O"


@pytest.mark.parametrize("role", [app_roles.APP, app_roles.UNIT])
def test_temporary_views_do_not_stand_in_for_what_row_security_asks(database, role):
    with work() as session:
        ran(session, f"SET LOCAL ROLE {role}", SEEING, "SELECT public.hotline_sees(1)")

    with database.engine.connect() as connection:
        assert connection.execute(text(GUARDED)).scalar_one() == "O"


@pytest.mark.parametrize("role", [app_roles.APP, app_roles.UNIT])
@pytest.mark.parametrize("made", [
    "FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8eq)",
    "CAST (bigint AS text) WITH INOUT AS IMPLICIT", "SCHEMA mine", "TABLE public.mine (id int)",
])  # fmt: skip
def test_the_roles_build_nothing_that_others_could_come_upon(database, role, made):
    with work() as session, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        ran(session, f"SET LOCAL ROLE {role}", f"CREATE {made}")


def test_a_schema_that_an_old_server_left_open_to_all_is_closed_by_migrating(database):
    from alembic import command

    from engine.store.migrate import alembic_config

    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0052_history_guards")
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
        command.upgrade(alembic_config(connection), "head")
        may = "SELECT has_schema_privilege('hotline_app', 'public', 'CREATE')"

        assert connection.execute(text(may)).scalar_one() is False


@pytest.mark.parametrize("change", [
    "reason = '改写成好评'", "reason = ''", "reason = reason || '〔姓名〕好评'",
    "reason = '〔姓名〕好' || reason", "details = details || '{\"new\": 1}'", "details = '{}'",
    "details = details || '{\"kept\": \"〔姓名〕丙\"}'", "details = details - 'kept'",
    "details = details || '{\"list\": [\"〔电话〕\"]}'", "details = details || '{\"count\": 4}'",
])  # fmt: skip
def test_not_even_the_owner_writes_more_than_masks_on_the_way_of_retention(database, change):
    number = an_event(database)

    with database.engine.connect() as owner:
        owner.exec_driver_sql(TAKING)
        with pytest.raises(IntegrityError, match="append-only"):
            owner.exec_driver_sql(f"UPDATE ticket_event SET {change} WHERE id = {number}")


@pytest.mark.parametrize("change", [
    "reason = '〔姓名〕说〔电话〕100%%_\\真'", "reason = reason", "reason = '〔电话〕真'",
    "details = details || '{\"kept\": \"〔姓名〕乙\", \"list\": [\"一\", {\"in\": \"〔姓名〕\"}]}'",
])  # fmt: skip
def test_masks_in_the_place_of_words_are_let_through(database, change):
    number = an_event(database)

    with database.engine.begin() as owner:
        owner.exec_driver_sql(TAKING)
        done = owner.exec_driver_sql(f"UPDATE ticket_event SET {change} WHERE id = {number}")
        assert done.rowcount == 1


def an_event(database):
    """Return the id of an event whose reason and particulars are of every sort."""
    a_ticket(NOW)
    with database.engine.begin() as owner:
        owner.exec_driver_sql("SET LOCAL session_replication_role = replica")
        changed = owner.exec_driver_sql(
            "UPDATE ticket_event SET reason = '甲某说13800000000100%%_\\真', details = "
            '\'{"kept": "甲乙", "list": ["一", {"in": "甲"}], "count": 3}\' '
            "WHERE seq = 1 RETURNING id"
        )
        return changed.scalar_one()


def test_a_name_in_particulars_is_masked_whatever_stands_around_it(database):
    number = an_event(database)
    said = "SELECT hotline_take_out(ticket_id, array['甲\"', '甲', 'kept'], "
    masks = "array['〔姓名〕', '〔姓名〕', '〔姓名〕'])"

    with work() as session:
        ran(session, f"{said}{masks} FROM ticket_event WHERE id = {number}")

    with database.engine.connect() as connection:
        query = text(f"SELECT details FROM ticket_event WHERE id = {number}")
        assert connection.execute(query).scalar_one() == {
            "kept": "〔姓名〕乙", "list": ["一", {"in": "〔姓名〕"}], "count": 3,
        }  # fmt: skip


@pytest.mark.parametrize("role", [app_roles.APP, app_roles.UNIT])
def test_a_trigger_of_the_house_is_not_put_on_a_table_of_somebodys_own(database, role):
    trigger = "CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION owe_webhooks()"
    free = f"{WATCHED} AND prorettype = 'trigger'::regtype AND has_function_privilege"

    with work() as session, pytest.raises(DBAPIError, match="permission denied"):
        ran(session, f"SET LOCAL ROLE {role}", "CREATE TEMP TABLE mine (id bigint)", trigger)

    with database.engine.connect() as connection:
        assert connection.execute(text(f"{free}('{role}', oid, 'EXECUTE')")).scalars().all() == []
