"""The quarter's monitoring report has the life of a bulletin: a row says which of both it is.

Why: it was signed and numbered outside the system, so nobody could prove which draft was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039_reports_signed"
down_revision = "0038_letters_by_unit"
branch_labels = None
depends_on = None

NAME, OPEN = "uq_bulletin_one_open", sa.text(
    "status IN ('proposed', 'drafted', 'reviewed', 'rejected', 'signed')")  # fmt: skip
KIND = sa.Enum("bulletin", "monitoring", name="reportkind", native_enum=False, length=40,
               create_constraint=True)  # fmt: skip
FIXED = """
CREATE FUNCTION keep_report_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'report % never becomes one of another kind', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    op.add_column("bulletin", sa.Column("kind", KIND, nullable=False, server_default="bulletin"))
    op.alter_column("bulletin", "kind", server_default=None)
    op.drop_index(NAME, "bulletin")
    op.create_index(NAME, "bulletin", ["kind", "since", "until"], unique=True,
                    postgresql_where=OPEN)  # fmt: skip
    op.execute(FIXED)
    op.execute("CREATE TRIGGER report_kind_kept BEFORE UPDATE OF kind ON bulletin FOR EACH ROW "
               "WHEN (OLD.kind IS DISTINCT FROM NEW.kind) "
               "EXECUTE FUNCTION keep_report_kind()")  # fmt: skip


def downgrade() -> None:
    # Fails where a monitoring report is kept: it would pass for a bulletin.
    op.execute("DO $$ BEGIN IF EXISTS (SELECT 1 FROM bulletin WHERE kind <> 'bulletin') THEN "
               "RAISE EXCEPTION 'monitoring reports are kept'; END IF; END $$")  # fmt: skip
    op.execute("DROP TRIGGER report_kind_kept ON bulletin")
    op.execute("DROP FUNCTION keep_report_kind()")
    op.drop_index(NAME, "bulletin")
    op.drop_column("bulletin", "kind")
    op.create_index(NAME, "bulletin", ["since", "until"], unique=True, postgresql_where=OPEN)
