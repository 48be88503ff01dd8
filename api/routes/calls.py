"""Calls that come in (来电弹屏): telephone software asks for a form with the number filled in."""

from fastapi import APIRouter
from pydantic import Field

from api.dependencies import Ringing
from api.one_thread import CallRoute
from api.requests import RingBody
from api.routes.documented import WRITING, problems
from api.schemas import Answer
from engine.actions.ringing import ring
from engine.settings import load_settings

router = APIRouter(route_class=CallRoute)


class Ringed(Answer):
    """Where the operator's browser finds the form; it holds no number, and needs the sign-in."""

    open: str = Field(description="the form's address, to be opened on the operator's screen")


@router.post("/calls", tags=["calls"], status_code=201, responses=problems(*WRITING))
def incoming(body: RingBody, call: Ringing) -> Ringed:
    """Lay a form with the caller's number ready for an operator; nothing is taken in yet.

    The operator opens `open`: the caller's enterprises and last tickets stand beside it.
    """
    form_id = ring(call.step.session, body.operator, body.phone, call.step.now)
    return Ringed(open=f"{load_settings().link_base}/tickets/new?draft={form_id}")
