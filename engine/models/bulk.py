"""What supervisors did with many tickets at once (批量操作): done once, whatever is sent twice."""

from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_list, key, moment, refers, term
from engine.terms import BulkKind


class BulkAct(SQLModel, table=True):
    """One confirmed bulk act; `once` is the token of its confirm page and unique.

    `tickets` says of each: number, unit, whether it was done, and why not.
    """

    __tablename__ = "bulk_act"

    id: int = key()
    once: str = Field(unique=True, max_length=64)
    kind: BulkKind = term(BulkKind)
    words: str = Field(sa_column=Column(Text, nullable=False))
    made_at: Moment = moment()
    made_by: str = Field(max_length=80)
    made_by_id: int | None = refers("account.id", nullable=True)
    tickets: list[dict[str, Any]] = json_list()
