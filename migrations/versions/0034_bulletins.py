"""Bulletins (通报) with a life: drafted, reviewed and signed by another, numbered, sent, kept.

Why: a bulletin is an official document like a letter; its number was given outside, by hand.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034_bulletins"
down_revision = "0033_fair_units"
branch_labels = None
depends_on = None

CHECK = "ck_outbox_message_noticekind"
MOMENT, BIG, JSON = sa.DateTime(timezone=True), sa.BigInteger(), postgresql.JSONB()
STATES = ("proposed", "drafted", "reviewed", "rejected", "dropped", "signed", "voided", "sent",
          "answered", "accepted", "insufficient")  # fmt: skip
OPEN = "status IN ('proposed', 'drafted', 'reviewed', 'rejected', 'signed')"
PEOPLE = ("drafted", "reviewed", "approved", "sent", "voided")
KEPT = """
CREATE FUNCTION keep_numbered_bulletin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number = '' AND TG_OP = 'UPDATE' AND (NEW.number = '' OR NEW.status = 'signed') THEN
        RETURN NEW;
    ELSIF OLD.number = '' AND TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'signed' AND
       (OLD.since, OLD.until, OLD.cases, OLD.facts, OLD.drafted_by_id, OLD.drafted_at,
        OLD.reviewed_by_id, OLD.reviewed_at, OLD.approved_by_id, OLD.approved_at, OLD.organ_code,
        OLD.year, OLD.serial, OLD.number, OLD.pages, OLD.pdf, OLD.docx, OLD.pdf_sha256, OLD.notes)
       IS NOT DISTINCT FROM
       (NEW.since, NEW.until, NEW.cases, NEW.facts, NEW.drafted_by_id, NEW.drafted_at,
        NEW.reviewed_by_id, NEW.reviewed_at, NEW.approved_by_id, NEW.approved_at, NEW.organ_code,
        NEW.year, NEW.serial, NEW.number, NEW.pages, NEW.pdf, NEW.docx, NEW.pdf_sha256, NEW.notes)
       AND ((NEW.status = 'sent' AND NEW.sent_at IS NOT NULL AND NEW.void_reason = '')
         OR (NEW.status = 'voided' AND NEW.void_reason <> '' AND NEW.sent_at IS NULL)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'bulletin % has its number and is never changed', OLD.number
        USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    _check([*_checked(), "bulletin"])
    op.create_table(
        "bulletin",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("status", sa.Enum(*STATES, name="letterstatus", native_enum=False,
                                    create_constraint=True, length=40), nullable=False),
        sa.Column("cases", JSON, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        *_people(),
        sa.Column("void_reason", sa.String(length=500), nullable=False),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("organ_code", sa.String(length=40), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("docx", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("notes", JSON, nullable=False),
        *(sa.ForeignKeyConstraint([f"{one}_by_id"], ["account.id"],
                                  name=op.f(f"fk_bulletin_{one}_by_id")) for one in PEOPLE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("organ_code", "year", "serial",
                            name=op.f("uq_bulletin_organ_code_year_serial")),
    )  # fmt: skip
    op.create_index("uq_bulletin_one_open", "bulletin", ["since", "until"], unique=True,
                    postgresql_where=sa.text(OPEN))  # fmt: skip
    op.create_index("ix_bulletin_status", "bulletin", ["status", "id"])
    op.execute(KEPT)
    op.execute("CREATE TRIGGER bulletin_kept BEFORE UPDATE OR DELETE ON bulletin "
               "FOR EACH ROW EXECUTE FUNCTION keep_numbered_bulletin()")  # fmt: skip


def _people() -> list[sa.Column[object]]:
    made: list[sa.Column[object]] = []
    for one in PEOPLE:
        made.append(sa.Column(f"{one}_by_id", BIG, nullable=one != "drafted"))
        made.append(sa.Column(f"{one}_at", MOMENT, nullable=one != "drafted"))
    return made


def _checked() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_0-9]+)'", found)


def _check(words: list[str]) -> None:
    op.drop_constraint(op.f(CHECK), "outbox_message", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "outbox_message", f"kind IN ({listed})")


def downgrade() -> None:
    op.execute("DROP TABLE bulletin CASCADE")
    op.execute("DROP FUNCTION keep_numbered_bulletin()")
    op.execute("DELETE FROM outbox_message WHERE kind = 'bulletin'")
    _check([word for word in _checked() if word != "bulletin"])
