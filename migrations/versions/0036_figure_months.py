"""Kept figures by month beside those by day, and neither by kind of ticket.

Why: a quarter's report added up every day's rows of every unit, indicator and kind of ticket; no
page tells the kinds apart.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0036_figure_months"
down_revision = "0035_cases_once_due"
branch_labels = None
depends_on = None

CHECK = "ck_figure_day_indicator"
COUNTS = ("n", "hit", "part", "fair_n", "fair_hit", "fair_part")
KINDS = ("consultation", "help_request", "complaint", "report", "suggestion", "praise")


def upgrade() -> None:
    _empty()
    op.drop_column("figure_day", "kind")
    op.create_primary_key("pk_figure_day", "figure_day", ["day", "indicator", "unit_id"])
    op.create_table(
        "figure_month",
        sa.Column("month", sa.Date(), nullable=False),
        _term("indicator", "indicator", *_indicators()),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Float() if "hit" in name else sa.Integer(), nullable=False)
            for name in COUNTS
        ),
        sa.PrimaryKeyConstraint("month", "indicator", "unit_id", name="pk_figure_month"),
    )


def downgrade() -> None:
    _empty()
    op.drop_table("figure_month")
    op.drop_constraint("pk_figure_day", "figure_day", type_="primary")
    op.add_column("figure_day", _term("kind", "ticketkind", *KINDS))
    op.create_primary_key("pk_figure_day", "figure_day", ["day", "indicator", "unit_id", "kind"])


def _empty() -> None:
    """Leave all to the next run of the flow, which makes every day anew."""
    op.execute("DELETE FROM figure_day")
    op.execute("DELETE FROM figure_mark")


def _term(name: str, check: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _indicators() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_0-9]+)'", found)
