"""The indexes of columns that most rows leave empty hold the filled rows alone.

They are built, and the old ones dropped, without keeping anybody from working, so not here
(`engine.store.migrate.SPARSE`). On the way back the old ones come again: migrations before this
one look for them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054_sparse_indexes"
down_revision = "0053_letters_called_back"
branch_labels = None
depends_on = None

OLD = (
    ("ticket", "parent_id"), ("ticket", "merged_into_id"),
    ("clock", "assignment_id"), ("clock", "letter_id"), ("clock", "unit_id"),
    ("outbox_message", "ticket_id"), ("outbox_message", "letter_id"), ("outbox_message", "unit_id"),
)  # fmt: skip


def upgrade() -> None:
    """Leave the indexes to what builds them without keeping anybody from writing."""


def downgrade() -> None:
    for table, column in OLD:
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
        op.drop_index(f"ix_{table}_{column}_filled", table_name=table, if_exists=True)
    columns = [sa.text("phone"), sa.text("ticket_id")]
    op.create_index("ix_requester_phone_ticket_id", "requester", columns, if_not_exists=True)
    op.drop_index("ix_requester_phone_unsealed", table_name="requester", if_exists=True)
