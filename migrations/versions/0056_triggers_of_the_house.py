"""Trigger functions are nobody's to put on a table of his own.

Why: `owe_webhooks` works as the owner, and whoever may execute it may hang it on a temporary table
and so owe any event to any subscription.
"""

from alembic import op

revision = "0056_triggers_of_the_house"
down_revision = "0055_closed_functions"
branch_labels = None
depends_on = None

# What fires a trigger needs no right to its function; who makes one does.
EACH = """
DO $make$ DECLARE one regprocedure; BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE prorettype = 'trigger'::regtype
               AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('{change}', one);
    END LOOP;
END $make$
"""


def upgrade() -> None:
    op.execute(EACH.format(change="REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC"))


def downgrade() -> None:
    op.execute(EACH.format(change="GRANT EXECUTE ON FUNCTION %s TO PUBLIC"))
