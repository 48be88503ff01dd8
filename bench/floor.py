"""The least an intake over HTTP can be: FastAPI checks a body, PostgreSQL keeps it, one commit."""

import json
import os
from typing import Any

from fastapi import FastAPI
from psycopg_pool import ConnectionPool
from pydantic import BaseModel

from engine import clock

application = FastAPI(docs_url=None, redoc_url=None)
POOL = ConnectionPool(os.environ["HOTLINE_DATABASE_URL"], min_size=1, max_size=10, open=True)
WRITE = (
    "INSERT INTO floor_ticket (external_id, body, at) VALUES (%s, %s, %s) "
    "ON CONFLICT (external_id) DO UPDATE SET external_id = excluded.external_id RETURNING id"
)


READ = "SELECT number, title FROM ticket WHERE id = %s"


class Body(BaseModel):
    """What is checked of a ticket."""

    kind: str
    content: str
    phone: str
    external_id: str
    source: str = ""
    enterprise: str = ""


@application.get("/health/live")
def live() -> dict[str, str]:
    return {"status": "ok"}


@application.post("/tickets", status_code=201)
def take_in(body: Body) -> dict[str, Any]:
    with POOL.connection() as connection:
        row = connection.execute(
            WRITE, (body.external_id, json.dumps(body.model_dump()), clock.now())
        ).fetchone()
    return {"id": row[0] if row else None}


@application.get("/tickets/{number}")
def look(number: int) -> dict[str, Any]:
    """Read one ticket by its primary key: the least a page can ask."""
    with POOL.connection() as connection:
        row = connection.execute(READ, (number,)).fetchone()
    return {"number": row[0], "title": row[1]} if row else {}
