"""Mails that came in (来信): a unit's reply as a proposed answer, or kept aside for a person."""

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, key, moment, refers, term
from engine.terms import MailReplyStatus


class MailReply(SQLModel, table=True):
    """One mail that came in (来信); never a decision, whoever wrote it."""

    __tablename__ = "mail_reply"
    __table_args__ = (
        Index("ix_mail_reply_open", "id", postgresql_where=text("status IN ('proposed', 'aside')")),
    )

    id: int = key()
    digest: str = Field(unique=True, max_length=64)
    received_at: Moment = moment()
    sender: str = Field(max_length=200)
    subject: str = Field(max_length=200)
    text: str = Field(sa_column=Column(Text, nullable=False))
    attachments: int = 0
    status: MailReplyStatus = term(MailReplyStatus)
    reason: str = Field(default="", max_length=200)
    ticket_id: int | None = refers("ticket.id", nullable=True, index=True)
    unit_id: int | None = refers("unit.id", nullable=True)
    settled_by_id: int | None = refers("account.id", nullable=True)
    settled_at: Moment | None = moment(nullable=True)
