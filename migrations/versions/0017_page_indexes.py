"""Indexes for what the desks list, count and look for, so that no page grows with the archive.

Why: with a million tickets the search read them all, and so did the supervisors' figures. Words are
found by pairs of characters (Chinese has no spaces, and the embedded server has no pg_trgm): every
text's pairs stand in a GIN index, with a mark for each 20 000 tickets, by which the newest are
asked first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_page_indexes"
down_revision = "0016_withdrawal"
branch_labels = None
depends_on = None

OPEN = "status NOT IN ('closed', 'refused', 'merged', 'handed_to_emergency', 'withdrawn')"
WORDS = {"fastupdate": "on", "gin_pending_list_limit": "512"}
INDEXES = (
    ("ix_ticket_open", "ticket", ["id"], OPEN),
    ("ix_ticket_number_end", "ticket", [sa.text("reverse(number) text_pattern_ops")], None),
    ("ix_requester_initials", "requester",
     [sa.text("initials text_pattern_ops"), "ticket_id"], "initials <> ''"),
    ("ix_requester_phone_end", "requester",
     [sa.text("reverse(translate(phone, '-+ ', '')) text_pattern_ops"), "ticket_id"],
     "phone <> ''"),
    ("ix_ticket_event_figures", "ticket_event", ["event", "at", "ticket_id"],
     "event IN ('close', 'callback_attempt')"),
    ("ix_ticket_event_recomputed", "ticket_event", ["ticket_id"], "event = 'recompute'"),
    ("ix_ticket_event_claims", "ticket_event", ["ticket_id"],
     "event = 'note' AND (details ->> 'statutory_claim') IS NOT NULL"),
    ("ix_clock_answering", "clock", ["due_at", "ticket_id"],
     "state = 'running' AND kind IN ('requester', 'handling')"),
    ("ix_clock_stuck", "clock", ["id"], "state = 'running' AND stuck_reason <> ''"),
    ("ix_rung_taken_rung", "rung_taken", ["rung", "clock_id"], None),
    ("ix_extension_request_pending", "extension_request", ["id"], "state = 'pending'"),
    ("ix_outbox_undelivered", "outbox_message", ["id"], "status = 'undelivered'"),
)  # fmt: skip
WORD_INDEXES = (
    ("ix_ticket_words", "ticket", "hotline_grams(id, title || left(content, 200))"),
    ("ix_requester_words", "requester", "hotline_grams(ticket_id, enterprise)"),
)


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION hotline_plain(words text) RETURNS text "
        "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "$$ SELECT lower(translate(words, E' \\t\\r\\n\\u3000|', '')) $$"
    )
    op.execute(
        "CREATE FUNCTION hotline_grams(id bigint, words text) RETURNS text[] "
        "LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ "
        "DECLARE plain text := lower(translate(words, E' \\t\\r\\n\\u3000|', '')); BEGIN "
        "RETURN string_to_array(regexp_replace(plain, '(..)', '\\1|', 'g') || '|' || "
        "regexp_replace(substr(plain, 2), '(..)', '\\1|', 'g') || '|#' || id / 20000, '|'); "
        "END $$"
    )
    for name, table, columns, where in INDEXES:
        condition = sa.text(where) if where else None
        op.create_index(name, table, columns, postgresql_where=condition)
    for name, table, expression in WORD_INDEXES:
        op.create_index(
            name, table, [sa.text(expression)], postgresql_using="gin", postgresql_with=WORDS
        )


def downgrade() -> None:
    for name, table, *_ in (*WORD_INDEXES, *reversed(INDEXES)):
        op.drop_index(name, table)
    op.execute("DROP FUNCTION hotline_grams(bigint, text)")
    op.execute("DROP FUNCTION hotline_plain(text)")
