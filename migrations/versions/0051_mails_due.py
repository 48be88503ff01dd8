"""A mail keeps when it could first leave: failed attempts had moved the only day it had.

The age of the oldest mail began anew with every attempt, so the alarm for a mail server that
cannot be reached never fired. The new column has no default: no row is rewritten for it, and a
program of before may go on writing mails without it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0051_mails_due"
down_revision = "0050_short_day_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE outbox_message SET due_at = created_at WHERE status = 'pending' AND attempts > 0"
    )


def downgrade() -> None:
    op.drop_column("outbox_message", "due_at")
