"""The JSON API, /api/v1."""

from fastapi import APIRouter

from api.routes import feed, life, reference, tickets

PARTS = (tickets, life, feed, reference)
api = APIRouter(prefix="/api/v1")
for part in PARTS:
    api.include_router(part.router)
