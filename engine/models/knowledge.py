"""The knowledge base (知识库): entries owned by units, their versions, and their uses."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_list, key, moment, refers, term
from engine.terms import KnowledgeReview, KnowledgeState


class KnowledgeEntry(SQLModel, table=True):
    """One question with an owner (知识条目); `version_id` is the version in force.

    `asked` are the numbers of the tickets for which a supervisor wanted it.
    """

    __tablename__ = "knowledge_entry"
    __table_args__ = (
        Index("ix_knowledge_entry_in_force", "valid_until", "id",
              postgresql_where=text("state = 'in_force'")),
    )  # fmt: skip

    id: int = key()
    unit_id: int = refers("unit.id", index=True)
    state: KnowledgeState = term(KnowledgeState)
    question: str = Field(max_length=120)
    version_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    valid_until: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    made_by_id: int = refers("account.id")
    made_at: Moment = moment()
    asked: list[Any] = json_list()
    withdrawn_at: Moment | None = moment(nullable=True)
    withdrawn_reason: str = Field(default="", max_length=300)


class KnowledgeVersion(SQLModel, table=True):
    """One version of an entry (知识版本): words, basis, last day, writer and reviewer; kept."""

    __tablename__ = "knowledge_version"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        Index("uq_knowledge_version_proposed", "entry_id", unique=True,
              postgresql_where=text("review = 'proposed'")),
    )  # fmt: skip

    id: int = key()
    entry_id: int = refers("knowledge_entry.id")
    number: int
    question: str = Field(max_length=120)
    answer: str = Field(sa_column=Column(Text, nullable=False))
    basis: str = Field(max_length=300)
    valid_until: date = Field(sa_column=Column(Date, nullable=False))
    written_by_id: int = refers("account.id")
    written_at: Moment = moment()
    review: KnowledgeReview = term(KnowledgeReview)
    reviewed_by_id: int | None = refers("account.id", nullable=True)
    reviewed_at: Moment | None = moment(nullable=True)
    review_reason: str = Field(default="", max_length=300)


class KnowledgeUse(SQLModel, table=True):
    """An answer on the spot that cited a version (引用)."""

    __tablename__ = "knowledge_use"

    ticket_id: int = refers("ticket.id", primary_key=True)
    version_id: int = refers("knowledge_version.id", index=True)
    entry_id: int = refers("knowledge_entry.id", index=True)
    at: Moment = moment()
