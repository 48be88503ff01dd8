"""A requester takes a matter back (撤回): two events, a status, a notice.

Why: a withdrawal is an end of its own, not a closing and not a refusal.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0016_withdrawal"
down_revision = "0015_address_checks"
branch_labels = None
depends_on = None

CHECKS = (
    ("ticket", "ck_ticket_ticketstatus", "status", ("withdrawn",)),
    ("ticket_event", "ck_ticket_event_ticketevent", "event", ("withdraw", "ask_withdrawal")),
    ("ticket_event", "ck_ticket_event_from_status", "from_status", ("withdrawn",)),
    ("ticket_event", "ck_ticket_event_to_status", "to_status", ("withdrawn",)),
    ("outbox_message", "ck_outbox_message_noticekind", "kind", ("withdrawn",)),
)


def upgrade() -> None:
    for table, name, column, words in CHECKS:
        _check(table, name, column, [*_checked(name), *words])


def downgrade() -> None:
    for table, name, column, words in CHECKS:
        _check(table, name, column, [one for one in _checked(name) if one not in words])


def _checked(name: str) -> list[str]:
    """Return the words that a check allows now, whichever migrations widened it."""
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": name}).scalar_one()
    return re.findall(r"'([a-z_]+)'", found)


def _check(table: str, name: str, column: str, words: list[str]) -> None:
    op.drop_constraint(op.f(name), table, type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(name), table, f"{column} IN ({listed})")
