"""Mails of units that came in (来信): proposed answers, and what a person must look at.

Why: a unit that answers a notice by e-mail must not be lost, and must not have decided anything.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_mail_replies"
down_revision = "0021_findings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_reply",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed", "aside", "used", "put_away", name="mailreplystatus",
                native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mail_reply_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_mail_reply_unit_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["account.id"], name=op.f("fk_mail_reply_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_reply")),
        sa.UniqueConstraint("digest", name=op.f("uq_mail_reply_digest")),
    )  # fmt: skip
    op.create_index(op.f("ix_mail_reply_ticket_id"), "mail_reply", ["ticket_id"])
    op.create_index(
        "ix_mail_reply_open", "mail_reply", ["id"],
        postgresql_where=sa.text("status IN ('proposed', 'aside')"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("mail_reply")
