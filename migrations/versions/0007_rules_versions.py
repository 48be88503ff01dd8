"""The district's own rule changes, and every state the rules have been in.

Why: a parameter or a calendar decided on a page must hold in every process at once and stay
provable for years, so each state is a whole new row and the table is append-only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_rules_versions"
down_revision = "0006_webhooks"
branch_labels = None
depends_on = None


def _term(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "rule_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", _term("rulechangekind", "parameter", "calendar"), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _term("rulechangestate", "proposed", "approved", "refused", "withdrawn"),
            nullable=False,
        ),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_rule_change_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_rule_change_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_change")),
    )
    op.create_index(
        "uq_rule_change_one_open", "rule_change", ["subject"], unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )  # fmt: skip
    op.create_index(
        "uq_rule_change_one_a_day", "rule_change", ["subject", "since"], unique=True,
        postgresql_where=sa.text("state = 'approved' AND kind = 'parameter'"),
    )  # fmt: skip
    op.create_table(
        "rules_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calendars", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("parameters_version", sa.String(length=60), nullable=False),
        sa.Column("calendar_version", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["rule_change.id"], name=op.f("fk_rules_version_change_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_version")),
    )
    op.create_index(op.f("ix_rules_version_change_id"), "rules_version", ["change_id"])
    op.execute(
        "CREATE TRIGGER rules_version_append_only BEFORE UPDATE OR DELETE ON rules_version "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("rules_version")
    op.drop_table("rule_change")
