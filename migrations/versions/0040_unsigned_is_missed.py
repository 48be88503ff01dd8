"""A signature that was not given in time stands in the ledger, also where it was deemed given.

Why: the ledger of breaches knew nothing of the sign-for limit, and said less than the figures do.
"""

from alembic import op

revision = "0040_unsigned_is_missed"
down_revision = "0039_reports_signed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO breach (clock_id, ticket_id, unit_id, kind, task_rows, true_at, detected_at,
                            judgement, judgement_reason)
        SELECT c.id, c.ticket_id, c.unit_id, c.kind, a.task_rows, c.due_at,
               COALESCE(r.detected_at, c.stopped_at), '', ''
        FROM clock c JOIN assignment a ON a.id = c.assignment_id
        LEFT JOIN rung_taken r ON r.clock_id = c.id AND r.rung = 'deemed_signed'
        WHERE c.kind = 'sign_for' AND c.due_status = 'confirmed'
          AND (r.id IS NOT NULL OR (c.state = 'stopped' AND c.stopped_at >= c.due_at))
        ON CONFLICT (clock_id) DO NOTHING
    """)


def downgrade() -> None:
    """Keep what was missed: a breach is never deleted, and may have been judged since."""
