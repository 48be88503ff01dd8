"""API keys: networks, expiry, a limit of their own, an old secret beside the new; calls a day.

Why: a key that leaks must be worth little elsewhere, and must be replaceable without a gap. A
callback reported from outside names the person who called.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_api_key_access"
down_revision = "0013_held_mails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    empty = sa.text("'[]'::jsonb")
    op.add_column("api_key", sa.Column("networks", postgresql.JSONB(), server_default=empty))
    op.alter_column("api_key", "networks", nullable=False, server_default=None)
    op.add_column("api_key", sa.Column("calls_per_minute", sa.Integer()))
    op.add_column("api_key", sa.Column("expires_at", sa.DateTime(timezone=True)))
    op.add_column("api_key", sa.Column("old_hash", sa.LargeBinary()))
    op.add_column("api_key", sa.Column("old_until", sa.DateTime(timezone=True)))
    op.create_unique_constraint(op.f("uq_api_key_old_hash"), "api_key", ["old_hash"])
    op.create_table(
        "api_key_day",
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_api_key_day_api_key_id")
        ),
        sa.PrimaryKeyConstraint("api_key_id", "on", name=op.f("pk_api_key_day")),
    )
    nobody = sa.text("''")
    op.add_column(
        "callback_attempt", sa.Column("called_by", sa.String(length=40), server_default=nobody)
    )
    op.alter_column("callback_attempt", "called_by", nullable=False, server_default=None)


def downgrade() -> None:
    op.drop_column("callback_attempt", "called_by")
    op.drop_table("api_key_day")
    op.drop_constraint(op.f("uq_api_key_old_hash"), "api_key")
    for column in ("old_until", "old_hash", "expires_at", "calls_per_minute", "networks"):
        op.drop_column("api_key", column)
