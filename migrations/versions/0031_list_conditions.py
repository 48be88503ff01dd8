"""Lists by two conditions (按条件的清单): unit, kind and state are told by the index alone.

Why: a list of one unit's tickets of one kind, and its count, read rows of the whole archive to see
which kind or state they have.
"""

from alembic import op

revision = "0031_list_conditions"
down_revision = "0030_unit_days"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_ticket_unit_accepted", ["lead_unit_id", "accepted_at", "id"]),
    ("ix_ticket_kind_accepted", ["kind", "accepted_at", "id"]),
)
BOTH = "ix_ticket_unit_kind_accepted"


def upgrade() -> None:
    for name, columns in INDEXES:
        op.drop_index(name, "ticket")
        op.create_index(name, "ticket", columns, postgresql_include=["status"])
    columns = ["lead_unit_id", "kind", "accepted_at", "id"]
    op.create_index(BOTH, "ticket", columns, postgresql_include=["status"])


def downgrade() -> None:
    op.drop_index(BOTH, "ticket")
    for name, columns in INDEXES:
        op.drop_index(name, "ticket")
        op.create_index(name, "ticket", columns)
