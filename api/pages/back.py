"""Where Esc on a ticket leads: back to the list somebody came from, with its conditions (返回)."""

from urllib.parse import quote, unquote, urlsplit

from fastapi import Request, Response

COOKIE = "hotline_list"
LONGEST = 1500
LISTS = frozenset({
    "/desk", "/unit", "/drafts", "/letters", "/supervise/exclusions", "/supervise",
    "/supervise/tickets",
    "/supervise/overdue", "/supervise/today", "/supervise/callbacks", "/supervise/breaches",
    "/supervise/approvals", "/supervise/promises", "/supervise/sight",
})  # fmt: skip


def list_left(request: Request) -> str:
    """Return the address of the list that a page was opened from, or the last one looked at."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc == request.url.netloc and came.path in LISTS:
        return _address(came.path, came.query)
    kept = urlsplit(unquote(request.cookies.get(COOKIE, "")))
    alone = not kept.netloc and not kept.scheme and kept.path in LISTS
    return _address(kept.path, kept.query) if alone else "/"


def remember_list(request: Request, response: Response) -> None:
    """Let the browser remember a list with its conditions; nothing personal stands in them."""
    address = _address(request.url.path, request.url.query)
    if request.method == "GET" and request.url.path in LISTS and len(address) < LONGEST:
        response.set_cookie(COOKIE, quote(address), httponly=True, samesite="lax")


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
