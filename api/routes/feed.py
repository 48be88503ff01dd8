"""What happened since (经过): the events of all tickets, so that nobody needs to poll tickets."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api import schemas, views
from api.cloudevents import BATCH, batch
from api.dependencies import Following
from api.routes.documented import READING, problems
from api.routes.tickets import LARGEST_ID
from engine.delivery.events import CLOUDEVENTS_BATCH

router = APIRouter(prefix="/events", tags=["events"])


@router.get("", response_model=schemas.EventPage, responses={200: BATCH, **problems(*READING)})
def events(
    request: Request,
    call: Following,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID, description="`next` of the last page")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    format: Annotated[
        Literal["", "json", "cloudevents"],
        Query(description="cloudevents: CloudEvents 1.0 in a batch, as by the Accept header"),
    ] = "",
) -> schemas.EventPage | Response:
    """Give the events after a cursor, each once, in order, without gaps.

    As CloudEvents 1.0 with `format=cloudevents` or `Accept: application/cloudevents-batch+json`;
    then the cursor to go on from stands in the headers `X-Next-After` and `Link`.
    """
    wanted = format or ("cloudevents" if _asks_for_batch(request) else "json")
    if wanted == "cloudevents":
        return batch(call, after, limit)
    return views.event_page(call, after, limit)


def _asks_for_batch(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(one.split(";")[0].strip() == CLOUDEVENTS_BATCH for one in accepted)
