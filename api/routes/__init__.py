"""The JSON API, /api/v1."""

from fastapi import APIRouter

from api.routes import attachments, calls, feed, life, reference, tickets

PARTS = (tickets, life, attachments, feed, reference, calls)
api = APIRouter(prefix="/api/v1")
for part in PARTS:
    api.include_router(part.router)
