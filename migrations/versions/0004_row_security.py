"""What row-level security asks: whose transaction this is, and which tickets a unit may see.

Why: "a unit sees only its own tickets" must hold even where a page forgets its condition. The
policies that call these functions are laid over the tables by engine/store/row_security.py after
every migration, so that a new table needs one line there and no migration of its own.
"""

from alembic import op

revision = "0004_row_security"
down_revision = "0003_routing_versions"
branch_labels = None
depends_on = None

SETTINGS = (
    ("hotline_unit", "bigint", "hotline.unit_id"),
    ("hotline_account", "bigint", "hotline.account_id"),
    ("hotline_kept_since", "timestamptz", "hotline.kept_since"),
)


def upgrade() -> None:
    for name, kind, setting in SETTINGS:
        # An unset setting is NULL, one set by an earlier transaction is '': neither sees anything.
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE AS "
            f"$$ SELECT NULLIF(current_setting('{setting}', true), '')::{kind} $$"
        )
    # Of the owner's right, because the policy of `assignment` asks it about `assignment`.
    op.execute(
        """
        DO $make$ BEGIN EXECUTE format($body$
            CREATE FUNCTION hotline_sees(wanted bigint) RETURNS boolean
            LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$ BEGIN
                RETURN EXISTS (
                    SELECT 1 FROM %1$I.assignment a JOIN %1$I.ticket t ON t.id = a.ticket_id
                    WHERE a.ticket_id = wanted AND a.unit_id = %1$I.hotline_unit()
                      AND (a.ended_at IS NULL OR (a.end_reason = '办结'
                           AND a.ended_at >= %1$I.hotline_kept_since()))
                      AND NOT (t.kind = 'report'
                               AND t.accused_unit_id IS NOT DISTINCT FROM a.unit_id));
            END $$ $body$, current_schema());
        END $make$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION hotline_sees(bigint) CASCADE")
    for name, _, _ in reversed(SETTINGS):
        op.execute(f"DROP FUNCTION {name}() CASCADE")
