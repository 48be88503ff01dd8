"""What must follow a mail that left, and broke, is set aside and tried again (发信后续).

Why: it was only written to a log, so that a letter's reply stayed due by a day it did not name.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0057_after_leaving"
down_revision = "0056_triggers_of_the_house"
branch_labels = None
depends_on = None

CHECK = "ck_set_aside_asidework"
AFTER_LEAVING = "after_leaving"


def upgrade() -> None:
    _check([*_checked(), AFTER_LEAVING])


def downgrade() -> None:
    op.execute(f"DELETE FROM set_aside WHERE work = '{AFTER_LEAVING}'")
    _check([one for one in _checked() if one != AFTER_LEAVING])


def _checked() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_]+)'", found)


def _check(words: list[str]) -> None:
    op.drop_constraint(op.f(CHECK), "set_aside", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "set_aside", f"work IN ({listed})")
