"""Any part of an enterprise's pinyin initials is found by an index, which a step back takes away.

Why: `hx` should find 城中区华兴商贸. `hotline migrate` builds the index while others go on writing
(`engine.store.migrate.INDEXES`); it stands on hotline_grams, which could not go before it.
"""

from alembic import op

revision = "0045_parts_of_initials"
down_revision = "0044_deemed_when_due"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave the index to what builds it without keeping anybody from writing."""


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_requester_initial_parts")
