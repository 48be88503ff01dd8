"""A sent letter of which no mail has left yet can be called back (撤回发送): sent becomes signed.

Why: a letter sent at night leaves in the morning; if what it rests on falls in between, it must not
go out. The database lets a letter go that way only while none of its mails has left or will.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0053_letters_called_back"
down_revision = "0052_history_guards"
branch_labels = None
depends_on = None

EVENT, CHECK = "recall_letter", "ck_ticket_event_ticketevent"
BACK = """
        WHEN OLD.status = 'sent' AND NEW.status IN ('signed', 'voided') THEN
            (NEW.status = 'signed' OR (NEW.voided_at IS NOT NULL AND NEW.void_reason <> '')) AND
            NEW.sent_at IS NULL AND NEW.sent_by_id IS NULL AND NEW.replied_at IS NULL AND
            NOT EXISTS (SELECT FROM outbox_message m WHERE m.letter_id = OLD.id
                        AND (m.sent_at IS NOT NULL OR m.status IN ('pending', 'sent')))"""
LIFE = """
CREATE OR REPLACE FUNCTION keep_letter_life() RETURNS trigger LANGUAGE plpgsql AS $$
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
        WHEN OLD.status = 'signed' AND NEW.status = 'sent' THEN NEW.sent_at IS NOT NULL{back}
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


def upgrade() -> None:
    _check([*_checked(), EVENT])
    op.execute(LIFE.format(back=BACK))


def downgrade() -> None:
    op.execute(LIFE.format(back=""))
    _check([one for one in _checked() if one != EVENT])


def _checked() -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": CHECK}).scalar_one()
    return re.findall(r"'([a-z_]+)'", found)


def _check(words: list[str]) -> None:
    op.drop_constraint(op.f(CHECK), "ticket_event", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "ticket_event", f"event IN ({listed})")
