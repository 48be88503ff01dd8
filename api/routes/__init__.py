"""The JSON API, /api/v1."""

from fastapi import APIRouter

from api.routes import feed, reference, tickets

PARTS = (tickets, feed, reference)
api = APIRouter(prefix="/api/v1")
for part in PARTS:
    api.include_router(part.router)
