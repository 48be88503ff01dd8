"""Indexes for what is owed to a subscriber: the new in the order it was owed, and the refused.

Why: an event that was refused once waited behind everything recorded while it rested.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_webhook_order"
down_revision = "0019_letter_life"
branch_labels = None
depends_on = None

TABLE = "webhook_delivery"
NEW, REFUSED, DUE = (f"ix_{TABLE}_{name}" for name in ("new", "refused", "due"))
PENDING = "state = 'pending'"


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, TABLE, columns, postgresql_where=sa.text(where))


def upgrade() -> None:
    _index(NEW, ["subscription_id", "id"], f"{PENDING} AND attempts = 0")
    _index(REFUSED, ["subscription_id", "next_attempt_at", "id"], f"{PENDING} AND attempts > 0")
    op.drop_index(DUE, TABLE)


def downgrade() -> None:
    _index(DUE, ["subscription_id", "next_attempt_at", "id"], PENDING)
    op.drop_index(REFUSED, TABLE)
    op.drop_index(NEW, TABLE)
