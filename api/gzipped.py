"""Sends pages compressed (gzip): a desk's page is less than half as long on the wire.

Only whole answers of `text/html`. Files, streams and JSON stay as they are, and so do their ETag
and length. A page that another site made the browser ask for goes out plain: what stands in it next
to words of that site's choosing must not show in its length (BREACH; docs/security.md).
"""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 500  # bytes; below, nothing is won
LEVEL = 5  # of 9; higher costs twice the time for a hundredth
ELSEWHERE = ("cross-site", "same-site")


class Gzipped:
    """Wraps the application; see the module's words."""

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application inside."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        wanted = scope["type"] == "http" and _wanted(Headers(scope=scope))
        await self.app(scope, receive, Squeeze(send) if wanted else send)


class Squeeze:
    """Sends one answer, compressed if it is a whole page."""

    def __init__(self, send: Send) -> None:
        """Hold back nothing yet."""
        self.send = send
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on; a page's headers wait for its words."""
        if message["type"] == "http.response.start" and _is_page(Headers(scope=message)):
            self.start = message
            return
        if self.start is not None:
            start, self.start = self.start, None
            message = _squeezed(start, message)
            await self.send(start)
        await self.send(message)


def _wanted(headers: Headers) -> bool:
    mine = headers.get("sec-fetch-site") not in ELSEWHERE
    return mine and "gzip" in headers.get("accept-encoding", "")


def _is_page(headers: Headers) -> bool:
    page = headers.get("content-type", "").startswith("text/html")
    return page and "content-encoding" not in headers


def _squeezed(start: Message, message: Message) -> Message:
    """Return a body compressed, its headers told so; as it was, if it is short or only begins."""
    body = message.get("body", b"")
    if message.get("more_body") or len(body) < SMALLEST:
        return message
    small = gzip.compress(body, LEVEL, mtime=0)
    headers = MutableHeaders(scope=start)
    headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(small))
    headers.add_vary_header("Accept-Encoding")
    return {**message, "body": small}
