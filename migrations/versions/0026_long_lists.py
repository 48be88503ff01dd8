"""Lists that cost the same after years (长列表): every condition of a list has its index.

Why: the ledger of breaches, the supervisors' lists and the audit log read on and on through what
did not fit once a condition was rare. A breach keeps the task rows its ticket cited when the limit
was missed, so that the ledger is asked by them without reading tickets.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026_long_lists"
down_revision = "0025_promises"
branch_labels = None
depends_on = None

COMMON = (
    "'accept', 'route', 'dispatch', 'sign_for', 'first_contact', 'answer', 'approve_answer', "
    "'callback_attempt', 'close'"
)
INDEXES = (
    ("ix_ticket_unit_accepted", "ticket", ["lead_unit_id", "accepted_at", "id"], None),
    ("ix_ticket_kind_accepted", "ticket", ["kind", "accepted_at", "id"], None),
    ("ix_ticket_event_rare", "ticket_event", ["event", "at", "id"], f"event NOT IN ({COMMON})"),
    ("ix_ticket_event_actor", "ticket_event", ["actor_name", "at", "id"],
     "actor_kind <> 'system'"),
    ("ix_audit_entry_actor", "audit_entry", ["actor_name", "at", "id"], None),
    ("ix_audit_entry_action", "audit_entry", ["action", "at", "id"], None),
    ("ix_breach_newest", "breach", ["true_at", "id"], None),
    ("ix_breach_unit", "breach", ["unit_id", "true_at", "id"], None),
    ("ix_breach_kind", "breach", ["kind", "true_at", "id"], None),
    ("ix_breach_judgement", "breach", ["judgement", "true_at", "id"], None),
)  # fmt: skip
REPLACED = (("ix_breach_unit_id", ["unit_id"]), ("ix_breach_true_at", ["true_at"]))


def upgrade() -> None:
    op.add_column("breach", sa.Column("task_rows", JSONB, nullable=False, server_default="[]"))
    op.execute(
        "UPDATE breach b SET task_rows = t.task_rows FROM ticket t "
        "WHERE t.id = b.ticket_id AND t.task_rows <> '[]'"
    )
    op.alter_column("breach", "task_rows", server_default=None)
    for name, _ in REPLACED:
        op.drop_index(name, "breach")
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where) if where else None)
    op.create_index("ix_breach_task_rows", "breach", ["task_rows"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_breach_task_rows", "breach")
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    for name, columns in REPLACED:
        op.create_index(name, "breach", columns)
    op.drop_column("breach", "task_rows")
