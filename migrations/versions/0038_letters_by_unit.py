"""One letter of a kind in hand a ticket and unit, no longer a ticket alone.

Why: a redispatch may leave a letter to the unit before it in hand; the next unit is owed its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038_letters_by_unit"
down_revision = "0037_demonstration_figures"
branch_labels = None
depends_on = None

NAME = "uq_letter_one_open"
OPEN = sa.text("status IN ('proposed', 'drafted', 'reviewed', 'rejected', 'signed')")


def upgrade() -> None:
    op.drop_index(NAME, "letter")
    op.create_index(NAME, "letter", ["ticket_id", "unit_id", "kind"], unique=True,
                    postgresql_where=OPEN)  # fmt: skip


def downgrade() -> None:
    # Fails where two units have one of a kind in hand: finish or drop one of them first.
    op.drop_index(NAME, "letter")
    op.create_index(NAME, "letter", ["ticket_id", "kind"], unique=True, postgresql_where=OPEN)
