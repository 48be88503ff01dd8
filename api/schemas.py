"""What the API answers: every shape of /api/v1, apart from the tables behind it.

Moments carry Shanghai's offset; dates are Shanghai dates. A `Word` is a term of the field: the
English code for programs, the Chinese label for people.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.rules.shanghai import SHANGHAI
from engine.terms import Term


def in_shanghai(moment: datetime) -> datetime:
    """Return the same instant with Shanghai's offset."""
    return moment.astimezone(SHANGHAI)


Moment = Annotated[datetime, AfterValidator(in_shanghai)]


class Answer(BaseModel):
    """The base of every answer: immutable, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(Answer):
    """A term: code for programs, label for people."""

    code: str = Field(examples=["help_request"])
    label: str = Field(examples=["求助"])

    @classmethod
    def of(cls, term: Term) -> "Word":
        """Return a term as code and label."""
        return cls(code=term.value, label=term.label)


class UnitRef(Answer):
    """A handling unit (承办单位) by name and slug."""

    name: str
    slug: str


class Proposal(Answer):
    """A unit that routing proposes (候选单位), and why."""

    unit: str
    role: Word
    score: float = Field(description="0 to 100, for display only")
    tasks: list[int] = Field(description="rows of the task list, best first")
    supports: list[str]
    why: str


class Candidate(Proposal):
    """A unit proposed for a text that is not kept, with the expressions heard in it."""

    evidence: list[str]


class Suggestion(Answer):
    """What routing says of a text (派单建议); `not_ours` is the body to turn to instead."""

    decision: Word
    confidence: float = Field(description="probability that the first proposal is right")
    reason: str
    category: str
    not_ours: str | None
    proposals: list[Candidate]
    catalogue_version: str
    lexicon_version: str
    routing_version: int = Field(description="supervisors' words and corrections; 0 is as shipped")


class Deadline(Answer):
    """One due date (时限) with its reason in a sentence and the link to its certificate."""

    id: int
    clock: Word
    unit: UnitRef | None
    state: Word
    started_at: Moment
    due_on: date
    due_at: Moment
    due_status: Word
    overdue: bool
    reason: str
    certificate: str = Field(description="link to the deadline certificate")


class CertifiedDay(Answer):
    """One day of a certificate: counted or skipped, and why."""

    on: date
    weekday: str
    kind: Word
    number: int | None = Field(description="its number if it counts")
    reason: str


class CitationView(Answer):
    """The clause or house decision behind a limit."""

    label: str
    title: str
    words: str
    house_decision: bool


class Certificate(Answer):
    """A deadline certificate (期限凭证): enough to prove the due date years later."""

    deadline: Deadline
    rule: str
    limit: int
    limit_unit: Word
    citation: CitationView
    rule_since: date
    rules_version: str
    calendar_region: str
    calendar_version: str
    days: list[CertifiedDay]
    pauses: list[dict[str, Any]]
    extensions: list[dict[str, Any]]


class TicketHead(Answer):
    """What every answer about a ticket says; no personal data."""

    number: str
    source: str
    external_id: str | None
    kind: Word
    urgency: Word
    status: Word
    accepted_at: Moment
    category: str
    lead: UnitRef | None
    supports: list[UnitRef]
    url: str


class Requester(Answer):
    """Who brought the ticket (诉求人)."""

    enterprise: str
    credit_code: str
    contact_name: str
    phone: str
    answer_by: str
    unreadable: str = Field(
        default="",
        description="why name and number are empty though there are some: a key is missing here",
    )


class Private(Answer):
    """What only a key with `tickets:private` sees: the requester and the requester's words."""

    title: str
    content: str
    place: str
    requester: Requester


class TicketView(TicketHead):
    """A ticket as it stands now."""

    version: int
    confidential: bool
    demonstration: bool
    closed_at: Moment | None
    returns: int
    reworks: int
    decision: Word | None
    decision_reason: str = Field(
        description="it quotes the requester and names the accused: empty without tickets:private"
    )
    deadlines: list[Deadline]
    private: Private | None = Field(description="null without the scope tickets:private")


class TicketPage(Answer):
    """A page of tickets in the order they were written."""

    items: list[TicketHead]
    next: str | None = Field(description="pass it as `after`; null on the last page")


class EventActor(Answer):
    """Who caused an event; a person's name only with `tickets:private`."""

    kind: Word
    name: str | None
    unit: str | None


class EventView(Answer):
    """One thing that happened to a ticket (工单经过).

    Without `tickets:private`, `text` is null, and so is `reason` where it may quote somebody:
    what a person or routing wrote, and all of a report's or confidential ticket's.
    """

    id: int
    ticket: str
    seq: int
    event: Word
    at: Moment
    recorded_at: Moment
    actor: EventActor
    from_status: Word | None
    to_status: Word
    reason: str | None
    text: str | None
    citation: str


class TicketEvents(Answer):
    """The history of one ticket, oldest first."""

    number: str
    items: list[EventView]


class EventPage(Answer):
    """The next events of all tickets; `next` is the cursor to go on from, now or later."""

    items: list[EventView]
    next: int


class CallbackView(Answer):
    """Where the callback duty (回访) and its ticket stand after an attempt."""

    number: str
    status: Word
    state: Word
    human_required: bool
    why: str
    next_attempt_at: Moment | None


class UnitView(UnitRef):
    """A unit of the registry; `subordinate` is false where the hotline may only ask (商请)."""

    kind: str
    subordinate: bool
    aliases: list[str]


class Units(Answer):
    """The registry of units."""

    items: list[UnitView]


class TaskView(Answer):
    """One row of the task list (任务清单)."""

    number: int
    indicator: str
    direction: str
    measure: str
    deadline: date
    leads: list[str]
    supports: list[str]


class Tasks(Answer):
    """The task list that routes tickets, by version."""

    version: str
    items: list[TaskView]
