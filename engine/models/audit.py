"""The audit log (审计链): what is not a ticket's event, the seals over both logs, the checks."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, digest_column, json_column, key, moment, term
from engine.terms import ActorKind


class AuditEntry(SQLModel, table=True):
    """One change outside tickets (审计记录): a person, a unit, a key, a rule, a calendar.

    Append-only. `link` chains it to the entry before it in its stream; see `store.chain`.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("stream", "seq"),
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_actor", "actor_name", "at", "id"),
        Index("ix_audit_entry_action", "action", "at", "id"),
    )

    id: int = key()
    stream: str = Field(max_length=80)
    seq: int
    action: str = Field(max_length=60)
    at: Moment = moment()
    recorded_at: Moment = moment()
    actor_kind: ActorKind = term(ActorKind)
    actor_id: int | None = None
    actor_name: str = Field(max_length=80)
    details: dict[str, Any] = json_column()
    words_digest: bytes = digest_column()
    link: bytes = digest_column()


class AuditSeal(SQLModel, table=True):
    """A seal over a range of one log (封存): how many rows, and the digest of all their links.

    It finds what a stream's own chain cannot: a stream taken out whole, or cut off at its end.
    """

    __tablename__ = "audit_seal"
    __table_args__ = (UniqueConstraint("log", "from_id"),)

    id: int = key()
    log: str = Field(max_length=20)
    from_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    to_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    rows: int
    root: bytes = digest_column()
    sealed_at: Moment = moment()
    link: bytes = digest_column()
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AuditMark(SQLModel, table=True):
    """Up to which row the next seal may reach, once no older transaction is running."""

    __tablename__ = "audit_mark"

    log: str = Field(primary_key=True, max_length=20)
    to_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    running_from: int = Field(sa_column=Column(BigInteger, nullable=False))


class AuditCheck(SQLModel, table=True):
    """One check of the whole log (链条核验): who asked, how far it came, what it found."""

    __tablename__ = "audit_check"

    id: int = key()
    asked_at: Moment = moment()
    asked_by: str = Field(max_length=80)
    started_at: Moment | None = moment(nullable=True)
    finished_at: Moment | None = moment(nullable=True)
    checked: int = 0
    total: int = 0
    fault: str = Field(default="", sa_column=Column(Text, nullable=False))
    head: str = Field(default="", max_length=64)
