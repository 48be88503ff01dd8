"""The audit chain: links on ticket events, the log of everything else, seals, checks.

Why: an event that was altered, removed, inserted or reordered must be found and named. Events
written before are chained here as they stand.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_audit_chain"
down_revision = "0004_row_security"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "audit_seal")


def upgrade() -> None:
    _entries()
    _seals()
    _checks()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    for column in ("words_digest", "link"):
        op.add_column("ticket_event", sa.Column(column, sa.LargeBinary(length=32)))
    op.execute("ALTER TABLE ticket_event DISABLE TRIGGER ticket_event_append_only")
    _chain_what_is_there(op.get_bind())
    op.execute("ALTER TABLE ticket_event ENABLE TRIGGER ticket_event_append_only")
    for column in ("words_digest", "link"):
        op.alter_column("ticket_event", column, nullable=False)


def _entries() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "user",
                "api",
                "system",
                name="actorkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_audit_entry_stream_seq")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "id"])


def _seals() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("log", sa.String(length=20), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("log", "from_id", name=op.f("uq_audit_seal_log_from_id")),
    )
    op.create_table(
        "audit_mark",
        sa.Column("log", sa.String(length=20), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("running_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_audit_mark")),
    )


def _checks() -> None:
    op.create_table(
        "audit_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )


# As the chain was computed on the day of this migration; `engine/store/chain.py` may move on.
def _canonical(value) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _stamp(moment) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _link(previous, event, words) -> bytes:
    facts = {
        "event": event.event, "at": _stamp(event.at), "recorded_at": _stamp(event.recorded_at),
        "actor": [event.actor_kind, event.actor_id, event.actor_name], "unit": event.unit_id,
        "from": event.from_status, "to": event.to_status, "citation": event.citation,
    }  # fmt: skip
    row = {"previous": previous.hex(), "stream": f"ticket:{event.number}", "seq": event.seq,
           "facts": facts, "words": words.hex()}  # fmt: skip
    return hashlib.sha256(_canonical(row)).digest()


def _chain_what_is_there(connection) -> None:
    events = connection.execute(
        sa.text(
            "SELECT e.*, t.number FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id "
            "ORDER BY e.ticket_id, e.seq"
        )
    )
    statement = sa.text(
        "UPDATE ticket_event SET words_digest = :words, link = :link WHERE id = :id"
    )
    ticket, previous = None, bytes(32)
    for event in events:
        previous = previous if event.ticket_id == ticket else bytes(32)
        words = {"reason": event.reason, "details": event.details}
        digest = hashlib.sha256(_canonical(words)).digest()
        previous, ticket = _link(previous, event, digest), event.ticket_id
        connection.execute(statement, {"words": digest, "link": previous, "id": event.id})


def downgrade() -> None:
    op.drop_column("ticket_event", "link")
    op.drop_column("ticket_event", "words_digest")
    for table in ("audit_check", "audit_mark", "audit_seal", "audit_entry"):
        op.drop_table(table)
