"""What was taken in on a day that is over, and what became of a week, is kept with the figures.

Why: after each restart the first look at 早知道 counted 56 days and 21 weeks anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043_days_taken_in"
down_revision = "0042_standing_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_in_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("row", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "row", name="pk_taken_in_day"),
    )
    op.create_table(
        "open_week",
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("monday", "unit_id", name="pk_open_week"),
    )
    op.add_column("figure_mark", sa.Column("seen", sa.BigInteger(), nullable=False,
                                           server_default="0"))  # fmt: skip
    op.alter_column("figure_mark", "seen", server_default=None)


def downgrade() -> None:
    op.drop_column("figure_mark", "seen")
    op.drop_table("open_week")
    op.drop_table("taken_in_day")
