"""What the district decides of its own rules (规则修改), and every state the rules have been in."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Index, Text, text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_column, json_list, key, moment, refers, term
from engine.terms import RuleChangeKind, RuleChangeState


class RuleChange(SQLModel, table=True):
    """One wish to change a parameter or to take in a calendar (规则修改); a second person decides.

    `subject` is the parameter's key or the calendar's region and year, `content` the new value or
    the year file, `since` the first day it applies to.
    """

    __tablename__ = "rule_change"
    __table_args__ = (
        Index("uq_rule_change_one_open", "subject", unique=True,
              postgresql_where=text("state = 'proposed'")),
        Index("uq_rule_change_one_a_day", "subject", "since", unique=True,
              postgresql_where=text("state = 'approved' AND kind = 'parameter'")),
    )  # fmt: skip

    id: int = key()
    kind: RuleChangeKind = term(RuleChangeKind)
    subject: str = Field(max_length=80)
    since: date = Field(sa_column=Column(Date, nullable=False))
    content: dict[str, Any] = json_column()
    reason: str = Field(sa_column=Column(Text, nullable=False))
    state: RuleChangeState = term(RuleChangeState)
    proposed_at: Moment = moment()
    proposed_by: str = Field(max_length=80)
    proposed_by_id: int | None = refers("account.id", nullable=True)
    decided_at: Moment | None = moment(nullable=True)
    decided_by: str = Field(default="", max_length=80)
    decided_by_id: int | None = refers("account.id", nullable=True)
    decision_reason: str = Field(default="", sa_column=Column(Text, nullable=False))


class RulesVersion(SQLModel, table=True):
    """One state of the district's rules (规则状态), whole; the newest is in force. Append-only.

    `parameters` are approved values laid over the shipped ones, `calendars` year files as text.
    """

    __tablename__ = "rules_version"

    id: int = key()
    made_at: Moment = moment()
    made_by: str = Field(max_length=80)
    change_id: int = refers("rule_change.id", index=True)
    parameters: list[dict[str, Any]] = json_list()
    calendars: list[str] = json_list()
    digest: str = Field(max_length=16)
    parameters_version: str = Field(max_length=60)
    calendar_version: str = Field(max_length=60)
