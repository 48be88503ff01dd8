"""What routing has become (派单版本): supervisors' words and learned corrections, append-only."""

from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_column, json_list, key, moment, refers, term
from engine.rules.routing.changes import RoutingChange


class RoutingVersion(SQLModel, table=True):
    """One state of routing (派单版本); the newest one that was kept is in force.

    `edits` are [unit, expression, tier] laid over the lexicon files, `corrections` points a unit,
    `details` what changed, `scores` how old and new did in the replay. Going back writes a new one.
    """

    __tablename__ = "routing_version"
    __table_args__ = (Index("ix_routing_version_kept", "id", postgresql_where=text("kept")),)

    id: int = key()
    change: RoutingChange = term(RoutingChange)
    kept: bool = True
    made_at: Moment = moment()
    made_by: str = Field(max_length=80)
    made_by_id: int | None = refers("account.id", nullable=True)
    reason: str = Field(default="", max_length=300)
    edits: list[list[str]] = json_list()
    corrections: dict[str, float] = json_column()
    details: dict[str, Any] = json_column()
    scores: dict[str, Any] = json_column()
    digest: str = Field(max_length=16)
