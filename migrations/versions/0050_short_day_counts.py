"""The day's count of ticket numbers is one row that every ticket raises: old copies go sooner.

PostgreSQL looks through the copies that a row left on its page and clears them when the page is
nearly full, after some hundred and fifty tickets. With a page counted as full from a tenth on
there are never more than about sixteen.
"""

from alembic import op

revision = "0050_short_day_counts"
down_revision = "0049_mails_in_place"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE number_series SET (fillfactor = 10)")


def downgrade() -> None:
    op.execute("ALTER TABLE number_series RESET (fillfactor)")
