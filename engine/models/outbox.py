"""What waits to leave the house, and what keeps repetition harmless."""

from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, filled, json_column, key, moment, refers, term
from engine.terms import MessageStatus, NoticeKind


class OutboxMessage(SQLModel, table=True):
    """One e-mail to one recipient (待发邮件); (key, recipient) is unique, so it is owed once.

    `claimed_until` reserves it for a batch, by the sender's clock; `sending_until` says that
    somebody talks to the mail server about it, by the database's clock: there is only one of those.
    `due_at` is when it could first leave: attempts that fail move `next_attempt_at`, never it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("key", "recipient"),
        Index("ix_outbox_due", "next_attempt_at", "id",
              postgresql_where=text("status = 'pending'")),
        Index("ix_outbox_undelivered", "id", postgresql_where=text("status = 'undelivered'")),
        filled("outbox_message", "ticket_id"),
        filled("outbox_message", "letter_id"),
        filled("outbox_message", "unit_id"),
    )  # fmt: skip

    id: int = key()
    key: str = Field(max_length=120)
    recipient: str = Field(max_length=200)
    message_id: str = Field(unique=True, max_length=200)
    kind: NoticeKind = term(NoticeKind)
    ticket_id: int | None = refers("ticket.id", nullable=True)
    letter_id: int | None = refers("letter.id", nullable=True)
    unit_id: int | None = refers("unit.id", nullable=True)
    subject: str = Field(max_length=300)
    text: str = Field(sa_column=Column(Text, nullable=False))
    html: str = Field(default="", sa_column=Column(Text, nullable=False))
    created_at: Moment = moment()
    status: MessageStatus = term(MessageStatus)
    next_attempt_at: Moment = moment()
    due_at: Moment | None = moment(nullable=True)
    claimed_until: Moment | None = moment(nullable=True)
    sending_until: Moment | None = moment(nullable=True)
    attempts: int = 0
    last_error: str = Field(default="", max_length=500)
    sent_at: Moment | None = moment(nullable=True)


class OutboxAttachment(SQLModel, table=True):
    """A file that goes with an outgoing message."""

    __tablename__ = "outbox_attachment"

    id: int = key()
    message_id: int = refers("outbox_message.id", index=True)
    name: str = Field(max_length=200)
    content_type: str = Field(max_length=100)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class IdempotencyRecord(SQLModel, table=True):
    """What was answered to a request that carried an Idempotency-Key (幂等键)."""

    __tablename__ = "idempotency_record"
    __table_args__ = (UniqueConstraint("key", "api_key_id"),)

    id: int = key()
    api_key_id: int = refers("api_key.id")
    key: str = Field(max_length=200)
    body_hash: str = Field(max_length=64)
    ticket_id: int = refers("ticket.id")
    created_at: Moment = moment()


class ReferenceData(SQLModel, table=True):
    """Which versions of task list, units, calendars and parameters are loaded (参考数据)."""

    __tablename__ = "reference_data"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int = key()
    name: str = Field(max_length=40)
    version: str = Field(max_length=60)
    rows: int
    loaded_at: Moment = moment()


class Heartbeat(SQLModel, table=True):
    """When each recurring job last ran and what it found (心跳)."""

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True, max_length=40)
    ran_at: Moment = moment()
    ok: bool = True
    details: dict[str, Any] = json_column()


class NumberSeries(SQLModel, table=True):
    """The last ticket number given per day (工单号)."""

    __tablename__ = "number_series"

    prefix: str = Field(primary_key=True, max_length=16)
    last: int
