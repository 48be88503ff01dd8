"""The end of retention (到期脱敏) and what stops it (保存令).

Why: contact data are kept for two years after closing (H-42), then taken out of the ticket. Words
of `ticket_event` may lose them through one function alone; everything else of a row stays refused,
and `hotline audit verify` accepts such a row only where the audit log names it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029_retention"
down_revision = "0028_sealed_people"
branch_labels = None
depends_on = None

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{exception}    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
WORDS_ONLY = """
    IF TG_TABLE_NAME = 'ticket_event' AND TG_OP = 'UPDATE'
       AND current_setting('hotline.taking_out', true) = 'on'
       AND to_jsonb(NEW) - '{reason,details}'::text[] = to_jsonb(OLD) - '{reason,details}'::text[]
    THEN RETURN NEW; END IF;
"""
MASKED = """
CREATE FUNCTION hotline_masked(words text, said text[], instead text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    FOR place IN 1 .. coalesce(array_length(said, 1), 0) LOOP
        words := replace(words, said[place], instead[place]);
    END LOOP;
    RETURN words;
END $$
"""
TAKE_OUT = """
CREATE FUNCTION hotline_take_out(ticket bigint, said text[], instead text[])
RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
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
KEPT_FROM_ALL = "REVOKE ALL ON FUNCTION hotline_take_out(bigint, text[], text[]) FROM PUBLIC"


def _holds() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.String(length=80), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("released_by", sa.String(length=80), nullable=False),
        sa.Column("release_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_legal_hold_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    op.create_index("uq_legal_hold_one_open", "legal_hold", ["ticket_id"], unique=True,
                    postgresql_where=sa.text("released_at IS NULL"))  # fmt: skip


def upgrade() -> None:
    _holds()
    op.add_column("requester", sa.Column("taken_out_at", sa.DateTime(timezone=True)))
    op.execute(REFUSE.format(exception=WORDS_ONLY.lstrip("\n")))
    op.execute(MASKED)
    op.execute(TAKE_OUT)
    op.execute(KEPT_FROM_ALL)


def downgrade() -> None:
    op.execute("DROP FUNCTION hotline_take_out(bigint, text[], text[])")
    op.execute("DROP FUNCTION hotline_masked(text, text[], text[])")
    op.execute(REFUSE.format(exception=""))
    op.execute("DROP INDEX IF EXISTS ix_requester_identified")
    op.drop_column("requester", "taken_out_at")
    op.drop_index("uq_legal_hold_one_open", "legal_hold")
    op.drop_table("legal_hold")
