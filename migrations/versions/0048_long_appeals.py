"""An appeal (申诉) may be long: a unit has one, and its words were cut to 500 characters.

Taken back, what is longer is cut again: no older program keeps more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048_long_appeals"
down_revision = "0047_files_of_letters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("finding", "appeal_reason", type_=sa.Text(), existing_nullable=False)


def downgrade() -> None:
    op.alter_column(
        "finding", "appeal_reason", type_=sa.String(500), existing_nullable=False,
        postgresql_using="left(appeal_reason, 500)",
    )  # fmt: skip
