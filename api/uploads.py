"""Requests that bring files: how large they may be, and counting them while they stream.

Everything else is read whole and stays under 1 MB (api/envelope.py); files go past it in pieces,
onto the disk, and only for callers who at least claim to be somebody.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

PLACES = ("/tickets/", "/drafts/", "/unit/letters/", "/api/v1/tickets/")
CLAIMS = ("cookie", "authorization", "x-api-key")
TOO_LARGE = 413
# A technical limit of this system; how large one file may be is the district's to say (H-82).
MOST = 64_000_000
WORDS = f"一次上传的内容太大，合计最多 {MOST // 1_000_000} MB。请分几次上传，或压缩图片。"


def brings_files(scope: Scope) -> bool:
    """Return whether a request may bring files: a multipart form to a ticket, by somebody."""
    headers = Headers(scope=scope)
    multipart = headers.get("content-type", "").startswith("multipart/form-data")
    place = scope["method"] == "POST" and scope["path"].startswith(PLACES)
    return multipart and place and any(headers.get(name) for name in CLAIMS)


def counted(receive: Receive) -> Receive:
    """Return a `receive` that stops a body once too much has come.

    An HTTPException, because FastAPI turns any other that happens while a form is read into a 400.
    """
    come = 0

    async def counting() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > MOST:
            raise HTTPException(TOO_LARGE, WORDS)
        return message

    return counting
