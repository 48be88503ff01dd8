"""Findings with a second person and an appeal; what a clock said before it was changed.

Why: excusing a breach changes a unit's figures, so one supervisor alone may not do it; and figures
of a past day can only be made again when what was known then is still known.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021_findings"
down_revision = "0020_webhook_order"
branch_labels = None
depends_on = None

EVENTS = ("exclude", "appeal")
CHECK = "ck_ticket_event_ticketevent"
JUDGED = """
INSERT INTO finding (kind, state, ticket_id, breach_id, unit_id, indicator, ground, reason,
    evidence, proposed_by_id, proposed_at, approvals, decided_by_id, decided_at, decision_reason,
    effective_at, end_reason, appeal_reason, appeal_ruling)
SELECT judgement, 'in_force', ticket_id, id, unit_id, '', '', judgement_reason, '', judged_by_id,
    judged_at, '[]', judged_by_id, judged_at, '', judged_at, '', '', ''
FROM breach WHERE judgement <> '' AND judged_by_id IS NOT NULL
"""


def upgrade() -> None:
    _check([*_checked(), *EVENTS])
    op.add_column(
        "clock",
        sa.Column("past", postgresql.JSONB(astext_type=sa.Text()), server_default="[]",
                  nullable=False),
    )  # fmt: skip
    op.alter_column("clock", "past", server_default=None)
    _findings()
    op.execute(JUDGED)


def _checked() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_]+)'", found)


def _check(words: list[str]) -> None:
    op.drop_constraint(op.f(CHECK), "ticket_event", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "ticket_event", f"event IN ({listed})")


def _findings() -> None:
    moment, text = sa.DateTime(timezone=True), sa.Text()
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _term("kind", "findingkind", "confirmed", "excused", "excluded"),
        _term("state", "findingstate", "proposed", "in_force", "refused", "ended"),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("breach_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", text, nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("approvals", postgresql.JSONB(astext_type=text), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=False),
        sa.Column("effective_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("end_reason", sa.String(length=60), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("appealed_at", moment, nullable=True),
        sa.Column("appealed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("appeal_reason", sa.String(length=500), nullable=False),
        sa.Column("appeal_ruled_at", moment, nullable=True),
        sa.Column("appeal_ruled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("appeal_changed", sa.Boolean(), nullable=True),
        sa.Column("appeal_ruling", sa.String(length=500), nullable=False),
        *_references(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    _indexes()


def _term(name: str, check: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _references() -> list[sa.ForeignKeyConstraint]:
    targets = {
        "ticket_id": "ticket", "breach_id": "breach", "unit_id": "unit",
        "proposed_by_id": "account", "decided_by_id": "account", "appealed_by_id": "account",
        "appeal_ruled_by_id": "account",
    }  # fmt: skip
    return [
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_finding_{column}"))
        for column, table in targets.items()
    ]


def _indexes() -> None:
    standing = "state IN ('proposed', 'in_force')"
    for column in ("ticket_id", "breach_id", "unit_id"):
        op.create_index(op.f(f"ix_finding_{column}"), "finding", [column])
    op.create_index("ix_finding_effective", "finding", ["effective_at"])
    some = {
        "uq_finding_proposed": (["breach_id"], "state = 'proposed' AND breach_id IS NOT NULL"),
        "uq_finding_in_force": (["breach_id"], "state = 'in_force' AND breach_id IS NOT NULL"),
        "uq_finding_excluded": (["ticket_id", "indicator"], f"kind = 'excluded' AND {standing}"),
        "ix_finding_waiting": (
            ["id"],
            "state = 'proposed' OR (appealed_at IS NOT NULL AND appeal_ruled_at IS NULL)",
        ),
    }
    for name, (columns, where) in some.items():
        op.create_index(
            name, "finding", columns, unique=name.startswith("uq"), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    op.drop_table("finding")
    op.drop_column("clock", "past")
    _check([word for word in _checked() if word not in EVENTS])
