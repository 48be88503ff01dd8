"""The HTML desks: server-rendered, own stylesheet and script, usable without JavaScript."""

from fastapi import APIRouter

from api.pages import (
    admin,
    assets,
    audit,
    breaches,
    calendar,
    desk,
    evaluate,
    letters,
    new_ticket,
    routing,
    sign_in,
    supervise,
    ticket,
    unit,
)

router = APIRouter(include_in_schema=False)
for room in (assets, sign_in, desk, new_ticket, unit, supervise, breaches, letters, admin, audit,
             calendar, routing, evaluate, ticket):  # fmt: skip
    router.include_router(room.router)

__all__ = ["router"]
