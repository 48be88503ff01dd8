"""Links by which a requester evaluates an answer once (首次评价).

Why: the first evaluation must not need an account; only a hash of the link's secret is kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_evaluation_links"
down_revision = "0001_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("callback_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_evaluation_link_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callback.id"], name=op.f("fk_evaluation_link_callback_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_evaluation_link_secret_hash")),
    )
    for column in ("ticket_id", "callback_id", "expires_at"):
        op.create_index(op.f(f"ix_evaluation_link_{column}"), "evaluation_link", [column])


def downgrade() -> None:
    op.drop_table("evaluation_link")
