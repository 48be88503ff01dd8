"""What lists may be asked for: filters and pages, as they stand in the address."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.requests import Kind, Moment, Name, Status
from engine.models.base import LARGEST_ID
from engine.store.ticket_lists import TicketFilter


def _mended(value: Any) -> Any:
    """Return a moment with the plus sign that an address turns into a blank when not escaped."""
    return value.replace(" ", "+") if isinstance(value, str) else value


AddressMoment = Annotated[Moment, BeforeValidator(_mended)]


class FeedQuery(BaseModel):
    """Which events are asked for; a parameter that does not exist is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: int = Field(default=0, ge=0, le=LARGEST_ID, description="`next` of the last page")
    limit: int = Field(default=100, ge=1, le=500)
    format: Literal["", "json", "cloudevents"] = Field(
        default="", description="cloudevents: CloudEvents 1.0 in a batch, as by the Accept header"
    )


class ListQuery(BaseModel):
    """Filters of a list; a filter that does not exist is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: list[Status] = Field(default=[], max_length=20, description="状态; may be repeated")
    kind: list[Kind] = Field(default=[], max_length=10, description="类型; may be repeated")
    unit: Name = Field(
        default="", min_length=1, max_length=80, description="主办单位: name or slug"
    )
    source: Name = Field(
        default="", min_length=1, max_length=40, description="the system that sent it"
    )
    external_id: Name = Field(
        default="", min_length=1, max_length=100, description="its number there"
    )
    since: AddressMoment | None = Field(default=None, description="accepted at or after")
    until: AddressMoment | None = Field(default=None, description="accepted before")
    updated_since: AddressMoment | None = Field(
        default=None, description="something happened at or after; better still, follow /events"
    )
    overdue: bool | None = Field(default=None, description="whether a limit that runs is missed")
    after: str = Field(
        default="", pattern=r"^[A-Za-z0-9-]{0,24}$", description="`next` of the last page"
    )
    limit: int = Field(default=50, ge=1, le=200)

    def wanted(self, now: datetime) -> TicketFilter:
        """Return the filter that the store takes."""
        same = self.model_dump(exclude={"status", "kind"})
        return TicketFilter(now=now, statuses=self.status, kinds=self.kind, **same)
