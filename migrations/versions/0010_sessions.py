"""Sessions know when and by what browser they were last used; accounts, how old a password is.

Why: an administrator sees who is signed in and ends it; a site may let passwords grow old.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_sessions"
down_revision = "0009_bulk_acts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("password_changed_at", sa.DateTime(timezone=True)))
    op.add_column("account_session", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE account_session SET seen_at = created_at")
    op.alter_column("account_session", "seen_at", nullable=False)
    agent = sa.Column("agent", sa.String(length=300), nullable=False, server_default="")
    op.add_column("account_session", agent)
    op.alter_column("account_session", "agent", server_default=None)


def downgrade() -> None:
    op.drop_column("account_session", "agent")
    op.drop_column("account_session", "seen_at")
    op.drop_column("account", "password_changed_at")
