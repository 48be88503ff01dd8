"""The first evaluation by link (首次评价): one secret a callback, kept as a hash only."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, key, moment, refers


class EvaluationLink(SQLModel, table=True):
    """A link by which the requester may say once whether the matter is solved, until it expires.

    `closed_at` is when its window was found to be over without an evaluation, or it was replaced.
    """

    __tablename__ = "evaluation_link"

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    callback_id: int = refers("callback.id", index=True)
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, unique=True, nullable=False))
    issued_at: Moment = moment()
    expires_at: Moment = moment(index=True)
    used_at: Moment | None = moment(nullable=True)
    closed_at: Moment | None = moment(nullable=True)
