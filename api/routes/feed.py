"""What happened since (经过): the events of all tickets, so that nobody needs to poll tickets."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import schemas, views
from api.dependencies import Following
from api.routes.documented import READING, problems
from api.routes.tickets import LARGEST_ID

router = APIRouter(prefix="/events", tags=["events"])


@router.get("", responses=problems(*READING))
def events(
    call: Following,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID, description="`next` of the last page")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> schemas.EventPage:
    """Give the events after a cursor, each once, in order, without gaps."""
    return views.event_page(call, after, limit)
