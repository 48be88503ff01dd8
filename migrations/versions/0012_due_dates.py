"""Warnings belong to a due date: since when a clock has its own, and for which one a rung was.

Why: after an extension, a pause or another calendar the new due date is warned about afresh,
while a breach and what follows it come once. Older rows take the due date their clock has now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_due_dates"
down_revision = "0011_set_aside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock", sa.Column("due_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE clock SET due_since = started_at")
    op.alter_column("clock", "due_since", nullable=False)
    op.add_column("rung_taken", sa.Column("due_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE rung_taken SET due_on = clock.due_on FROM clock "
        "WHERE clock.id = rung_taken.clock_id"
    )
    op.alter_column("rung_taken", "due_on", nullable=False)
    op.drop_constraint(op.f("uq_rung_taken_clock_id_rung"), "rung_taken")
    op.create_unique_constraint(
        op.f("uq_rung_taken_clock_id_rung_due_on"), "rung_taken", ["clock_id", "rung", "due_on"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_rung_taken_clock_id_rung_due_on"), "rung_taken")
    op.execute(
        "DELETE FROM rung_taken USING rung_taken AS earlier WHERE earlier.id < rung_taken.id "
        "AND earlier.clock_id = rung_taken.clock_id AND earlier.rung = rung_taken.rung"
    )
    op.create_unique_constraint(
        op.f("uq_rung_taken_clock_id_rung"), "rung_taken", ["clock_id", "rung"]
    )
    op.drop_column("rung_taken", "due_on")
    op.drop_column("clock", "due_since")
