"""Events pushed to other systems (事件推送), owed by a trigger on the history itself.

Why: what is owed must be written in the transaction of the event, whoever writes the event. The
function runs as its owner, so that a session which may see only a unit's rows still owes all.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_webhooks"
down_revision = "0005_audit_chain"
branch_labels = None
depends_on = None

OWE = """
CREATE FUNCTION owe_webhooks() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO webhook_delivery
        (subscription_id, event_id, state, created_at, next_attempt_at, attempts, last_error)
    SELECT id, NEW.id, 'pending', NEW.recorded_at, NEW.at, 0, ''
    FROM webhook_subscription
    WHERE stopped IS NULL
      AND (event_types = '[]'::jsonb OR event_types @> to_jsonb(NEW.event::text))
    ON CONFLICT (subscription_id, event_id) DO NOTHING;
    IF FOUND THEN
        PERFORM pg_notify('hotline_wake', 'webhook');
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER ticket_event_owes_webhooks AFTER INSERT ON ticket_event
FOR EACH ROW EXECUTE FUNCTION owe_webhooks()
"""


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def term(name: str, kind: str, *values: str, nullable: bool = False) -> sa.Column:
    made = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, made, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook_subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("event_types", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        term("format", "webhookformat", "standard", "cloudevents", "cloudevents_batch"),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("batch_size", sa.Integer(), nullable=False),
        term("stopped", "webhookstop", "by_hand", "gone", "failing", nullable=True),
        moment("stopped_at", nullable=True),
        moment("created_at"),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        moment("claimed_until", nullable=True),
        moment("not_before", nullable=True),
        moment("failing_since", nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("last_ok_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_webhook_subscription_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscription")),
    )
    _secret()
    _delivery()
    op.execute(OWE)
    op.execute(TRIGGER)


def _secret() -> None:
    op.create_table(
        "webhook_secret",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        moment("made_at"),
        moment("expires_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["webhook_subscription.id"],
            name=op.f("fk_webhook_secret_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secret")),
    )  # fmt: skip
    op.create_index(
        op.f("ix_webhook_secret_subscription_id"), "webhook_secret", ["subscription_id"]
    )


def _delivery() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        term("state", "deliverystate", "pending", "delivered", "dead", "withheld"),
        moment("created_at"),
        moment("next_attempt_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("last_ms", sa.Integer(), nullable=True),
        moment("settled_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["webhook_subscription.id"],
            name=op.f("fk_webhook_delivery_subscription_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["ticket_event.id"], name=op.f("fk_webhook_delivery_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint(
            "subscription_id", "event_id", name=op.f("uq_webhook_delivery_subscription_id_event_id")
        ),
    )  # fmt: skip
    op.create_index(
        "ix_webhook_delivery_due", "webhook_delivery", ["subscription_id", "next_attempt_at", "id"],
        postgresql_where=sa.text("state = 'pending'"),
    )  # fmt: skip
    op.create_index("ix_webhook_delivery_newest", "webhook_delivery", ["subscription_id", "id"])
    op.create_index(
        "ix_webhook_delivery_settled", "webhook_delivery", ["settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.execute("DROP TRIGGER ticket_event_owes_webhooks ON ticket_event")
    op.execute("DROP FUNCTION owe_webhooks()")
    for table in ("webhook_delivery", "webhook_secret", "webhook_subscription"):
        op.drop_table(table)
