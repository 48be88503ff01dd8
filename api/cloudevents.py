"""The feed as CloudEvents 1.0 (监测平台取数): the same events as are pushed, in batches pulled."""

from typing import Any

from fastapi import Response
from pydantic import BaseModel, Field

from api.dependencies import Call
from engine.actions import event_feed
from engine.delivery.events import CLOUDEVENTS_BATCH, cloudevent, written
from engine.store import api_views, webhooks

NEXT = "X-Next-After"


class CloudEvent(BaseModel):
    """One event as CloudEvents 1.0; `source` and `id` together are unique for ever."""

    specversion: str = Field(examples=["1.0"])
    id: str = Field(examples=["42"])
    source: str = Field(examples=["https://hotline.example/api/v1/events"])
    type: str = Field(examples=["hotline.ticket.dispatched"])
    subject: str = Field(description="the ticket's number", examples=["LZ2611230001"])
    time: str = Field(examples=["2026-11-23T01:00:00Z"])
    sequence: str = Field(description="orders the events of a source, compared as text")
    datacontenttype: str = Field(examples=["application/json"])
    data: dict[str, Any] = Field(
        description="number, seq, event, kind, status, unit, deadlines, links: nothing personal"
    )


BATCH: dict[str, Any] = {
    "content": {
        CLOUDEVENTS_BATCH: {"schema": {"type": "array", "items": CloudEvent.model_json_schema()}}
    },
    "headers": {
        NEXT: {"description": "pass it as `after`, now or later", "schema": {"type": "integer"}},
        "Link": {"description": "the next page, rel=next", "schema": {"type": "string"}},
    },
}


def batch(call: Call, after: int, limit: int) -> Response:
    """Return the next events after a cursor; private ones only for keys that may see them."""
    session = call.step.session
    found = [one.record for one in api_views.events_after(session, after, limit)]
    tickets = webhooks.tickets(session, [one.ticket_id for one in found])
    records = [(one, tickets[one.ticket_id]) for one in found]
    seen = records if call.private else event_feed.for_everybody(session, records)
    source, following = event_feed.source(), found[-1].id if found else after
    shapes = [written(cloudevent(one, source)) for one in event_feed.told(session, seen)]
    link = f'<{source}?after={following}&limit={limit}&format=cloudevents>; rel="next"'
    return Response(
        f"[{','.join(shapes)}]", media_type=CLOUDEVENTS_BATCH,
        headers={NEXT: str(following), "Link": link},
    )  # fmt: skip
