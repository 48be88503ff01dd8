"""A letter's whole life: reviewed, signed, voided, sent, corrected (核稿、签发、作废、发出、更正).

Why: a number given at signing must stay on record when the letter is not sent after all, and what
has a number must not be changed by anybody, so the database refuses it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_letter_life"
down_revision = "0018_desks"
branch_labels = None
depends_on = None

NEW = {"letterstatus": ("reviewed", "signed", "voided"), "letterkind": ("correction",),
       "ticketevent": ("review_letter", "void_letter"), "noticekind": ("correction",)}  # fmt: skip
CHECKS = {
    "letterstatus": ("letter", "status"),
    "letterkind": ("letter", "kind"),
    "ticketevent": ("ticket_event", "event"),
    "noticekind": ("outbox_message", "kind"),
}
OPEN = "status IN ('proposed', 'drafted', 'reviewed', 'rejected', 'signed')"
OLD_OPEN = "status IN ('proposed', 'drafted', 'rejected')"
KEPT = """
CREATE FUNCTION keep_numbered_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number = '' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.status = 'voided' OR
       (OLD.ticket_id, OLD.unit_id, OLD.kind, OLD.organ_code, OLD.year, OLD.serial, OLD.number,
        OLD.grounds, OLD.evidence, OLD.demands, OLD.facts, OLD.pdf, OLD.docx, OLD.pdf_sha256,
        OLD.notes, OLD.approved_at, OLD.approved_by_id, OLD.corrects_id)
       IS DISTINCT FROM
       (NEW.ticket_id, NEW.unit_id, NEW.kind, NEW.organ_code, NEW.year, NEW.serial, NEW.number,
        NEW.grounds, NEW.evidence, NEW.demands, NEW.facts, NEW.pdf, NEW.docx, NEW.pdf_sha256,
        NEW.notes, NEW.approved_at, NEW.approved_by_id, NEW.corrects_id) THEN
        RAISE EXCEPTION 'letter % has its number and is never changed; write a correction',
            OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    for person in ("reviewed", "sent", "voided"):
        op.add_column("letter", sa.Column(f"{person}_at", sa.DateTime(timezone=True)))
        op.add_column("letter", sa.Column(f"{person}_by_id", sa.BigInteger()))
        op.create_foreign_key(
            op.f(f"fk_letter_{person}_by_id"), "letter", "account", [f"{person}_by_id"], ["id"]
        )
    for name, length in (("reviewed_digest", 64), ("void_reason", 500)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("letter", column)
        op.alter_column("letter", name, server_default=None)
    op.add_column("letter", sa.Column("corrects_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_letter_corrects_id"), "letter", "letter", ["corrects_id"], ["id"]
    )
    op.create_index(op.f("ix_letter_corrects_id"), "letter", ["corrects_id"])
    op.execute("UPDATE letter SET sent_at = approved_at WHERE number <> ''")
    for check, (table, column) in CHECKS.items():
        _allow(check, table, column, [*_allowed(check, table), *NEW[check]])
    _one_open(OPEN)
    op.execute(KEPT)
    op.execute("CREATE TRIGGER letter_kept BEFORE UPDATE OR DELETE ON letter "
               "FOR EACH ROW EXECUTE FUNCTION keep_numbered_letter()")  # fmt: skip


def downgrade() -> None:
    op.execute("DROP TRIGGER letter_kept ON letter")
    op.execute("DROP FUNCTION keep_numbered_letter()")
    op.execute("UPDATE letter SET status = 'drafted' WHERE status = 'reviewed'")
    op.execute("UPDATE letter SET status = 'dropped' WHERE status IN ('signed', 'voided')")
    _one_open(OLD_OPEN)
    for check, (table, column) in CHECKS.items():
        left = [one for one in _allowed(check, table) if one not in NEW[check]]
        # What was written meanwhile stays: the history of a ticket is never rewritten.
        _allow(check, table, column, left, checks_old=False)
    op.drop_index(op.f("ix_letter_corrects_id"), "letter")
    for column in ("corrects_id", "reviewed_digest", "void_reason"):
        op.drop_column("letter", column)
    for person in ("reviewed", "sent", "voided"):
        op.drop_column("letter", f"{person}_by_id")
        op.drop_column("letter", f"{person}_at")


def _one_open(states: str) -> None:
    op.drop_index("uq_letter_one_open", "letter")
    op.create_index(
        "uq_letter_one_open", "letter", ["ticket_id", "kind"], unique=True,
        postgresql_where=sa.text(states),
    )  # fmt: skip


def _allowed(check: str, table: str) -> list[str]:
    """Return the values a check allows now: others may have added some since the first day."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT (regexp_matches(pg_get_constraintdef(oid), '''([a-z0-9_]+)''', 'g'))[1] "
            "FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)"
        ),
        {"name": f"ck_{table}_{check}", "table": table},
    )
    return list(found.scalars())


def _allow(
    check: str, table: str, column: str, values: list[str], *, checks_old: bool = True
) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{check}"), table)
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(
        op.f(f"ck_{table}_{check}"), table, f"{column} IN ({listed})",
        postgresql_not_valid=not checks_old,
    )  # fmt: skip
