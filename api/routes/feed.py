"""What happened since (经过): the events of all tickets, so that nobody needs to poll tickets."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import schemas, views
from api.cloudevents import BATCH, batch
from api.dependencies import Following
from api.listing import FeedQuery
from api.one_thread import CallRoute
from api.routes.documented import READING, problems
from engine.delivery.events import CLOUDEVENTS_BATCH

router = APIRouter(prefix="/events", tags=["events"], route_class=CallRoute)


@router.get("", response_model=schemas.EventPage, responses={200: BATCH, **problems(*READING)})
def events(
    request: Request, call: Following, asked: Annotated[FeedQuery, Query()]
) -> schemas.EventPage | Response:
    """Give the events after a cursor, each once, in order, without gaps.

    As CloudEvents 1.0 with `format=cloudevents` or `Accept: application/cloudevents-batch+json`;
    then the cursor to go on from stands in the headers `X-Next-After` and `Link`.
    """
    wanted = asked.format or ("cloudevents" if _asks_for_batch(request) else "json")
    if wanted == "cloudevents":
        return batch(call, asked.after, asked.limit)
    return views.event_page(call, asked.after, asked.limit)


def _asks_for_batch(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(one.split(";")[0].strip() == CLOUDEVENTS_BATCH for one in accepted)
