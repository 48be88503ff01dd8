"""What keeps a ticket's personal data beyond their time (保存令)."""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, key, moment, refers


class LegalHold(SQLModel, table=True):
    """A supervisor's word that a ticket is kept as it is, from when until when, and why."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("uq_legal_hold_one_open", "ticket_id", unique=True,
              postgresql_where=text("released_at IS NULL")),
    )  # fmt: skip

    id: int = key()
    ticket_id: int = refers("ticket.id")
    reason: str = Field(max_length=500)
    held_at: Moment = moment()
    held_by: str = Field(max_length=80)
    released_at: Moment | None = moment(nullable=True)
    released_by: str = Field(default="", max_length=80)
    release_reason: str = Field(default="", max_length=500)
