"""Answers as the standard wants them: XML, and JSON made from it by the Spark convention.

A list has one kind of element and a name for each; in JSON the element's name is dropped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree

from fastapi import Response

from engine.rules.shanghai import SHANGHAI

# What XML cannot hold, escaped or not.
UNPRINTABLE = {place: None for place in range(32) if place not in (9, 10, 13)} | {
    0xFFFE: None, 0xFFFF: None,
}  # fmt: skip


class Format(StrEnum):
    """What comes after the dot in an address."""

    XML = "xml"
    JSON = "json"


MEDIA = {Format.XML: "text/xml; charset=utf-8", Format.JSON: "application/json; charset=utf-8"}


@dataclass(frozen=True)
class Rows:
    """A list of elements of one name (⇊ in the standard)."""

    item: str
    values: Sequence[Any]


def answer(
    form: Format,
    root: str,
    content: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an answer whose XML root is `root`."""
    body = to_xml(root, content) if form is Format.XML else to_json(content)
    return Response(body, status, dict(headers or {}), media_type=MEDIA[form])


def to_xml(root: str, content: Any) -> bytes:
    """Return content as XML with its declaration, UTF-8."""
    element = ElementTree.Element(root)
    _fill(element, content)
    words = ElementTree.tostring(element, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{words}'.encode()


def _fill(element: ElementTree.Element, content: Any) -> None:
    if isinstance(content, Rows):
        for value in content.values:
            _fill(ElementTree.SubElement(element, content.item), value)
    elif isinstance(content, Mapping):
        for name, value in content.items():
            _fill(ElementTree.SubElement(element, name), value)
    elif content is not None:
        element.text = _text(content)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).translate(UNPRINTABLE)


def to_json(content: Any) -> bytes:
    """Return content as JSON, lists without the names of their elements."""
    return json.dumps(_plain(content), ensure_ascii=False).encode()


def _plain(content: Any) -> Any:
    if isinstance(content, Rows):
        return [_plain(one) for one in content.values]
    if isinstance(content, Mapping):
        return {name: _plain(value) for name, value in content.items()}
    return content


def w3(moment: datetime | None) -> str | None:
    """Return a moment in the W3C's form with Shanghai's offset, to the second."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else None


def format_of(path: str) -> Format:
    """Return the format an address asks for; XML, which everybody speaks, when it names none."""
    return Format.JSON if path.endswith(".json") else Format.XML
