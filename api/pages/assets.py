"""The files every page uses, served from memory with their type and a long life."""

import gzip
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.rendering import content
from engine.errors import NotFoundError

router = APIRouter(include_in_schema=False)
TYPES = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "desk.en.css": "text/css; charset=utf-8",
    "desk.en.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}
AGE = "public, max-age=31536000, immutable"


@cache
def _content(name: str) -> tuple[bytes, bytes]:
    data = content(name)
    return data, gzip.compress(data, mtime=0)


@router.get("/static/{name}")
def static_file(request: Request, name: str) -> Response:
    """Return one static file; its address changes with its content.

    Raises:
        NotFoundError: there is no such file.
    """
    if name not in TYPES:
        msg = "没有这个文件。"
        raise NotFoundError(msg)
    plain, small = _content(name)
    headers = {"Cache-Control": AGE, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(small, media_type=TYPES[name], headers=headers)
    return Response(plain, media_type=TYPES[name], headers=headers)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """Return the small picture of the browser tab."""
    return static_file(request, "favicon.svg")
