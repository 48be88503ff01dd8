"""The ticket (工单), its units, its history."""

from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, literal_column, text
from sqlmodel import Field, SQLModel

from engine.models.base import (
    Moment,
    digest_column,
    filled,
    json_column,
    json_list,
    key,
    moment,
    refers,
    term,
)
from engine.terms import (
    ActorKind,
    AssignmentRole,
    RoutingDecision,
    TicketEvent,
    TicketKind,
    TicketStatus,
    Urgency,
)

# What happens to nearly every ticket is found by walking back from the newest, the rest by index.
COMMON = ("accept", "route", "dispatch", "sign_for", "first_contact", "answer", "approve_answer",
          "callback_attempt", "close")  # fmt: skip
RARE = "event NOT IN (" + ", ".join(f"'{one}'" for one in COMMON) + ")"
WORDS = {"fastupdate": "on", "gin_pending_list_limit": "512"}
OPEN = "status NOT IN ('closed', 'refused', 'merged', 'handed_to_emergency', 'withdrawn', 'voided')"


class Ticket(SQLModel, table=True):
    """One matter brought by a business entity (工单)."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_ticket_status_id", "status", "id"),
        Index("ix_ticket_lead_unit_status", "lead_unit_id", "status", "id"),
        Index("ix_ticket_accepted", "accepted_at", "id"),
        Index("ix_ticket_unit_accepted", "lead_unit_id", "accepted_at", "id",
              postgresql_include=["status"]),
        Index("ix_ticket_kind_accepted", "kind", "accepted_at", "id",
              postgresql_include=["status"]),
        Index("ix_ticket_unit_kind_accepted", "lead_unit_id", "kind", "accepted_at", "id",
              postgresql_include=["status"]),
        Index("ix_ticket_unrouted", "id", postgresql_where=text("status = 'accepted'")),
        Index("ix_ticket_returned_again", "id",
              postgresql_where=text("status = 'returned' AND returns > 1")),
        Index("ix_ticket_open", "id", postgresql_where=text(OPEN)),
        Index("ix_ticket_number_end", literal_column("reverse(number)").label("ending"),
              postgresql_ops={"ending": "text_pattern_ops"}),
        Index("ix_ticket_words", text("hotline_grams(id, title || left(content, 200))"),
              postgresql_using="gin", postgresql_with=WORDS),
        filled("ticket", "parent_id"),
        filled("ticket", "merged_into_id"),
    )  # fmt: skip

    id: int = key()
    number: str = Field(unique=True, max_length=24)
    source: str = Field(max_length=40)
    external_id: str | None = Field(default=None, max_length=100)
    kind: TicketKind = term(TicketKind)
    urgency: Urgency = term(Urgency)
    status: TicketStatus = term(TicketStatus)
    title: str = Field(max_length=120)
    content: str = Field(sa_column=Column(Text, nullable=False))
    place: str = Field(default="", max_length=200)
    confidential: bool = False
    demonstration: bool = False
    accepted_at: Moment = moment()
    closed_at: Moment | None = moment(nullable=True)
    lead_unit_id: int | None = refers("unit.id", nullable=True)
    accused_unit_id: int | None = refers("unit.id", nullable=True)
    designated: bool = False
    panel_approved: bool = False
    reworks: int = 0
    returns: int = 0
    parent_id: int | None = refers("ticket.id", nullable=True)
    merged_into_id: int | None = refers("ticket.id", nullable=True)
    routing: dict[str, Any] | None = json_column(nullable=True)
    routing_decision: RoutingDecision | None = term(RoutingDecision, default=None, nullable=True)
    routed_at: Moment | None = moment(nullable=True)
    routing_error: str = Field(default="", max_length=300)
    task_rows: list[int] = json_list()
    catalogue_version: str = Field(default="", max_length=40)
    version: int = 1


class Assignment(SQLModel, table=True):
    """A unit's share in a ticket (主办 or 协办), from dispatch to its end."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_one_lead",
            "ticket_id",
            unique=True,
            postgresql_where=text("role = 'lead' AND ended_at IS NULL"),
        ),
        Index("ix_assignment_unit_open", "unit_id", "ended_at", "id"),
        Index("ix_assignment_dispatched", "dispatched_at"),
    )

    id: int = key()
    ticket_id: int = refers("ticket.id", index=True)
    unit_id: int = refers("unit.id")
    role: AssignmentRole = term(AssignmentRole)
    task_rows: list[int] = json_list()
    dispatched_at: Moment = moment()
    signed_at: Moment | None = moment(nullable=True)
    deemed_signed: bool = False
    contacted_at: Moment | None = moment(nullable=True)
    answered_at: Moment | None = moment(nullable=True)
    ended_at: Moment | None = moment(nullable=True)
    end_reason: str = Field(default="", max_length=40)
    opinion: str = Field(default="", sa_column=Column(Text, nullable=False))


class TicketEventRecord(SQLModel, table=True):
    """One thing that happened (工单经过); append-only, the database refuses changes.

    `link` chains it to the ticket's event before it; see `store.chain`.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index("ix_ticket_event_at", "at", "id"),
        Index(
            "ix_ticket_event_figures",
            "event",
            "at",
            "ticket_id",
            postgresql_where=text("event IN ('close', 'callback_attempt')"),
        ),
        Index("ix_ticket_event_rare", "event", "at", "id", postgresql_where=text(RARE)),
        Index(
            "ix_ticket_event_actor",
            "actor_name",
            "at",
            "id",
            postgresql_where=text("actor_kind <> 'system'"),
        ),
        Index(
            "ix_ticket_event_recomputed", "ticket_id", postgresql_where=text("event = 'recompute'")
        ),
        Index(
            "ix_ticket_event_claims",
            "ticket_id",
            postgresql_where=text("event = 'note' AND (details ->> 'statutory_claim') IS NOT NULL"),
        ),
    )

    id: int = key()
    ticket_id: int = refers("ticket.id")
    seq: int
    event: TicketEvent = term(TicketEvent)
    at: Moment = moment()
    recorded_at: Moment = moment()
    actor_kind: ActorKind = term(ActorKind)
    actor_id: int | None = None
    actor_name: str = Field(max_length=80)
    unit_id: int | None = refers("unit.id", nullable=True)
    from_status: TicketStatus | None = term(
        TicketStatus, check="from_status", default=None, nullable=True
    )
    to_status: TicketStatus = term(TicketStatus, check="to_status")
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    citation: str = Field(default="", max_length=200)
    details: dict[str, Any] = json_column()
    words_digest: bytes = digest_column()
    link: bytes = digest_column()


class Draft(SQLModel, table=True):
    """What somebody has typed and not yet sent (草稿); `page` is the open page that keeps it."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "form_id"),)

    id: int = key()
    account_id: int = refers("account.id")
    form_id: str = Field(max_length=64)
    fields: dict[str, Any] = json_column()
    page: str = Field(default="", max_length=16)
    revision: int = 1
    updated_at: Moment = moment()
