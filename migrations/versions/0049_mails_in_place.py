"""A mail's words stay in its row: PostgreSQL had compressed each mail over two kilobytes.

Compressing cost a tenth of what an escalation costs the database. A mail of over eight kilobytes
is still compressed and laid aside. Mails that are there stay as they are; both read alike.
"""

from alembic import op

revision = "0049_mails_in_place"
down_revision = "0048_long_appeals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox_message SET (toast_tuple_target = 8160)")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox_message RESET (toast_tuple_target)")
