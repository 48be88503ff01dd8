"""Clocks (计时) with their deadline certificates, and the rungs already climbed."""

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column, Date, Index, UniqueConstraint, text
from sqlalchemy.orm import query_expression
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, filled, json_column, json_list, key, moment, refers, term
from engine.rules.limit_names import limit_name
from engine.terms import ClockKind, ClockState, DueStatus, Rung


class Clock(SQLModel, table=True):
    """One running or finished limit of a ticket; `certificate` proves its due date.

    Overdue is derived (`due_at` against `stopped_at` or now). `due_since` is when this due date was
    set. `next_rung_at` is the moment the sweep must look again; it is empty once nothing more can
    fall due. `past` keeps what a clock said before it was changed: for each change the moment
    `until` which `due_on`, `due_at`, `due_status` and `stopped_at` held, so that any day can be
    looked at again.
    """

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "ix_clock_next_rung",
            "next_rung_at",
            "id",
            postgresql_where=text("state = 'running' AND next_rung_at IS NOT NULL"),
        ),
        Index(
            "ix_clock_pause_ends",
            "next_rung_at",
            "id",
            postgresql_where=text("state = 'paused' AND next_rung_at IS NOT NULL"),
        ),
        Index(
            "ix_clock_quickest",
            "due_on",
            text("(stopped_at - started_at)"),
            "ticket_id",
            postgresql_where=text("kind = 'handling' AND stopped_at < due_at"),
        ),
        Index("ix_clock_due", "due_at", "id", postgresql_where=text("state = 'running'")),
        Index(
            "ix_clock_answering",
            "due_at",
            "ticket_id",
            postgresql_where=text("state = 'running' AND kind IN ('requester', 'handling')"),
        ),
        filled("clock", "assignment_id"),
        filled("clock", "letter_id"),
        filled("clock", "unit_id"),
        Index("ix_clock_kind_due_on", "kind", "due_on"),
        Index("ix_clock_changed", "id", postgresql_where=text("past <> '[]'::jsonb")),
        Index(
            "ix_clock_stuck",
            "id",
            postgresql_where=text("state = 'running' AND stuck_reason <> ''"),
        ),
    )

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    assignment_id: int | None = refers("assignment.id", nullable=True)
    letter_id: int | None = refers("letter.id", nullable=True)
    unit_id: int | None = refers("unit.id", nullable=True)
    kind: ClockKind = term(ClockKind)
    state: ClockState = term(ClockState)
    started_at: Moment = moment()
    due_on: date = Field(sa_column=Column(Date, nullable=False))
    due_at: Moment = moment()
    due_status: DueStatus = term(DueStatus)
    due_since: Moment = moment()
    stopped_at: Moment | None = moment(nullable=True)
    stop_reason: str = Field(default="", max_length=60)
    next_rung_at: Moment | None = moment(nullable=True)
    certificate: dict[str, Any] = json_column()
    pauses: list[dict[str, Any]] = json_list()
    past: list[dict[str, Any]] = json_list()
    supersedes_id: int | None = refers("clock.id", nullable=True)
    stuck_reason: str = Field(default="", max_length=300)
    limit_unit: ClassVar[Any]  # "unit" of the certificate, where a list asked for it alone

    @property
    def limit_name(self) -> str:
        """What the limit is called (时限): that of a 督办函's reply has a name of its own."""
        return limit_name(self.kind, str(self.certificate.get("rule", "")))


Clock.limit_unit = query_expression()


class RungTaken(SQLModel, table=True):
    """One rung of a clock's ladder, climbed once for a due date: the unique row is the promise.

    A warning belongs to its due date; what follows a breach comes once, unless its limit was moved
    to a day that was still to come.
    """

    __tablename__ = "rung_taken"
    __table_args__ = (
        UniqueConstraint("clock_id", "rung", "due_on"),
        Index("ix_rung_taken_rung", "rung", "clock_id"),
    )

    id: int = key()
    clock_id: int = refers("clock.id")
    ticket_id: int = refers("ticket.id", index=True)
    rung: Rung = term(Rung)
    due_on: date = Field(sa_column=Column(Date, nullable=False))
    fell_due_at: Moment = moment()
    detected_at: Moment = moment()


class Breach(SQLModel, table=True):
    """A missed limit (超期), with the supervisor's judgement beside it; never deleted.

    `task_rows` are the rows of the task list that its ticket cited when the limit was missed.
    """

    __tablename__ = "breach"
    __table_args__ = (
        Index("ix_breach_newest", "true_at", "id"),
        Index("ix_breach_unit", "unit_id", "true_at", "id"),
        Index("ix_breach_kind", "kind", "true_at", "id"),
        Index("ix_breach_judgement", "judgement", "true_at", "id"),
        Index("ix_breach_rows", text("hotline_rows(task_rows)"), postgresql_using="gin"),
    )

    id: int = key()
    clock_id: int = refers("clock.id", unique=True)
    ticket_id: int = refers("ticket.id", index=True)
    unit_id: int | None = refers("unit.id", nullable=True)
    kind: ClockKind = term(ClockKind)
    task_rows: list[int] = json_list()
    true_at: Moment = moment()
    detected_at: Moment = moment()
    judgement: str = Field(default="", max_length=20)
    judgement_reason: str = Field(default="", max_length=500)
    judged_by_id: int | None = refers("account.id", nullable=True)
    judged_at: Moment | None = moment(nullable=True)
