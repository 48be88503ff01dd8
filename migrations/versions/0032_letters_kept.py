"""A numbered letter's way is kept by the database too: its states, its voiding, the series itself.

Why: what a numbered letter says could not be changed by SQL, but its state, the reason of a voiding
and the last number given could, and so make a sent letter look unsent or a number be given twice.
"""

from alembic import op

revision = "0032_letters_kept"
down_revision = "0031_list_conditions"
branch_labels = None
depends_on = None

LIFE = """
CREATE FUNCTION keep_letter_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed boolean;
BEGIN
    IF OLD.number = '' THEN
        IF NEW.number <> '' AND (NEW.status <> 'signed' OR NEW.approved_at IS NULL) THEN
            RAISE EXCEPTION 'a letter takes its number when it is signed'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    allowed := CASE
        WHEN OLD.status = NEW.status THEN
            (OLD.sent_at, OLD.sent_by_id, OLD.reply, OLD.replied_at, OLD.replied_by_id)
            IS NOT DISTINCT FROM
            (NEW.sent_at, NEW.sent_by_id, NEW.reply, NEW.replied_at, NEW.replied_by_id)
        WHEN OLD.status = 'signed' AND NEW.status = 'sent' THEN NEW.sent_at IS NOT NULL
        WHEN OLD.status = 'signed' AND NEW.status = 'voided' THEN
            NEW.voided_at IS NOT NULL AND NEW.void_reason <> ''
        WHEN OLD.status IN ('sent', 'insufficient') AND NEW.status = 'answered' THEN
            NEW.replied_at IS NOT NULL AND NEW.reply <> ''
        WHEN OLD.status = 'answered' THEN NEW.status IN ('accepted', 'insufficient')
        ELSE false END;
    IF NOT allowed OR
       (OLD.proposed_at, OLD.proposed_by, OLD.drafted_by_id, OLD.drafted_at, OLD.reviewed_by_id,
        OLD.reviewed_at, OLD.reviewed_digest)
       IS DISTINCT FROM
       (NEW.proposed_at, NEW.proposed_by, NEW.drafted_by_id, NEW.drafted_at, NEW.reviewed_by_id,
        NEW.reviewed_at, NEW.reviewed_digest) OR
       (NEW.status <> 'voided' AND
        (OLD.void_reason, OLD.voided_at, OLD.voided_by_id)
        IS DISTINCT FROM (NEW.void_reason, NEW.voided_at, NEW.voided_by_id)) THEN
        RAISE EXCEPTION 'letter % is %: it does not become % this way', OLD.number, OLD.status,
            NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
SERIES = """
CREATE FUNCTION keep_letter_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.organ_code, NEW.year, NEW.last)
       IS DISTINCT FROM (OLD.organ_code, OLD.year, OLD.last + 1) THEN
        RAISE EXCEPTION 'the numbers of % in % only go on, one by one', OLD.organ_code, OLD.year
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(LIFE)
    op.execute("CREATE TRIGGER letter_life_kept BEFORE UPDATE ON letter "
               "FOR EACH ROW EXECUTE FUNCTION keep_letter_life()")  # fmt: skip
    op.execute(SERIES)
    op.execute("CREATE TRIGGER letter_series_kept BEFORE UPDATE OR DELETE ON letter_serial "
               "FOR EACH ROW EXECUTE FUNCTION keep_letter_series()")  # fmt: skip


def downgrade() -> None:
    op.execute("DROP TRIGGER letter_series_kept ON letter_serial")
    op.execute("DROP FUNCTION keep_letter_series()")
    op.execute("DROP TRIGGER letter_life_kept ON letter")
    op.execute("DROP FUNCTION keep_letter_life()")
