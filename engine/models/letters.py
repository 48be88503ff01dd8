"""Official letters (函件): proposed, drafted, approved by a second person, numbered, sent."""

from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_column, json_list, key, moment, refers, term
from engine.terms import LetterKind, LetterStatus

OPEN = "'proposed', 'drafted', 'reviewed', 'rejected', 'signed'"


class Letter(SQLModel, table=True):
    """One letter of any kind; a sent one is never edited."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("organ_code", "year", "serial"),
        Index("uq_letter_one_open", "ticket_id", "unit_id", "kind", unique=True,
              postgresql_where=text(f"status IN ({OPEN})")),
        Index("uq_letter_number", "number", unique=True, postgresql_where=text("number <> ''")),
        Index("ix_letter_status", "status", "id"),
    )  # fmt: skip

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    unit_id: int = refers("unit.id", index=True)
    kind: LetterKind = term(LetterKind)
    status: LetterStatus = term(LetterStatus)
    proposed_at: Moment = moment()
    proposed_by: str = Field(max_length=80)
    grounds: list[str] = json_list()
    evidence: list[str] = json_list()
    demands: list[str] = json_list()
    facts: dict[str, Any] = json_column()
    drafted_by_id: int | None = refers("account.id", nullable=True)
    drafted_at: Moment | None = moment(nullable=True)
    reviewed_by_id: int | None = refers("account.id", nullable=True)
    reviewed_at: Moment | None = moment(nullable=True)
    reviewed_digest: str = Field(default="", max_length=64)
    approved_by_id: int | None = refers("account.id", nullable=True)
    approved_at: Moment | None = moment(nullable=True)
    sent_by_id: int | None = refers("account.id", nullable=True)
    sent_at: Moment | None = moment(nullable=True)
    voided_by_id: int | None = refers("account.id", nullable=True)
    voided_at: Moment | None = moment(nullable=True)
    void_reason: str = Field(default="", max_length=500)
    corrects_id: int | None = refers("letter.id", nullable=True, index=True)
    opinion: str = Field(default="", max_length=500)
    organ_code: str | None = Field(default=None, max_length=40)
    year: int | None = None
    serial: int | None = None
    number: str = Field(default="", max_length=60)
    pdf: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    docx: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    pdf_sha256: str = Field(default="", max_length=64)
    notes: list[str] = json_list()
    reply: str = Field(default="", sa_column=Column(Text, nullable=False))
    replied_at: Moment | None = moment(nullable=True)
    replied_by_id: int | None = refers("account.id", nullable=True)

    @property
    def restricted(self) -> bool:
        """Whether units must not see what becomes of it: a referral, or what goes with one."""
        return self.kind is LetterKind.REFERRAL or bool(self.facts.get("restricted"))


class LetterSerial(SQLModel, table=True):
    """The last number given per organ code and year: gap-free because it is locked to count."""

    __tablename__ = "letter_serial"

    organ_code: str = Field(primary_key=True, max_length=40)
    year: int = Field(primary_key=True)
    last: int
