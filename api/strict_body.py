"""Bodies of the API read strictly: no name said twice, nothing packed (Content-Encoding).

Of a name that comes twice JSON readers keep the last: the other value would be lost unsaid.
"""

import json
from typing import Any

from fastapi import HTTPException, Request

TWICE = "写了两次，只能写一次。"
PACKED = "不接受压缩的请求体：请去掉 Content-Encoding 请求头，直接发送原文。"
BAD, UNSUPPORTED = 422, 415
PLAIN = ("", "identity")


class SaidTwiceError(HTTPException):
    """A body that says names twice; an HTTPException, for FastAPI makes a 400 of any other."""

    def __init__(self, names: list[str]) -> None:
        """Keep the names."""
        super().__init__(BAD, "；".join(f"{name}：{TWICE}" for name in names))
        self.fields = dict.fromkeys(names, TWICE)


class Doubled(dict[str, Any]):
    """An object that says names twice, to be refused by whoever reads it."""

    names: list[str]


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """Return the body.

        Raises:
            SaidTwiceError: it says a name twice.
        """
        if not hasattr(self, "_json"):
            self._json = parsed(await self.body())
        return self._json


def parsed(body: bytes) -> Any:
    """Return what a JSON body says.

    Raises:
        ValueError: it is no JSON.
        SaidTwiceError: it says a name twice; objects within it are left to whoever reads them.
    """
    found = json.loads(body, object_pairs_hook=_each_once)
    if isinstance(found, Doubled):
        raise SaidTwiceError(found.names)
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = Doubled(found)
    said = [name for name, _ in pairs]
    doubled.names = [name for name in found if said.count(name) > 1]
    return doubled


def check_plain(request: Request) -> None:
    """Refuse a body that comes packed: nobody here would unpack it.

    Raises:
        HTTPException: 415, with a word about Content-Encoding.
    """
    packed = request.headers.get("content-encoding", "").strip().lower()
    if request.method == "POST" and packed not in PLAIN:
        raise HTTPException(UNSUPPORTED, PACKED)
