"""Test mails to units' addresses, and their own kind of notice.

Why: an official letter must not go to an address nobody ever answered from. Demonstration
addresses lead nowhere and count as verified.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_address_checks"
down_revision = "0014_api_key_access"
branch_labels = None
depends_on = None

NAME = "ck_outbox_message_noticekind"
KINDS = (
    "assignment", "assisting", "warning", "breach", "reminder", "supervision", "interview",
    "rectification", "rectification_answered", "referral", "extension", "return_ruling", "rework",
    "callback_owed", "letter_proposed", "due_changed", "digest",
)  # fmt: skip


def _allow(kinds) -> None:
    said = ", ".join(f"'{one}'" for one in kinds)
    op.execute(f"ALTER TABLE outbox_message DROP CONSTRAINT {NAME}")
    op.execute(f"ALTER TABLE outbox_message ADD CONSTRAINT {NAME} CHECK (kind IN ({said}))")


def upgrade() -> None:
    _allow((*KINDS, "address_check"))
    op.create_table(
        "address_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_address_check_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_check")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_address_check_unit_id")),
    )
    op.execute(
        "UPDATE unit SET email_verified_at = now() "
        "WHERE email LIKE '%@demo.invalid' AND email_verified_at IS NULL"
    )


def downgrade() -> None:
    op.drop_table("address_check")
    op.execute("DELETE FROM outbox_message WHERE kind = 'address_check'")
    _allow(KINDS)
