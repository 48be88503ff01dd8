"""What a browser posted, read once and kept, so that nothing typed is ever lost."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, BinaryIO

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from engine.errors import BadInputError
from engine.terms import Term

TOO_MUCH = "提交的内容太大，请删减后再试；长材料请作附件。"
LARGEST = 1_000_000  # a technical limit: a form with 20 000 characters takes 180 kB encoded
MOST_DIGITS = 9  # a number of a form: an id, a version, some days
MOST_FIELDS, MOST_FILES = 500, 50
# What an untouched form sends: choices that stand at their first value, and buttons.
CARRIED = frozenset({
    "kind", "urgency", "answer_by", "with_supports", "channel", "result", "mail", "companion",
    "done_on", "working_days", "refusal", "clock", "contacted", "keep", "to_desk", "spot",
    "file_kind",
})  # fmt: skip
SECRET = frozenset({"csrf", "password", "version", "form_id", "page", "rev", "seen"})


# What stands for a choice in a form: the value of a term, whichever the list.
CODES = frozenset(one.value for kind in Term.__subclasses__() for one in kind)


@dataclass(frozen=True)
class SentFile:
    """A file of a form as it came: the sender's name for it, and its bytes."""

    name: str
    source: BinaryIO


@dataclass(frozen=True)
class Form:
    """The fields of a posted form: every value of every name, in order; and its files."""

    values: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[SentFile, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        """Return the first value of a field, as typed."""
        return self.values.get(name, [default])[0]

    def many(self, name: str) -> tuple[str, ...]:
        """Return every non-empty value of a field."""
        return tuple(one for one in self.values.get(name, []) if one.strip())

    def number(self, name: str) -> int | None:
        """Return the number typed in a field, or nothing where there is none or it is absurd."""
        text = self.text(name).strip()
        plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        return int(text) if plain else None

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the non-empty lines of a field, over all its values."""
        return tuple(
            line.strip() for one in self.many(name) for line in one.splitlines() if line.strip()
        )

    def has(self, name: str) -> bool:
        """Return whether a box was ticked or a button of that name pressed."""
        return bool(self.text(name))

    def ticked(self, name: str, beside: str, *, otherwise: bool = True) -> bool:
        """Return whether a box stands ticked: as it was left, else as an untouched form has it.

        A browser sends nothing of an unticked box. That the box was there at all says `beside`,
        a field of the same form that is always sent.
        """
        return self.has(name) if beside in self.values else otherwise

    def typed(self) -> dict[str, Any]:
        """Return what a person typed, without tokens and passwords."""
        return {name: values for name, values in self.values.items() if name not in SECRET}

    def shown(self) -> Iterator[tuple[str, str]]:
        """Yield name and text of every field somebody filled in."""
        for name, values in self.typed().items():
            yield from ((name, one) for one in values if one.strip())

    def words(self) -> Iterator[str]:
        """Yield what a person wrote, in order: without choices, which are codes and not words."""
        chosen = CODES | {"yes", "no"}
        yield from (one for name, one in self.shown() if name not in CARRIED and one not in chosen)

    def worded(self) -> bool:
        """Return whether a person put anything in: not what every empty form carries by itself."""
        return any(name not in CARRIED for name, _ in self.shown())


EMPTY = Form()


async def posted(request: Request) -> AsyncIterator[Form]:
    """Yield the posted form; its files can be read until the answer is sent.

    Raises:
        BadInputError: it is larger than any form of these pages, or cannot be read.
    """
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as data:
            request.state.typed = _of_parts(data.multi_items())
            yield request.state.typed
        return
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise BadInputError(TOO_MUCH)
    request.state.typed = Form(_parsed(bytes(body)))  # an error page shows it again
    yield request.state.typed


def _of_parts(parts: list[tuple[str, UploadFile | str]]) -> Form:
    values: dict[str, list[str]] = {}
    files = []
    for name, part in parts:
        if isinstance(part, str):
            values.setdefault(_storable(name), []).append(_storable(part))
        elif part.filename:
            files.append(SentFile(part.filename, part.file))
    if sum(len(one) for texts in values.values() for one in texts) > LARGEST:
        raise BadInputError(TOO_MUCH)
    return Form(values, tuple(files))


def _parsed(body: bytes) -> dict[str, list[str]]:
    from urllib.parse import parse_qs

    found = parse_qs(
        body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
    )
    return {_storable(name): [_storable(one) for one in values] for name, values in found.items()}


def _storable(text: str) -> str:
    """Return a text as people typed it: one kind of line end, nothing a database cannot keep."""
    return text.replace("\r\n", "\n").replace("\x00", "")


Posted = Annotated[Form, Depends(posted)]
