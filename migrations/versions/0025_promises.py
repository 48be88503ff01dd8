"""Promises and their verification (承诺、核查), with clocks and an indicator of their own.

Why: a matter that is closed because somebody promised to settle it later must stay in sight until
somebody has looked. A unit still sees a closed ticket while a promise of its own stands on it.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0025_promises"
down_revision = "0024_being_sent"
branch_labels = None
depends_on = None

CLOCKS = ("promise", "verification")
MORE = (
    ("ticket_event", "ck_ticket_event_ticketevent", "event",
     ("promise", "report_promise", "verify_promise")),
    ("clock", "ck_clock_clockkind", "kind", CLOCKS),
    ("breach", "ck_breach_clockkind", "kind", CLOCKS),
    ("figure_day", "ck_figure_day_indicator", "indicator", ("promise_kept",)),
)  # fmt: skip
OPEN = "state IN ('offered', 'standing', 'reported')"
SEES = """
DO $make$ BEGIN EXECUTE format($body$
    CREATE OR REPLACE FUNCTION hotline_sees(wanted bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$ BEGIN
        RETURN EXISTS (
            SELECT 1 FROM %1$I.assignment a JOIN %1$I.ticket t ON t.id = a.ticket_id
            WHERE a.ticket_id = wanted AND a.unit_id = %1$I.hotline_unit()
              AND (a.ended_at IS NULL OR (a.end_reason = '办结'
                   AND (a.ended_at >= %1$I.hotline_kept_since(){promised})))
              AND NOT (t.kind = 'report'
                       AND t.accused_unit_id IS NOT DISTINCT FROM a.unit_id));
    END $$ $body$, current_schema());
END $make$
"""
PROMISED = """
                   OR EXISTS (SELECT 1 FROM %1$I.promise p WHERE p.ticket_id = wanted
                              AND p.unit_id = a.unit_id
                              AND p.state IN ('offered', 'standing', 'reported'))"""


def upgrade() -> None:
    for table, check, column, words in MORE:
        _check(table, check, column, [*_checked(check), *words])
    _promises()
    _verifications()
    op.execute(SEES.replace("{promised}", PROMISED))


def _checked(check: str) -> list[str]:
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    found = op.get_bind().execute(query, {"name": check}).scalar_one()
    return re.findall(r"'([a-z_0-9]+)'", found)


def _check(table: str, check: str, column: str, words: list[str]) -> None:
    op.drop_constraint(op.f(check), table, type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(check), table, f"{column} IN ({listed})")


def _promises() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "promise",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False)
          for name in ("ticket_id", "answer_id", "unit_id")),
        sa.Column("clock_id", sa.BigInteger(), nullable=True),
        _term("state", "promisestate",
              "offered", "standing", "reported", "kept", "broken", "ended"),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("report", sa.String(length=500), nullable=False),
        sa.Column("reported_at", moment, nullable=True),
        sa.Column("reported_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.Column("end_reason", sa.String(length=60), nullable=False),
        sa.Column("follow_on_id", sa.BigInteger(), nullable=True),
        *_references("promise", ticket_id="ticket", answer_id="answer", unit_id="unit",
                     clock_id="clock", reported_by_id="account", follow_on_id="ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_promise_answer_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_promise_ticket_id"), "promise", ["ticket_id"])
    op.create_index(op.f("ix_promise_clock_id"), "promise", ["clock_id"])
    op.create_index("ix_promise_state", "promise", ["state", "promised_on", "id"])
    op.create_index("ix_promise_unit_open", "promise", ["unit_id"], postgresql_where=sa.text(OPEN))
    op.create_index("uq_promise_open", "promise", ["ticket_id"], unique=True,
                    postgresql_where=sa.text(OPEN))  # fmt: skip


def _verifications() -> None:
    op.create_table(
        "verification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("promise_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        _term("way", "verificationway", "field_verification", "human_call"),
        _term("result", "verificationresult", "met", "not_met"),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("with_id", sa.BigInteger(), nullable=True),
        *_references("verification", promise_id="promise", ticket_id="ticket", by_id="account",
                     with_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )  # fmt: skip
    for column in ("promise_id", "ticket_id"):
        op.create_index(op.f(f"ix_verification_{column}"), "verification", [column])


def _term(name: str, check: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def downgrade() -> None:
    op.execute(SEES.replace("{promised}", ""))
    for table in ("verification", "promise"):  # what units may see of tickets asks about promises
        op.execute(f"DROP TABLE {table} CASCADE")
    for table, check, column, words in MORE:
        _check(table, check, column, [one for one in _checked(check) if one not in words])
