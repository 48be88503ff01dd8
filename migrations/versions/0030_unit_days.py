"""Summaries of what units owed by day (单位汇总), kept beside the indicators.

Why: the page of the units read a month of clocks, assignments and callbacks at each look.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_unit_days"
down_revision = "0029_retention"
branch_labels = None
depends_on = None

COUNTS = (
    "due", "in_time", "excused", "deemed_signed", "returned", "reworked", "satisfied",
    "basically_satisfied", "dissatisfied",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "unit_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("day", "unit_id", name="pk_unit_day"),
    )
    # Both are made anew by the next run of the flow.
    op.execute("DELETE FROM figure_mark")


def downgrade() -> None:
    op.drop_table("unit_day")
