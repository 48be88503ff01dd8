"""An exclusion belongs to the unit whose case it leaves out; satisfaction to its indicator.

Why: after a redispatch the new unit was told of it and might appeal, and the old one might not.
单位汇总 counted satisfaction by the month an answer was due, 指标 by the day of the callback.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041_exclusions_by_unit"
down_revision = "0040_unsigned_is_missed"
branch_labels = None
depends_on = None

SAID = ("satisfied", "basically_satisfied", "dissatisfied")
NAME = "uq_finding_excluded"
STANDING = sa.text("kind = 'excluded' AND state IN ('proposed', 'in_force')")
REFILED = """
    UPDATE finding f SET unit_id = ran.unit_id
    FROM finding x JOIN (VALUES
        ('signed_on_time', 'sign_for'), ('responded_on_time', 'first_contact'),
        ('answered_on_time', 'handling'), ('breached', 'handling'), ('rework_on_time', 'handling')
    ) kind_of (indicator, clock) ON kind_of.indicator = x.indicator
    CROSS JOIN LATERAL (
        SELECT unit_id, bool_or(unit_id = x.unit_id) OVER () AS own FROM clock
        WHERE ticket_id = x.ticket_id AND kind = kind_of.clock AND unit_id IS NOT NULL
          AND due_at <= COALESCE(stopped_at, x.proposed_at)
        ORDER BY id DESC LIMIT 1
    ) ran
    WHERE f.id = x.id AND x.kind = 'excluded' AND x.appealed_at IS NULL AND NOT ran.own
"""
# What was left out before was left out of every unit's case. It stays so, or the adjusted figures
# of days that are past would change with the update: each other unit that had the ticket, and for a
# limit had that limit, has the exclusion too.
ALIKE = (
    "kind, state, ticket_id, indicator, ground, reason, evidence, proposed_by_id, proposed_at, "
    "approvals, decided_by_id, decided_at, decision_reason, effective_at, ended_at, end_reason, "
    "appeal_until"
)
OF_THE_OTHERS = f"""
    INSERT INTO finding ({ALIKE}, unit_id, appeal_reason, appeal_ruling)
    SELECT {ALIKE}, other.id, '', '' FROM finding f
    LEFT JOIN (VALUES
        ('signed_on_time', 'sign_for'), ('responded_on_time', 'first_contact'),
        ('answered_on_time', 'handling'), ('breached', 'handling'), ('rework_on_time', 'handling')
    ) kind_of (name, clock) ON kind_of.name = f.indicator
    CROSS JOIN LATERAL (
        SELECT DISTINCT a.unit_id AS id FROM assignment a
        WHERE a.ticket_id = f.ticket_id AND a.role = 'lead' AND (kind_of.clock IS NULL OR EXISTS (
            SELECT FROM clock c WHERE c.assignment_id = a.id AND c.kind = kind_of.clock))
    ) other
    WHERE f.kind = 'excluded' AND f.effective_at IS NOT NULL AND f.unit_id IS NOT NULL
      AND other.id <> f.unit_id
"""
ONE_OF_ALL = """
    DELETE FROM finding f USING finding x
    WHERE f.kind = 'excluded' AND x.kind = 'excluded' AND x.id < f.id
      AND (x.ticket_id, x.indicator, x.proposed_at) = (f.ticket_id, f.indicator, f.proposed_at)
"""


def upgrade() -> None:
    op.drop_index(NAME, "finding")
    op.create_index(NAME, "finding", ["ticket_id", "indicator", "unit_id"], unique=True,
                    postgresql_where=STANDING)  # fmt: skip
    op.execute(REFILED)
    op.execute(OF_THE_OTHERS)
    op.execute("DELETE FROM figure_mark")  # counted again: adjusted figures go by the unit now
    for name in SAID:
        op.drop_column("unit_day", name)


def downgrade() -> None:
    for name in SAID:
        op.add_column("unit_day", sa.Column(name, sa.Integer(), nullable=False,
                                            server_default="0"))  # fmt: skip
        op.alter_column("unit_day", name, server_default=None)
    op.execute("DELETE FROM figure_mark")
    op.execute(ONE_OF_ALL)
    # Fails where two units' cases of one ticket are left out: one index row cannot say both.
    op.drop_index(NAME, "finding")
    op.create_index(NAME, "finding", ["ticket_id", "indicator"], unique=True,
                    postgresql_where=STANDING)  # fmt: skip
