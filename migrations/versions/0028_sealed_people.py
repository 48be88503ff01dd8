"""Names and numbers of requesters, names of files: sealed values and marks (个人信息加密).

Why: whoever has the database or a backup of it must not have the people in it. Columns are only
added, which takes no time; `hotline migrate` then builds their indexes without keeping anybody from
writing, and the job `protect` seals what is there, batch after batch. An older version works on
meanwhile: it writes the plain columns, and what it writes is sealed within a minute.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_sealed_people"
down_revision = "0027_knowledge"
branch_labels = None
depends_on = None

COLUMNS = (
    ("requester", "name_sealed"), ("requester", "phone_sealed"), ("requester", "phone_mark"),
    ("requester", "phone_end"), ("attachment", "name_sealed"),
)  # fmt: skip
INDEXES = ("ix_requester_phone_mark", "ix_requester_phone_end_mark")


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.LargeBinary()))


def downgrade() -> None:
    """Go back; what is sealed is lost, so it is refused while there is anything."""
    sealed = op.get_bind().execute(sa.text(
        "SELECT EXISTS (SELECT FROM requester WHERE phone_sealed IS NOT NULL)"
        " OR EXISTS (SELECT FROM attachment WHERE name_sealed IS NOT NULL)"
    )).scalar()  # fmt: skip
    if sealed:
        message = "sealed names and numbers would be lost: restore a backup instead"
        raise RuntimeError(message)
    for name in INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
