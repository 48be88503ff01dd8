"""Where tickets stand now is counted by the flow that keeps the figures, not at each look.

Why: 督办台 counted every running clock and every ticket in hand, and cost more the more were open.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042_standing_counts"
down_revision = "0041_exclusions_by_unit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standing_count",
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "key", name="pk_standing_count"),
    )
    op.create_index("ix_ticket_returned_again", "ticket", ["id"],
                    postgresql_where=sa.text("status = 'returned' AND returns > 1"))  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_ticket_returned_again", "ticket")
    op.drop_table("standing_count")
