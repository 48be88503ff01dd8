"""Tables of a ticket's whole life; events are append-only by trigger.

Why: the first schema. `ticket_event` refuses UPDATE and DELETE, so that history cannot be
rewritten by any code path of ours.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_key_secret_hash")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "letter_serial",
        sa.Column("organ_code", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organ_code", "year", name=op.f("pk_letter_serial")),
    )
    op.create_table(
        "number_series",
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_number_series")),
    )
    op.create_table(
        "reference_data",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_data")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_reference_data_name_version")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("aliases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subordinate", sa.Boolean(), nullable=False),
        sa.Column("initials", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leader_name", sa.String(length=40), nullable=False),
        sa.Column("leader_email", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_unit_slug")),
    )
    op.create_index(op.f("ix_unit_initials"), "unit", ["initials"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "handler",
                "unit_leader",
                "supervisor",
                "administrator",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_unit_id"), "account", ["unit_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "consultation",
                "help_request",
                "complaint",
                "report",
                "suggestion",
                "praise",
                name="ticketkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum(
                "critical",
                "urgent",
                "normal",
                "complex",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "accepted",
                "to_be_dispatched",
                "dispatched",
                "signed_for",
                "in_progress",
                "returned",
                "in_arbitration",
                "answered",
                "callback_due",
                "rework",
                "supervised",
                "closed",
                "refused",
                "merged",
                "handed_to_emergency",
                name="ticketstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("accused_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("panel_approved", sa.Boolean(), nullable=False),
        sa.Column("reworks", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("routing", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "routing_decision",
            sa.Enum(
                "dispatch",
                "choose",
                "not_ours",
                "conflict",
                name="routingdecision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("routing_error", sa.String(length=300), nullable=False),
        sa.Column("task_rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("catalogue_version", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["accused_unit_id"], ["unit.id"], name=op.f("fk_ticket_accused_unit_id")
        ),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_ticket_lead_unit_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["ticket.id"], name=op.f("fk_ticket_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["ticket.id"], name=op.f("fk_ticket_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_ticket_source_external_id")),
    )
    op.create_index("ix_ticket_accepted", "ticket", ["accepted_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_lead_unit_status", "ticket", ["lead_unit_id", "status", "id"], unique=False
    )
    op.create_index(op.f("ix_ticket_merged_into_id"), "ticket", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_ticket_parent_id"), "ticket", ["parent_id"], unique=False)
    op.create_index("ix_ticket_status_id", "ticket", ["status", "id"], unique=False)
    op.create_index(
        "ix_ticket_unrouted",
        "ticket",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_table(
        "account_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_session_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_account_session_secret_hash")),
    )
    op.create_index(
        op.f("ix_account_session_account_id"), "account_session", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_account_session_expires_at"), "account_session", ["expires_at"], unique=False
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "assisting",
                name="assignmentrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("task_rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deemed_signed", sa.Boolean(), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_assignment_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_ticket_id"), "assignment", ["ticket_id"], unique=False)
    op.create_index(
        "ix_assignment_unit_open", "assignment", ["unit_id", "ended_at", "id"], unique=False
    )
    op.create_index(
        "uq_assignment_one_lead",
        "assignment",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("role = 'lead' AND ended_at IS NULL"),
    )
    op.create_table(
        "callback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "owed",
                "reached",
                "exhausted",
                name="callbackstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("human_required", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column(
            "solved",
            sa.Enum(
                "solved",
                "partly_solved",
                "not_solved",
                name="answeroutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "satisfaction",
            sa.Enum(
                "satisfied",
                "basically_satisfied",
                "dissatisfied",
                "not_evaluated",
                name="satisfaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_callback_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
    )
    op.create_index(op.f("ix_callback_ticket_id"), "callback", ["ticket_id"], unique=False)
    op.create_index(
        "uq_callback_one_owed",
        "callback",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("account_id", "form_id", name=op.f("uq_draft_account_id_form_id")),
    )
    op.create_table(
        "idempotency_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_idempotency_record_api_key_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_idempotency_record_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_record")),
        sa.UniqueConstraint("api_key_id", "key", name=op.f("uq_idempotency_record_api_key_id_key")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reminder",
                "supervision",
                "rectification",
                "referral",
                name="letterkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "drafted",
                "rejected",
                "dropped",
                "sent",
                "answered",
                "accepted",
                "insufficient",
                name="letterstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("grounds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("demands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("organ_code", sa.String(length=40), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("docx", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["account.id"], name=op.f("fk_letter_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["account.id"], name=op.f("fk_letter_drafted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["replied_by_id"], ["account.id"], name=op.f("fk_letter_replied_by_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_letter_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_letter_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint(
            "organ_code", "year", "serial", name=op.f("uq_letter_organ_code_year_serial")
        ),
    )
    op.create_index("ix_letter_status", "letter", ["status", "id"], unique=False)
    op.create_index(op.f("ix_letter_ticket_id"), "letter", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_letter_unit_id"), "letter", ["unit_id"], unique=False)
    op.create_index(
        "uq_letter_one_open",
        "letter",
        ["ticket_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status IN ('proposed', 'drafted', 'rejected')"),
    )
    op.create_table(
        "requester",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("enterprise", sa.String(length=120), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("initials", sa.String(length=120), nullable=False),
        sa.Column("contact_name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("answer_by", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_requester_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_requester")),
    )
    op.create_index(op.f("ix_requester_enterprise"), "requester", ["enterprise"], unique=False)
    op.create_index(op.f("ix_requester_phone"), "requester", ["phone"], unique=False)
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "accept",
                "hold_for_dispatch",
                "dispatch",
                "redispatch",
                "sign_for",
                "deem_signed",
                "first_contact",
                "return",
                "uphold_return",
                "reject_return",
                "convene_panel",
                "designate",
                "answer",
                "send_back",
                "approve_answer",
                "order_rework",
                "supervise",
                "close",
                "answer_on_the_spot",
                "refuse",
                "merge",
                "hand_to_emergency",
                "route",
                "warn",
                "breach",
                "remind",
                "escalate",
                "callback_attempt",
                "evaluate",
                "request_extension",
                "grant_extension",
                "refuse_extension",
                "pause",
                "resume",
                "recompute",
                "supplement",
                "assist_reply",
                "note",
                "propose_refusal",
                "settle_by_panel",
                "judge_breach",
                "propose_letter",
                "draft_letter",
                "approve_letter",
                "reject_letter",
                "send_letter",
                "answer_letter",
                "accept_letter_answer",
                "propose_referral",
                "unmask",
                "undelivered",
                name="ticketevent",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "from_status",
            sa.Enum(
                "accepted",
                "to_be_dispatched",
                "dispatched",
                "signed_for",
                "in_progress",
                "returned",
                "in_arbitration",
                "answered",
                "callback_due",
                "rework",
                "supervised",
                "closed",
                "refused",
                "merged",
                "handed_to_emergency",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "accepted",
                "to_be_dispatched",
                "dispatched",
                "signed_for",
                "in_progress",
                "returned",
                "in_arbitration",
                "answered",
                "callback_due",
                "rework",
                "supervised",
                "closed",
                "refused",
                "merged",
                "handed_to_emergency",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("citation", sa.String(length=200), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_event_ticket_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ticket_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_ticket_event_ticket_id_seq")),
    )
    op.create_index("ix_ticket_event_at", "ticket_event", ["at", "id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "solved",
                "partly_solved",
                "not_solved",
                name="answeroutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.String(length=500), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review", sa.String(length=20), nullable=False),
        sa.Column("review_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_answer_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_answer_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["account.id"], name=op.f("fk_answer_reviewed_by_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_answer_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_assignment_id"), "answer", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_answer_ticket_id"), "answer", ["ticket_id"], unique=False)
    op.create_table(
        "callback_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("callback_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "human_call",
                "field_verification",
                "sms",
                "web",
                "robot_call",
                name="callbackchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "result",
            sa.Enum(
                "reached",
                "no_answer",
                "busy",
                "declined",
                "wrong_number",
                "foreign_line",
                name="attemptresult",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column(
            "solved",
            sa.Enum(
                "solved",
                "partly_solved",
                "not_solved",
                name="answeroutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "satisfaction",
            sa.Enum(
                "satisfied",
                "basically_satisfied",
                "dissatisfied",
                "not_evaluated",
                name="satisfaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_callback_attempt_by_id")),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callback.id"], name=op.f("fk_callback_attempt_callback_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_callback_attempt_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempt")),
    )
    op.create_index(
        op.f("ix_callback_attempt_callback_id"), "callback_attempt", ["callback_id"], unique=False
    )
    op.create_index(
        op.f("ix_callback_attempt_ticket_id"), "callback_attempt", ["ticket_id"], unique=False
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "requester",
                "handling",
                "assisting",
                "sign_for",
                "first_contact",
                "review",
                "callback",
                "return_ruling",
                "arbitration",
                "rectification_reply",
                "follow_up",
                name="clockkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "stopped",
                "superseded",
                name="clockstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "due_status",
            sa.Enum(
                "confirmed",
                "provisional",
                name="duestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_reason", sa.String(length=60), nullable=False),
        sa.Column("next_rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("stuck_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_clock_assignment_id")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_clock_letter_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["clock.id"], name=op.f("fk_clock_supersedes_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_clock_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index(op.f("ix_clock_assignment_id"), "clock", ["assignment_id"], unique=False)
    op.create_index(
        "ix_clock_due",
        "clock",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(op.f("ix_clock_letter_id"), "clock", ["letter_id"], unique=False)
    op.create_index(
        "ix_clock_next_rung",
        "clock",
        ["next_rung_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'running' AND next_rung_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_clock_ticket_id"), "clock", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_clock_unit_id"), "clock", ["unit_id"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "assignment",
                "assisting",
                "warning",
                "breach",
                "reminder",
                "supervision",
                "interview",
                "rectification",
                "rectification_answered",
                "referral",
                "extension",
                "return_ruling",
                "rework",
                "callback_owed",
                "letter_proposed",
                "due_changed",
                "digest",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "sent",
                "undelivered",
                name="messagestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_outbox_message_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_outbox_message_ticket_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outbox_message_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", "recipient", name=op.f("uq_outbox_message_key_recipient")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox_message",
        ["next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        op.f("ix_outbox_message_letter_id"), "outbox_message", ["letter_id"], unique=False
    )
    op.create_index(
        op.f("ix_outbox_message_ticket_id"), "outbox_message", ["ticket_id"], unique=False
    )
    op.create_index(op.f("ix_outbox_message_unit_id"), "outbox_message", ["unit_id"], unique=False)
    op.create_table(
        "return_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "not_our_duty",
                "other_unit_leads",
                "outside_district",
                "duplicate",
                "insufficient_facts",
                name="returnreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.String(length=1000), nullable=False),
        sa.Column("legal_basis", sa.String(length=500), nullable=False),
        sa.Column("suggested_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ruling",
            sa.Enum(
                "pending",
                "upheld",
                "rejected",
                "to_panel",
                name="returnruling",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ruled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ruling_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_return_request_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["account.id"], name=op.f("fk_return_request_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["account.id"], name=op.f("fk_return_request_ruled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["suggested_unit_id"], ["unit.id"], name=op.f("fk_return_request_suggested_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_return_request_ticket_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_return_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_request")),
    )
    op.create_index(
        op.f("ix_return_request_ticket_id"), "return_request", ["ticket_id"], unique=False
    )
    op.create_index(op.f("ix_return_request_unit_id"), "return_request", ["unit_id"], unique=False)
    op.create_index(
        "uq_return_request_pending",
        "return_request",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("ruling = 'pending'"),
    )
    op.create_table(
        "breach",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "requester",
                "handling",
                "assisting",
                "sign_for",
                "first_contact",
                "review",
                "callback",
                "return_ruling",
                "arbitration",
                "rectification_reply",
                "follow_up",
                name="clockkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("true_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judgement", sa.String(length=20), nullable=False),
        sa.Column("judgement_reason", sa.String(length=500), nullable=False),
        sa.Column("judged_by_id", sa.BigInteger(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_breach_clock_id")),
        sa.ForeignKeyConstraint(
            ["judged_by_id"], ["account.id"], name=op.f("fk_breach_judged_by_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_breach_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_breach_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
        sa.UniqueConstraint("clock_id", name=op.f("uq_breach_clock_id")),
    )
    op.create_index(op.f("ix_breach_ticket_id"), "breach", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_breach_true_at"), "breach", ["true_at"], unique=False)
    op.create_index(op.f("ix_breach_unit_id"), "breach", ["unit_id"], unique=False)
    op.create_table(
        "extension_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["clock.id"], name=op.f("fk_extension_request_clock_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_extension_request_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["account.id"], name=op.f("fk_extension_request_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_extension_request_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
    )
    op.create_index(
        op.f("ix_extension_request_ticket_id"), "extension_request", ["ticket_id"], unique=False
    )
    op.create_table(
        "outbox_attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_message.id"], name=op.f("fk_outbox_attachment_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_attachment")),
    )
    op.create_index(
        op.f("ix_outbox_attachment_message_id"), "outbox_attachment", ["message_id"], unique=False
    )
    op.create_table(
        "rung_taken",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "rung",
            sa.Enum(
                "half_time",
                "one_day_left",
                "due_day",
                "breach",
                "l1_reminder",
                "l2_supervision",
                "l3_interview",
                "l4_letter",
                "deemed_signed",
                name="rung",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fell_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_rung_taken_clock_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_rung_taken_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rung_taken")),
        sa.UniqueConstraint("clock_id", "rung", name=op.f("uq_rung_taken_clock_id_rung")),
    )
    op.create_index(op.f("ix_rung_taken_ticket_id"), "rung_taken", ["ticket_id"], unique=False)
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER ticket_event_append_only BEFORE UPDATE OR DELETE ON ticket_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_rung_taken_ticket_id"), table_name="rung_taken")
    op.drop_table("rung_taken")
    op.drop_index(op.f("ix_outbox_attachment_message_id"), table_name="outbox_attachment")
    op.drop_table("outbox_attachment")
    op.drop_index(op.f("ix_extension_request_ticket_id"), table_name="extension_request")
    op.drop_table("extension_request")
    op.drop_index(op.f("ix_breach_unit_id"), table_name="breach")
    op.drop_index(op.f("ix_breach_true_at"), table_name="breach")
    op.drop_index(op.f("ix_breach_ticket_id"), table_name="breach")
    op.drop_table("breach")
    op.drop_index(
        "uq_return_request_pending",
        table_name="return_request",
        postgresql_where=sa.text("ruling = 'pending'"),
    )
    op.drop_index(op.f("ix_return_request_unit_id"), table_name="return_request")
    op.drop_index(op.f("ix_return_request_ticket_id"), table_name="return_request")
    op.drop_table("return_request")
    op.drop_index(op.f("ix_outbox_message_unit_id"), table_name="outbox_message")
    op.drop_index(op.f("ix_outbox_message_ticket_id"), table_name="outbox_message")
    op.drop_index(op.f("ix_outbox_message_letter_id"), table_name="outbox_message")
    op.drop_index(
        "ix_outbox_due", table_name="outbox_message", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_table("outbox_message")
    op.drop_index(op.f("ix_clock_unit_id"), table_name="clock")
    op.drop_index(op.f("ix_clock_ticket_id"), table_name="clock")
    op.drop_index(
        "ix_clock_next_rung",
        table_name="clock",
        postgresql_where=sa.text("state = 'running' AND next_rung_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_clock_letter_id"), table_name="clock")
    op.drop_index("ix_clock_due", table_name="clock", postgresql_where=sa.text("state = 'running'"))
    op.drop_index(op.f("ix_clock_assignment_id"), table_name="clock")
    op.drop_table("clock")
    op.drop_index(op.f("ix_callback_attempt_ticket_id"), table_name="callback_attempt")
    op.drop_index(op.f("ix_callback_attempt_callback_id"), table_name="callback_attempt")
    op.drop_table("callback_attempt")
    op.drop_index(op.f("ix_answer_ticket_id"), table_name="answer")
    op.drop_index(op.f("ix_answer_assignment_id"), table_name="answer")
    op.drop_table("answer")
    op.drop_index("ix_ticket_event_at", table_name="ticket_event")
    op.drop_table("ticket_event")
    op.drop_index(op.f("ix_requester_phone"), table_name="requester")
    op.drop_index(op.f("ix_requester_enterprise"), table_name="requester")
    op.drop_table("requester")
    op.drop_index(
        "uq_letter_one_open",
        table_name="letter",
        postgresql_where=sa.text("status IN ('proposed', 'drafted', 'rejected')"),
    )
    op.drop_index(op.f("ix_letter_unit_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_ticket_id"), table_name="letter")
    op.drop_index("ix_letter_status", table_name="letter")
    op.drop_table("letter")
    op.drop_table("idempotency_record")
    op.drop_table("draft")
    op.drop_index(
        "uq_callback_one_owed", table_name="callback", postgresql_where=sa.text("state = 'owed'")
    )
    op.drop_index(op.f("ix_callback_ticket_id"), table_name="callback")
    op.drop_table("callback")
    op.drop_index(
        "uq_assignment_one_lead",
        table_name="assignment",
        postgresql_where=sa.text("role = 'lead' AND ended_at IS NULL"),
    )
    op.drop_index("ix_assignment_unit_open", table_name="assignment")
    op.drop_index(op.f("ix_assignment_ticket_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_account_session_expires_at"), table_name="account_session")
    op.drop_index(op.f("ix_account_session_account_id"), table_name="account_session")
    op.drop_table("account_session")
    op.drop_index(
        "ix_ticket_unrouted", table_name="ticket", postgresql_where=sa.text("status = 'accepted'")
    )
    op.drop_index("ix_ticket_status_id", table_name="ticket")
    op.drop_index(op.f("ix_ticket_parent_id"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_merged_into_id"), table_name="ticket")
    op.drop_index("ix_ticket_lead_unit_status", table_name="ticket")
    op.drop_index("ix_ticket_accepted", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_account_unit_id"), table_name="account")
    op.drop_table("account")
    op.drop_index(op.f("ix_unit_initials"), table_name="unit")
    op.drop_table("unit")
    op.drop_table("reference_data")
    op.drop_table("number_series")
    op.drop_table("letter_serial")
    op.drop_table("heartbeat")
    op.drop_table("api_key")
    op.execute("DROP FUNCTION refuse_change()")
