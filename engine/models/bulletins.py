"""Bulletins (通报、监测报告): drafted from a period's figures, then of the same life as letters."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_column, json_list, key, moment, refers, term
from engine.models.letters import OPEN
from engine.terms import LetterStatus, ReportKind


class Bulletin(SQLModel, table=True):
    """One bulletin or monitoring report: its period, its facts, its states; a sent one is kept.

    `facts` holds every figure as it stood when the draft was made: what is reviewed is signed.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        UniqueConstraint("organ_code", "year", "serial"),
        Index("uq_bulletin_one_open", "kind", "since", "until", unique=True,
              postgresql_where=text(f"status IN ({OPEN})")),
        Index("uq_bulletin_number", "number", unique=True, postgresql_where=text("number <> ''")),
        Index("ix_bulletin_status", "status", "id"),
    )  # fmt: skip

    id: int = key()
    kind: ReportKind = term(ReportKind, default=ReportKind.BULLETIN)
    since: date = Field(sa_column=Column(Date, nullable=False))
    until: date = Field(sa_column=Column(Date, nullable=False))
    status: LetterStatus = term(LetterStatus)
    cases: list[str] = json_list()
    facts: dict[str, Any] = json_column()
    drafted_by_id: int = refers("account.id")
    drafted_at: Moment = moment()
    reviewed_by_id: int | None = refers("account.id", nullable=True)
    reviewed_at: Moment | None = moment(nullable=True)
    approved_by_id: int | None = refers("account.id", nullable=True)
    approved_at: Moment | None = moment(nullable=True)
    sent_by_id: int | None = refers("account.id", nullable=True)
    sent_at: Moment | None = moment(nullable=True)
    voided_by_id: int | None = refers("account.id", nullable=True)
    voided_at: Moment | None = moment(nullable=True)
    void_reason: str = Field(default="", max_length=500)
    opinion: str = Field(default="", max_length=500)
    organ_code: str | None = Field(default=None, max_length=40)
    year: int | None = None
    serial: int | None = None
    number: str = Field(default="", max_length=60)
    pages: int = 0
    pdf: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    docx: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    pdf_sha256: str = Field(default="", max_length=64)
    notes: list[str] = json_list()
