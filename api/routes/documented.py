"""What every route says about its errors: one line each, in OpenAPI's `responses`."""

from typing import Any

from api.problem import Problem

MEANINGS = {
    401: "no key, or one that no longer counts",
    403: "the key lacks the scope, or may not be used from this address",
    404: "no such ticket or unit",
    409: "the lifecycle refuses, or the same name came with another body; names the first ticket",
    412: "the ticket changed since the ETag in If-Match; nothing was written",
    413: "the body is over 1 MB, or a file is larger than one may be",
    415: "the body comes compressed (Content-Encoding); send it as it is",
    422: "fields are wrong (each is named), or the body is not JSON",
    429: "called too often with this key, or too many wrong keys; Retry-After says when",
    500: "a fault of ours; the request id leads to the log",
    503: "the database is away; nothing was written",
}
READING = (401, 403, 413, 422, 429, 500, 503)
WRITING = (401, 403, 409, 413, 415, 422, 429, 500, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with these problems."""
    return {
        status: {"model": Problem, "description": MEANINGS[status]} for status in sorted(statuses)
    }
