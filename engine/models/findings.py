"""What supervisors found (认定) of a breach, or of a ticket that figures leave out."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Index, Text, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_list, key, moment, refers, term
from engine.terms import FindingKind, FindingState

STANDING = "state IN ('proposed', 'in_force')"


class Finding(SQLModel, table=True):
    """A finding with its reason, evidence and persons (认定); never deleted, only ended.

    It counts from `effective_at` until `ended_at`. `breach_id` is empty for an exclusion (剔除),
    which names the indicator it is left out of instead, and the unit whose case it is.
    `approvals` are the other persons.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("uq_finding_proposed", "breach_id", unique=True,
              postgresql_where=text("state = 'proposed' AND breach_id IS NOT NULL")),
        Index("uq_finding_in_force", "breach_id", unique=True,
              postgresql_where=text("state = 'in_force' AND breach_id IS NOT NULL")),
        Index("uq_finding_excluded", "ticket_id", "indicator", "unit_id", unique=True,
              postgresql_where=text(f"kind = 'excluded' AND {STANDING}")),
        Index("ix_finding_waiting", "id", postgresql_where=text(
            "state = 'proposed' OR (appealed_at IS NOT NULL AND appeal_ruled_at IS NULL)")),
        Index("ix_finding_effective", "effective_at"),
    )  # fmt: skip

    id: int = key()
    kind: FindingKind = term(FindingKind)
    state: FindingState = term(FindingState)
    ticket_id: int = refers("ticket.id", index=True)
    breach_id: int | None = refers("breach.id", nullable=True, index=True)
    unit_id: int | None = refers("unit.id", nullable=True, index=True)
    indicator: str = Field(default="", max_length=40)
    ground: str = Field(default="", max_length=40)
    reason: str = Field(max_length=500)
    evidence: str = Field(default="", sa_column=Column(Text, nullable=False))
    proposed_by_id: int = refers("account.id")
    proposed_at: Moment = moment()
    approvals: list[dict[str, Any]] = json_list()
    decided_by_id: int | None = refers("account.id", nullable=True)
    decided_at: Moment | None = moment(nullable=True)
    decision_reason: str = Field(default="", max_length=500)
    effective_at: Moment | None = moment(nullable=True)
    ended_at: Moment | None = moment(nullable=True)
    end_reason: str = Field(default="", max_length=60)
    appeal_until: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    appealed_at: Moment | None = moment(nullable=True)
    appealed_by_id: int | None = refers("account.id", nullable=True)
    appeal_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    appeal_ruled_at: Moment | None = moment(nullable=True)
    appeal_ruled_by_id: int | None = refers("account.id", nullable=True)
    appeal_changed: bool | None = None
    appeal_ruling: str = Field(default="", max_length=500)
