"""Functions of the database find the house's tables alone; masks are checked by the trigger itself.

Why: `hotline_take_out` works as the owner and looked in the caller's temporary schema first, so a
temporary `ticket_event` with a trigger of its own was run as the owner. And the trigger that keeps
the history let any words pass once `hotline.taking_out` was set: now it lets masks pass alone.
"""

from alembic import op

revision = "0055_closed_functions"
down_revision = "0054_sparse_indexes"
branch_labels = None
depends_on = None

# Temporary tables come last: unless they are named, PostgreSQL looks there first.
PATH = """
DO $make$ DECLARE one regprocedure; BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
               AND (prosecdef OR prorettype = 'trigger'::regtype
                    OR proname IN ('hotline_only_masked', 'hotline_masked_details'))
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp',
                       one, current_schema());
    END LOOP;
END $make$
"""
# Before PostgreSQL 15 everybody could make tables and functions in `public`.
NOBODY_BUILDS = """
DO $make$ BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the schema stays open to all: %', SQLERRM;
END $make$
"""
MASKED_DETAILS = """
CREATE FUNCTION hotline_masked_details(details jsonb, said text[], instead text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
    RETURN CASE jsonb_typeof(details)
        WHEN 'string' THEN to_jsonb(hotline_masked(details #>> '{}', said, instead))
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(key, hotline_masked_details(value, said, instead)),
                            details) FROM jsonb_each(details))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(hotline_masked_details(value, said, instead) ORDER BY place),
                            details)
            FROM jsonb_array_elements(details) WITH ORDINALITY AS each (value, place))
        ELSE details END;
END $$
"""
ONLY_MASKED = r"""
CREATE FUNCTION hotline_only_masked(was jsonb, becomes jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    kept text;
BEGIN
    IF was = becomes THEN RETURN true; END IF;
    IF jsonb_typeof(was) <> jsonb_typeof(becomes) THEN RETURN false; END IF;
    CASE jsonb_typeof(was)
    WHEN 'string' THEN
        kept := regexp_replace(becomes #>> '{}', '([\\%_])', '\\\1', 'g');
        RETURN was #>> '{}' LIKE regexp_replace(kept, '〔(姓名|电话)〕', '_%', 'g');
    WHEN 'object' THEN
        RETURN NOT EXISTS (SELECT FROM jsonb_each(was) w FULL JOIN jsonb_each(becomes) b USING (key)
            WHERE hotline_only_masked(w.value, b.value) IS NOT TRUE);
    WHEN 'array' THEN
        RETURN NOT EXISTS (
            SELECT FROM jsonb_array_elements(was) WITH ORDINALITY AS w (value, place)
            FULL JOIN jsonb_array_elements(becomes) WITH ORDINALITY AS b (value, place)
            USING (place) WHERE hotline_only_masked(w.value, b.value) IS NOT TRUE);
    ELSE RETURN false;
    END CASE;
END $$
"""
REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'ticket_event' AND TG_OP = 'UPDATE'
       AND current_setting('hotline.taking_out', true) = 'on'
       AND to_jsonb(NEW) - '{{reason,details}}'::text[]
           = to_jsonb(OLD) - '{{reason,details}}'::text[]
    THEN {passed} END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
ANY_WORDS = "RETURN NEW;"
MASKS_ALONE = """
        IF hotline_only_masked(to_jsonb(OLD.reason), to_jsonb(NEW.reason))
           AND hotline_only_masked(OLD.details, NEW.details)
        THEN RETURN NEW; END IF;
   """
TAKE_OUT = """
CREATE OR REPLACE FUNCTION hotline_take_out(ticket bigint, said text[], instead text[])
RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF cardinality(said) IS DISTINCT FROM cardinality(instead) OR '' = ANY (said) OR EXISTS
       (SELECT FROM unnest(instead) AS mask WHERE (mask IN ('〔姓名〕', '〔电话〕')) IS NOT TRUE)
    THEN
        RAISE EXCEPTION 'hotline_take_out writes masks alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('hotline.taking_out', 'on', true);
    RETURN QUERY UPDATE ticket_event e
        SET reason = hotline_masked(e.reason, said, instead), details = {details}
        WHERE e.ticket_id = ticket
          AND (hotline_masked(e.reason, said, instead), {details})
              IS DISTINCT FROM (e.reason, e.details)
        RETURNING e.id;
    PERFORM set_config('hotline.taking_out', '', true);
END $$
"""
IN_TEXTS = "hotline_masked_details(e.details, said, instead)"
IN_ALL = "hotline_masked(e.details::text, said, instead)::jsonb"


def upgrade() -> None:
    op.execute(MASKED_DETAILS)
    op.execute(ONLY_MASKED)
    op.execute(REFUSE.format(passed=MASKS_ALONE))
    op.execute(TAKE_OUT.format(details=IN_TEXTS))
    op.execute(PATH)
    op.execute(NOBODY_BUILDS)


def downgrade() -> None:
    """Go back; functions that an older program brings too keep their closed path."""
    op.execute(TAKE_OUT.format(details=IN_ALL))
    op.execute(REFUSE.format(passed=ANY_WORDS))
    op.execute(PATH)
    op.execute("DROP FUNCTION hotline_only_masked(jsonb, jsonb)")
    op.execute("DROP FUNCTION hotline_masked_details(jsonb, text[], text[])")
