"""What units and the hotline do with a ticket: answers, returns, extensions, callbacks."""

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, key, moment, refers, term
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ReturnReason,
    ReturnRuling,
    Satisfaction,
)


class Answer(SQLModel, table=True):
    """A unit's answer (办结答复); one row per round, never edited."""

    __tablename__ = "answer"

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    assignment_id: int = refers("assignment.id", index=True)
    outcome: AnswerOutcome = term(AnswerOutcome)
    text: str = Field(sa_column=Column(Text, nullable=False))
    legal_basis: str = Field(default="", max_length=500)
    answered_by_id: int = refers("account.id")
    answered_at: Moment = moment()
    reviewed_by_id: int | None = refers("account.id", nullable=True)
    reviewed_at: Moment | None = moment(nullable=True)
    review: str = Field(default="", max_length=20)
    review_reason: str = Field(default="", max_length=500)


class ReturnRequest(SQLModel, table=True):
    """A unit's wish to hand a ticket back (退单), and what was decided."""

    __tablename__ = "return_request"
    __table_args__ = (
        Index("uq_return_request_pending", "ticket_id", unique=True,
              postgresql_where=text("ruling = 'pending'")),
    )  # fmt: skip

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    assignment_id: int = refers("assignment.id")
    unit_id: int = refers("unit.id", index=True)
    reason: ReturnReason = term(ReturnReason)
    explanation: str = Field(max_length=1000)
    legal_basis: str = Field(max_length=500)
    suggested_unit_id: int | None = refers("unit.id", nullable=True)
    requested_by_id: int = refers("account.id")
    requested_at: Moment = moment()
    ruling: ReturnRuling = term(ReturnRuling)
    ruled_by_id: int | None = refers("account.id", nullable=True)
    ruled_at: Moment | None = moment(nullable=True)
    ruling_reason: str = Field(default="", max_length=500)


class ExtensionRequest(SQLModel, table=True):
    """A unit's wish for more days (延期申请)."""

    __tablename__ = "extension_request"
    __table_args__ = (
        Index("ix_extension_request_pending", "id", postgresql_where=text("state = 'pending'")),
    )

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    clock_id: int = refers("clock.id")
    working_days: int
    reason: str = Field(max_length=500)
    requested_by_id: int = refers("account.id")
    requested_at: Moment = moment()
    state: str = Field(default="pending", max_length=20)
    decided_by_id: int | None = refers("account.id", nullable=True)
    decided_at: Moment | None = moment(nullable=True)
    decision_reason: str = Field(default="", max_length=500)


class Callback(SQLModel, table=True):
    """A duty to call the requester back (回访); `human_required` is row 113's 100 %."""

    __tablename__ = "callback"
    __table_args__ = (
        Index("uq_callback_one_owed", "ticket_id", unique=True,
              postgresql_where=text("state = 'owed'")),
    )  # fmt: skip

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    round: int = 1
    state: CallbackState = term(CallbackState)
    human_required: bool = False
    why: str = Field(default="", max_length=200)
    opened_at: Moment = moment()
    done_at: Moment | None = moment(nullable=True)
    next_attempt_at: Moment | None = moment(nullable=True)
    contacted: bool | None = None
    solved: AnswerOutcome | None = term(AnswerOutcome, default=None, nullable=True)
    satisfaction: Satisfaction | None = term(Satisfaction, default=None, nullable=True)


class CallbackAttempt(SQLModel, table=True):
    """One attempt to reach the requester (一次回访)."""

    __tablename__ = "callback_attempt"
    __table_args__ = (Index("ix_callback_attempt_at", "at"),)

    id: int = key()
    callback_id: int = refers("callback.id", index=True)
    ticket_id: int = refers("ticket.id", index=True)
    at: Moment = moment()
    by_id: int | None = refers("account.id", nullable=True)
    called_by: str = Field(default="", max_length=40)
    channel: CallbackChannel = term(CallbackChannel)
    result: AttemptResult = term(AttemptResult)
    contacted: bool | None = None
    solved: AnswerOutcome | None = term(AnswerOutcome, default=None, nullable=True)
    satisfaction: Satisfaction | None = term(Satisfaction, default=None, nullable=True)
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
