"""The kept figures remember whether demonstration tickets are among them.

Why: demonstration tickets count only while the whole installation demonstrates; once it does not,
every day is counted again without them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037_demonstration_figures"
down_revision = "0036_figure_months"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM figure_mark")
    op.add_column("figure_mark", sa.Column("demonstration", sa.Boolean(), nullable=False))


def downgrade() -> None:
    op.drop_column("figure_mark", "demonstration")
