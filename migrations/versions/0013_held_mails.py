"""A mail that need not leave any more (不再发出).

Why: mails held till working hours are folded into the next one about the same ticket, and a
warning whose clock stopped meanwhile would be untrue.
"""

from alembic import op

revision = "0013_held_mails"
down_revision = "0012_due_dates"
branch_labels = None
depends_on = None

STATES = "'pending', 'sent', 'undelivered'"


def upgrade() -> None:
    _allow(f"{STATES}, 'superseded'")


def downgrade() -> None:
    op.execute("DELETE FROM outbox_attachment WHERE message_id IN "
               "(SELECT id FROM outbox_message WHERE status = 'superseded')")  # fmt: skip
    op.execute("DELETE FROM outbox_message WHERE status = 'superseded'")
    _allow(STATES)


def _allow(states: str) -> None:
    op.drop_constraint(op.f("ck_outbox_message_messagestatus"), "outbox_message")
    op.create_check_constraint(
        op.f("ck_outbox_message_messagestatus"), "outbox_message", f"status IN ({states})"
    )
