"""Breaches of one row of the task list are found by an index that knows how many there are.

Why: of JSON the database keeps no count of what is in it. It took every row of the list for equally
common, and for one that is rare it walked through the whole ledger.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046_breaches_by_row"
down_revision = "0045_parts_of_initials"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION hotline_rows(cited jsonb) RETURNS integer[] "
        "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "$$ SELECT string_to_array(translate(cited::text, '[] ', ''), ',')::integer[] $$"
    )
    op.create_index(
        "ix_breach_rows", "breach", [sa.text("hotline_rows(task_rows)")], postgresql_using="gin"
    )
    op.drop_index("ix_breach_task_rows", "breach")
    op.execute("ANALYZE breach")


def downgrade() -> None:
    op.create_index("ix_breach_task_rows", "breach", ["task_rows"], postgresql_using="gin")
    op.drop_index("ix_breach_rows", "breach")
    op.execute("DROP FUNCTION hotline_rows(jsonb)")
