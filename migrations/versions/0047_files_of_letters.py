"""What a body sends with its reply to a referral (移交) is kept with that letter, not the ticket.

Why: the unit a clue is about has the ticket, and could read there what was found out about it.
Taken back, such files belong to a form nobody opens: no older program shows them to anybody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047_files_of_letters"
down_revision = "0046_breaches_by_row"
branch_labels = None
depends_on = None

OF_REFERRALS = """
UPDATE attachment f SET letter_id = l.id FROM letter l
WHERE l.kind = 'referral' AND l.ticket_id = f.ticket_id AND l.unit_id = f.unit_id
  AND l.replied_at = f.uploaded_at AND l.replied_by_id = f.uploaded_by_id
"""
AGAIN = """
UPDATE attachment f SET letter_id = l.id, ticket_id = l.ticket_id, form_id = ''
FROM letter l WHERE f.ticket_id IS NULL AND f.form_id = 'letter:' || l.id
"""


def upgrade() -> None:
    op.add_column("attachment", sa.Column("letter_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_attachment_letter_id"), "attachment", "letter", ["letter_id"], ["id"]
    )
    op.execute(OF_REFERRALS)
    op.execute(AGAIN)
    op.create_index(
        "uq_attachment_letter_file", "attachment", ["letter_id", "sha256"], unique=True,
        postgresql_where=sa.text("letter_id IS NOT NULL"),
    )  # fmt: skip
    op.drop_index("uq_attachment_ticket_file", "attachment")
    _ticket_file("ticket_id IS NOT NULL AND letter_id IS NULL")


def _ticket_file(of: str) -> None:
    op.create_index(
        "uq_attachment_ticket_file", "attachment", ["ticket_id", "sha256"], unique=True,
        postgresql_where=sa.text(of),
    )  # fmt: skip


def downgrade() -> None:
    op.execute(
        "UPDATE attachment SET form_id = 'letter:' || letter_id, ticket_id = NULL "
        "WHERE letter_id IS NOT NULL"
    )
    # With the column go its indexes, and the policies that name it: closed to units till the
    # program settles anew.
    op.execute("ALTER TABLE attachment DROP COLUMN letter_id CASCADE")
    _ticket_file("ticket_id IS NOT NULL")
