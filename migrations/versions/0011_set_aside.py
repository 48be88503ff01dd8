"""Background work that is set aside when it breaks (搁置).

Why: one poisoned evaluation link or refusal must not stop the batch behind it, nor be tried for
ever; clocks and routing already keep their own mark.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_set_aside"
down_revision = "0010_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "set_aside",
        sa.Column(
            "work",
            sa.Enum(
                "window",
                "silence",
                name="asidework",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("row_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_set_aside_ticket_id")),
        sa.PrimaryKeyConstraint("work", "row_id", name=op.f("pk_set_aside")),
    )
    op.create_index(op.f("ix_set_aside_ticket_id"), "set_aside", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("set_aside")
