"""Who talks to the mail server about a mail (正在发送), by the database's clock.

Why: a reservation counted by a sender's own clock was over at once for another machine whose clock
is minutes ahead, and a slow mail server outlasts it: both sent the same mail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_being_sent"
down_revision = "0023_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("sending_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("outbox_message", "sending_until")
