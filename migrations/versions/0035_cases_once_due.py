"""A case with a limit counts in the figures once its limit is over (H-91): count all days again.

Why: a running period counted what was answered early and left out what was still open.
"""

from alembic import op

revision = "0035_cases_once_due"
down_revision = "0034_bulletins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every day is made anew by the next run of the flow.
    op.execute("DELETE FROM figure_mark")


def downgrade() -> None:
    op.execute("DELETE FROM figure_mark")
