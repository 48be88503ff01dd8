"""Indexes of columns that most rows leave empty hold only the rows that fill them.

Nobody looks for the empty ones, yet each new row wrote an entry for each. And PostgreSQL, as long
as it has counted nothing in a table, took "no parent" for a rare thing and read every ticket there
is by that index, several times for each ticket taken in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054_indexes_of_some"
down_revision = "0053_letters_called_back"
branch_labels = None
depends_on = None

SOME = (
    ("ticket", "parent_id"), ("ticket", "merged_into_id"),
    ("clock", "assignment_id"), ("clock", "letter_id"), ("clock", "unit_id"),
    ("outbox_message", "ticket_id"), ("outbox_message", "letter_id"), ("outbox_message", "unit_id"),
)  # fmt: skip
PHONE, FILLED = "ix_requester_phone_ticket_id", "phone <> ''"  # only what is not sealed yet


def upgrade() -> None:
    for table, column in SOME:
        _again(table, f"ix_{table}_{column}", [column], f"{column} IS NOT NULL")
    _again("requester", PHONE, ["phone", "ticket_id"], FILLED)


def downgrade() -> None:
    for table, column in SOME:
        _again(table, f"ix_{table}_{column}", [column], None)
    _again("requester", PHONE, ["phone", "ticket_id"], None)


def _again(table: str, name: str, columns: list[str], where: str | None) -> None:
    op.drop_index(name, table_name=table)
    op.create_index(name, table, columns, postgresql_where=sa.text(where) if where else None)
