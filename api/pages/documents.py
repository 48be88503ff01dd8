"""Hands an official document over as a file (公文下载)."""

from urllib.parse import quote

from fastapi import Response

from api.pages.visit import HEADERS
from engine.actions.letter_signing import DOCX

TYPES = {
    "pdf": "application/pdf",
    "docx": DOCX,
}


def document_file(title: str, kind: str, data: bytes) -> Response:
    """Return a document to be saved under its title; `kind` is one of `TYPES`."""
    name = quote(f"{title}.{kind}")
    headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(data, media_type=TYPES[kind], headers=headers)
