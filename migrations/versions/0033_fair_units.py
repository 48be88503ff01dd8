"""Units' adjusted figures leave out what is excluded (剔除), and reworks have a rate of their own.

Why: the page of the units called adjusted what knew of excuses alone, and a rework that was
missed stood in no rate.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0033_fair_units"
down_revision = "0032_letters_kept"
branch_labels = None
depends_on = None

COUNTS = ("left_out", "left_out_good")
CHECK = "ck_figure_day_indicator"
REWORK = "rework_on_time"


def upgrade() -> None:
    for name in COUNTS:
        op.add_column("unit_day", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    _check([*_checked(), REWORK])
    # Every day is made anew by the next run of the flow.
    op.execute("DELETE FROM figure_mark")


def downgrade() -> None:
    op.execute(f"DELETE FROM figure_day WHERE indicator = '{REWORK}'")
    _check([one for one in _checked() if one != REWORK])
    for name in COUNTS:
        op.drop_column("unit_day", name)


def _checked() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_0-9]+)'", found)


def _check(words: list[str]) -> None:
    op.drop_constraint(op.f(CHECK), "figure_day", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "figure_day", f"indicator IN ({listed})")
