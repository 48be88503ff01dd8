"""Calls that come in (来电弹屏): telephone software asks for a form with the number filled in."""

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import IdempotencyKey, Ringing
from api.one_thread import CallRoute
from api.requests import RingBody
from api.routes.documented import WRITING, problems
from api.routes.writing import OK, REPLAYED, once
from api.schemas import Answer
from engine.actions.ringing import Ring, ring
from engine.settings import load_settings

router = APIRouter(route_class=CallRoute)


class Ringed(Answer):
    """Where the operator's browser finds the form; it holds no number, and needs the sign-in."""

    open: str = Field(description="the form's address, to be opened on the operator's screen")


@router.post(
    "/calls", tags=["calls"], status_code=201,
    responses={**once(Ringed), **problems(*WRITING)},
)  # fmt: skip
def incoming(
    body: RingBody, call: Ringing, response: Response, idempotency_key: IdempotencyKey = ""
) -> Ringed:
    """Lay a form with the caller's number ready for an operator; nothing is taken in yet.

    The operator opens `open`: the caller's enterprises and last tickets stand beside it. With an
    `Idempotency-Key` the same call has one form, as long as it waits and once it is a ticket.
    """
    name = f"{call.key_id}:{idempotency_key}" if idempotency_key else ""
    asked = Ring(operator=body.operator, phone=body.phone, name=name)
    form_id, replayed = ring(call.step.session, asked, call.step.now)
    if replayed:
        response.status_code, response.headers[REPLAYED] = OK, "true"
    return Ringed(open=f"{load_settings().link_base}/tickets/new?draft={form_id}")
