"""What is written once cannot be emptied, and retention writes masks into the history, no more.

Why: `hotline_take_out` put any words in the place of others, so that whoever works as the program's
role could have rewritten a reason; and TRUNCATE passes by the triggers that refuse UPDATE and
DELETE.
"""

from alembic import op

revision = "0052_history_guards"
down_revision = "0051_mails_due"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ticket_event", "routing_version", "rules_version", "audit_entry", "audit_seal")
REFUSE = """
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
MASKS_ONLY = """
    IF cardinality(said) IS DISTINCT FROM cardinality(instead) OR '' = ANY (said) OR EXISTS
       (SELECT FROM unnest(instead) AS mask WHERE (mask IN ('〔姓名〕', '〔电话〕')) IS NOT TRUE)
    THEN
        RAISE EXCEPTION 'hotline_take_out writes masks alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
"""
TAKE_OUT = """
CREATE OR REPLACE FUNCTION hotline_take_out(ticket bigint, said text[], instead text[])
RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN{masks_only}
    PERFORM set_config('hotline.taking_out', 'on', true);
    RETURN QUERY UPDATE ticket_event e
        SET reason = hotline_masked(e.reason, said, instead),
            details = hotline_masked(e.details::text, said, instead)::jsonb
        WHERE e.ticket_id = ticket
          AND hotline_masked(e.reason || e.details::text, said, instead)
              IS DISTINCT FROM e.reason || e.details::text
        RETURNING e.id;
    PERFORM set_config('hotline.taking_out', '', true);
END $$
"""


def upgrade() -> None:
    op.execute(TAKE_OUT.format(masks_only=MASKS_ONLY))
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute("DROP FUNCTION refuse_truncate()")
    op.execute(TAKE_OUT.format(masks_only=""))
