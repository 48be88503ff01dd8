"""Whether a sending was called back (撤回发送), for the policy by which units read events.

Why: a policy cannot ask its own table. The function works as the owner, like `hotline_sees`.
"""

from alembic import op

revision = "0058_called_back"
down_revision = "0057_after_leaving"
branch_labels = None
depends_on = None

MAKE = """
DO $make$ BEGIN EXECUTE format($body$
    CREATE FUNCTION hotline_called_back(wanted bigint, sent integer, file text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, %1$I, pg_temp AS $$ BEGIN
        RETURN EXISTS (
            SELECT FROM ticket_event e
            WHERE e.ticket_id = wanted AND e.seq > sent AND e.event = 'recall_letter'
              AND e.details ->> 'sha256' IS NOT DISTINCT FROM file);
    END $$ $body$, current_schema());
END $make$
"""


def upgrade() -> None:
    op.execute(MAKE)


def downgrade() -> None:
    """Take the function away with the policy that asks it.

    The program makes its own anew once nothing says that all is settled.
    """
    op.execute("DROP FUNCTION hotline_called_back(bigint, integer, text) CASCADE")
    op.execute("COMMENT ON FUNCTION hotline_unit() IS NULL")
