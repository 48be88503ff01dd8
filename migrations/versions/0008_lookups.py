"""Indexes for what every new ticket asks: this requester's earlier tickets, this name's record.

Why: with a condition on one column and an order by another PostgreSQL read all that one busy
number ever brought; and a name is looked up whichever key recorded it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_lookups"
down_revision = "0007_rules_versions"
branch_labels = None
depends_on = None
SAME = ("phone", "enterprise")


def upgrade() -> None:
    for column in SAME:
        op.drop_index(f"ix_requester_{column}", "requester")
        op.create_index(f"ix_requester_{column}_ticket_id", "requester", [column, "ticket_id"])
    op.create_index(
        "ix_requester_credit_code_ticket_id", "requester", ["credit_code", "ticket_id"],
        postgresql_where=sa.text("credit_code <> ''"),
    )  # fmt: skip
    op.drop_constraint("uq_idempotency_record_api_key_id_key", "idempotency_record")
    op.create_unique_constraint(
        "uq_idempotency_record_key_api_key_id", "idempotency_record", ["key", "api_key_id"]
    )


def downgrade() -> None:
    op.drop_constraint("uq_idempotency_record_key_api_key_id", "idempotency_record")
    op.create_unique_constraint(
        "uq_idempotency_record_api_key_id_key", "idempotency_record", ["api_key_id", "key"]
    )
    op.drop_index("ix_requester_credit_code_ticket_id", "requester")
    for column in SAME:
        op.drop_index(f"ix_requester_{column}_ticket_id", "requester")
        op.create_index(f"ix_requester_{column}", "requester", [column])
