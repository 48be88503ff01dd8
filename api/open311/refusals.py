"""Errors as GeoReport v2 wants them: a list of code and description, 403, 404 or 400."""

from collections.abc import Mapping

from fastapi import Request, Response

from api.open311.formats import Rows, answer, format_of
from engine.errors import (
    EngineError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
)

FORBIDDEN, NOT_FOUND, BAD = 403, 404, 400
# Where trying again helps, and where it is our own fault: a client must not give up on 400.
KEPT = (405, 413, 429, 500, 503)


def refused(request: Request, error: EngineError, headers: Mapping[str, str]) -> Response:
    """Return the answer to an error; every wrong field is told on its own."""
    status = status_of(error)
    said = list(error.fields.values()) or [str(error)]
    rows = [{"code": status, "description": words} for words in said]
    form = format_of(request.url.path)
    return answer(form, "errors", Rows("error", rows), status, headers)


def status_of(error: EngineError) -> int:
    """Return the standard's status of an error."""
    if isinstance(error, (NotSignedInError, NotPermittedError)):
        return FORBIDDEN
    if isinstance(error, NotFoundError) or error.status == NOT_FOUND:
        return NOT_FOUND
    return error.status if error.status in KEPT else BAD
