"""A wait for a signature that was deemed given ended with its limit; 单位汇总 is counted again.

Why: such a clock stopped when the scheduler woke, and said more days late the later that was. The
days kept for 单位汇总 book returns and reworks to the unit that has the ticket now.
"""

from alembic import op

revision = "0044_deemed_when_due"
down_revision = "0043_days_taken_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE clock c SET stopped_at = a.signed_at, stop_reason = '视为签收'
        FROM assignment a, rung_taken r
        WHERE a.id = c.assignment_id AND a.deemed_signed AND a.signed_at = c.due_at
          AND r.clock_id = c.id AND r.rung = 'deemed_signed'
          AND c.kind = 'sign_for' AND c.state = 'stopped'
    """)
    op.execute("DELETE FROM figure_mark")


def downgrade() -> None:
    """Keep when each wait ended: the program before reads it as well."""
    op.execute("DELETE FROM figure_mark")
