"""No official number stands on two letters, nor on two bulletins.

Why: a format without the number's own place gave two letters one 发文字号. Letters that were given
one twice before are signed documents and keep it; those after them are held to it all the same.
"""

import sqlalchemy as sa
from alembic import op

revision = "0059_numbers_once"
down_revision = "0058_called_back"
branch_labels = None
depends_on = None

TABLES = ("letter", "bulletin")


def upgrade() -> None:
    for table in TABLES:
        last = _last_of_two(table)
        after = f" AND id > {last}" if last else ""
        op.create_index(f"uq_{table}_number", table, ["number"], unique=True,
                        postgresql_where=sa.text(f"number <> ''{after}"))  # fmt: skip


def _last_of_two(table: str) -> int:
    """Return the last of those that bear the number of another, nothing where none does."""
    query = sa.text(
        f"SELECT max(id) FROM {table} WHERE number IN "
        f"(SELECT number FROM {table} WHERE number <> '' GROUP BY number HAVING count(*) > 1)"
    )
    return int(op.get_bind().execute(query).scalar_one() or 0)


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"uq_{table}_number", table_name=table)
