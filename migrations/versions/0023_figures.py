"""Summaries of the indicators by day, and the indexes by which their cases are found.

Why: a dashboard must cost the same with a thousand tickets and with a million.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023_figures"
down_revision = "0022_mail_replies"
branch_labels = None
depends_on = None

INDICATORS = (
    "signed_on_time", "responded_on_time", "response_time", "answered_on_time", "breached",
    "contacted", "solved", "satisfied", "called_back", "human_called_back", "returned",
    "reworked", "arrears_verified",
)  # fmt: skip
KINDS = ("consultation", "help_request", "complaint", "report", "suggestion", "praise")
INDEXES = (
    ("ix_clock_kind_due_on", "clock", ["kind", "due_on"], None),
    ("ix_clock_changed", "clock", ["id"], "past <> '[]'::jsonb"),
    ("ix_assignment_dispatched", "assignment", ["dispatched_at"], None),
    ("ix_callback_attempt_at", "callback_attempt", ["at"], None),
)


def upgrade() -> None:
    op.create_table(
        "figure_day",
        sa.Column("day", sa.Date(), nullable=False),
        _term("indicator", "indicator", *INDICATORS),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _term("kind", "ticketkind", *KINDS),
        *(
            sa.Column(name, sa.Float() if "hit" in name else sa.Integer(), nullable=False)
            for name in ("n", "hit", "part", "fair_n", "fair_hit", "fair_part")
        ),
        sa.PrimaryKeyConstraint("day", "indicator", "unit_id", "kind", name="pk_figure_day"),
    )
    op.create_table(
        "figure_mark",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("up_to", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figure_mark"),
    )
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where) if where else None)


def _term(name: str, check: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    for table in ("figure_mark", "figure_day"):
        op.drop_table(table)
