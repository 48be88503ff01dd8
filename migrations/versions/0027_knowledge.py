"""The knowledge base (知识库), and the mails about findings and about entries that end.

Why: an answer on the telephone needs a source that somebody answers for and that ends; a unit must
learn of a finding against it while it can still appeal.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_knowledge"
down_revision = "0026_long_lists"
branch_labels = None
depends_on = None

CHECK = "ck_outbox_message_noticekind"
NOTICES = ("finding", "appeal_ruled", "knowledge")
MOMENT, BIG = sa.DateTime(timezone=True), sa.BigInteger()


def upgrade() -> None:
    _check([*_checked(), *NOTICES])
    _entries()
    _versions()
    op.create_table(
        "knowledge_use",
        *(sa.Column(name, BIG, nullable=False) for name in ("ticket_id", "version_id", "entry_id")),
        sa.Column("at", MOMENT, nullable=False),
        *_references("knowledge_use", ticket_id="ticket", version_id="knowledge_version",
                     entry_id="knowledge_entry"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_knowledge_use")),
    )  # fmt: skip
    for column in ("version_id", "entry_id"):
        op.create_index(op.f(f"ix_knowledge_use_{column}"), "knowledge_use", [column])


def _checked() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_0-9]+)'", found)


def _check(words: list[str]) -> None:
    op.drop_constraint(op.f(CHECK), "outbox_message", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "outbox_message", f"kind IN ({listed})")


def _entries() -> None:
    op.create_table(
        "knowledge_entry",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        _term("state", "knowledgestate", "wanted", "in_force", "withdrawn"),
        sa.Column("question", sa.String(length=120), nullable=False),
        sa.Column("version_id", BIG, nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=False),
        *_references("knowledge_entry", unit_id="unit", made_by_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_entry")),
    )
    op.create_index(op.f("ix_knowledge_entry_unit_id"), "knowledge_entry", ["unit_id"])
    op.create_index("ix_knowledge_entry_in_force", "knowledge_entry", ["valid_until", "id"],
                    postgresql_where=sa.text("state = 'in_force'"))  # fmt: skip


def _versions() -> None:
    op.create_table(
        "knowledge_version",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("written_by_id", BIG, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        _term("review", "knowledgereview", "proposed", "approved", "refused"),
        sa.Column("reviewed_by_id", BIG, nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("review_reason", sa.String(length=300), nullable=False),
        *_references("knowledge_version", entry_id="knowledge_entry", written_by_id="account",
                     reviewed_by_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_version")),
        sa.UniqueConstraint(
            "entry_id", "number", name=op.f("uq_knowledge_version_entry_id_number")
        ),
    )  # fmt: skip
    op.create_index("uq_knowledge_version_proposed", "knowledge_version", ["entry_id"], unique=True,
                    postgresql_where=sa.text("review = 'proposed'"))  # fmt: skip


def _term(name: str, check: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def downgrade() -> None:
    for table in ("knowledge_use", "knowledge_version", "knowledge_entry"):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DELETE FROM outbox_message WHERE kind IN ('finding', 'appeal_ruled', 'knowledge')")
    _check([word for word in _checked() if word not in NOTICES])
