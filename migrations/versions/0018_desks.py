"""Files of tickets, held dispatches, people's own settings and saved views; pages of drafts.

Why: what was just logged can be taken back before a unit hears of it; files come with tickets; two
pages that hold the same draft must not overwrite each other.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_desks"
down_revision = "0017_page_indexes"
branch_labels = None
depends_on = None

EVENTS = ("void", "attach", "download")
STATUSES = ("voided",)
CHECKS = (
    ("ticket", "ck_ticket_ticketstatus", "status", STATUSES),
    ("ticket_event", "ck_ticket_event_ticketevent", "event", EVENTS),
    ("ticket_event", "ck_ticket_event_from_status", "from_status", STATUSES),
    ("ticket_event", "ck_ticket_event_to_status", "to_status", STATUSES),
)


OPEN = "status NOT IN ('closed', 'refused', 'merged', 'handed_to_emergency', 'withdrawn'{})"


def upgrade() -> None:
    _index_open(", 'voided'")
    for table, name, column, words in CHECKS:
        _check(table, name, column, [*_checked(name), *words])
    op.add_column("draft", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "draft", sa.Column("page", sa.String(length=16), server_default="", nullable=False)
    )
    for column in ("revision", "page"):
        op.alter_column("draft", column, server_default=None)
    _attachments()
    _of_people()


def _index_open(more: str) -> None:
    op.drop_index("ix_ticket_open", "ticket")
    op.create_index("ix_ticket_open", "ticket", ["id"], postgresql_where=sa.text(OPEN.format(more)))


def _checked(name: str) -> list[str]:
    """Return the words that a check allows now, whichever migrations widened it."""
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": name}).scalar_one()
    return re.findall(r"'([a-z_]+)'", found)


def _check(table: str, name: str, column: str, words: list[str]) -> None:
    op.drop_constraint(op.f(name), table, type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(name), table, f"{column} IN ({listed})")


def _attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "credential",
                "contact_evidence",
                "handling",
                name="attachmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_by", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "ticket_id IS NOT NULL OR form_id <> ''", name=op.f("ck_attachment_belongs")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["ticket_event.id"], name=op.f("fk_attachment_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_attachment_uploaded_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_attachment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(
        "uq_attachment_ticket_file", "attachment", ["ticket_id", "sha256"], unique=True,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "uq_attachment_form_file", "attachment", ["uploaded_by_id", "form_id", "sha256"],
        unique=True, postgresql_where=sa.text("ticket_id IS NULL"),
    )  # fmt: skip
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])


def _of_people() -> None:
    op.create_table(
        "held_dispatch",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("support_unit_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("held_by_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_held_dispatch_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_unit_id"], ["unit.id"], name=op.f("fk_held_dispatch_lead_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["held_by_id"], ["account.id"], name=op.f("fk_held_dispatch_held_by_id")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_held_dispatch")),
    )
    op.create_table(
        "preference",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        sa.Column("undo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_preference_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_preference")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "account_id", "path", "name", name=op.f("uq_saved_view_account_id_path_name")
        ),
    )


def downgrade() -> None:
    _index_open("")
    for table in ("saved_view", "preference", "held_dispatch", "attachment"):
        op.drop_table(table)
    for column in ("revision", "page"):
        op.drop_column("draft", column)
    for table, name, column, words in CHECKS:
        _check(table, name, column, [one for one in _checked(name) if one not in words])
