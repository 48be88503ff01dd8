"""Promises on which matters are closed (承诺), and what was found when somebody looked (核查)."""

from datetime import date

from sqlalchemy import Column, Date, Index, Text, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, key, moment, refers, term
from engine.terms import PromiseState, VerificationResult, VerificationWay

OPEN = "state IN ('offered', 'standing', 'reported')"


class Promise(SQLModel, table=True):
    """What a unit promised with an answer, and by which day (承诺); it outlives its ticket."""

    __tablename__ = "promise"
    __table_args__ = (
        Index("uq_promise_open", "ticket_id", unique=True, postgresql_where=text(OPEN)),
        Index("ix_promise_state", "state", "promised_on", "id"),
        Index("ix_promise_unit_open", "unit_id", postgresql_where=text(OPEN)),
    )

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    answer_id: int = refers("answer.id", unique=True)
    unit_id: int = refers("unit.id")
    clock_id: int | None = refers("clock.id", nullable=True, index=True)
    state: PromiseState = term(PromiseState)
    text: str = Field(max_length=300)
    promised_on: date = Field(sa_column=Column(Date, nullable=False))
    made_at: Moment = moment()
    report: str = Field(default="", max_length=500)
    reported_at: Moment | None = moment(nullable=True)
    reported_by_id: int | None = refers("account.id", nullable=True)
    settled_at: Moment | None = moment(nullable=True)
    end_reason: str = Field(default="", max_length=60)
    follow_on_id: int | None = refers("ticket.id", nullable=True)


class Verification(SQLModel, table=True):
    """One verification of a promise (核查): how, by whom, where, what was found; never edited."""

    __tablename__ = "verification"

    id: int = key()
    promise_id: int = refers("promise.id", index=True)
    ticket_id: int = refers("ticket.id", index=True)
    at: Moment = moment()
    done_on: date = Field(sa_column=Column(Date, nullable=False))
    way: VerificationWay = term(VerificationWay)
    result: VerificationResult = term(VerificationResult)
    place: str = Field(default="", max_length=200)
    evidence: str = Field(sa_column=Column(Text, nullable=False))
    by_id: int = refers("account.id")
    with_id: int | None = refers("account.id", nullable=True)
