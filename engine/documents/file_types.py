"""What a file is by its own bytes (文件类型): the name and the sender's word prove nothing.

Nothing is unpacked to disk. A package (docx, xlsx, ofd) is read through once, within a cap, so that
a bomb is refused before anybody opens it.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadInputError

# Technical limits of this system: what a package may hold once unpacked.
MOST_ENTRIES = 2_000
MOST_UNPACKED = 150_000_000
CHUNK = 1 << 18
HEAD = 64
MACROS = "vbaproject.bin"
BOMB = "文件解开后太大，不能上传。请另存为 PDF 后再上传。"


@dataclass(frozen=True)
class FileType:
    """A type of file: its extensions (the first is the usual one) and what it is served as."""

    name: str
    extensions: tuple[str, ...]
    content_type: str


OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    one.name: one
    for one in (
        FileType("pdf", ("pdf",), "application/pdf"),
        FileType("ofd", ("ofd",), "application/ofd"),
        FileType("jpeg", ("jpg", "jpeg"), "image/jpeg"),
        FileType("png", ("png",), "image/png"),
        FileType("docx", ("docx",), f"{OFFICE}.wordprocessingml.document"),
        FileType("xlsx", ("xlsx",), f"{OFFICE}.spreadsheetml.sheet"),
        FileType("mp3", ("mp3",), "audio/mpeg"),
        FileType("m4a", ("m4a",), "audio/mp4"),
        FileType("wav", ("wav",), "audio/wav"),
        FileType("amr", ("amr",), "audio/amr"),
    )
}
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}
STARTS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("pdf", lambda head: head.startswith(b"%PDF-")),
    ("jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    ("m4a", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"M4A ", b"M4B ", b"mp42")),
    ("amr", lambda head: head.startswith(b"#!AMR")),
    ("mp3", lambda head: head[:3] == b"ID3" or re.match(rb"\xff[\xf2\xf3\xfa\xfb]", head)
        is not None),
)  # fmt: skip


def type_of(path: Path) -> FileType | None:
    """Return the type that a file's bytes show, or nothing when it is none of those known.

    Raises:
        BadInputError: a package that would unpack to too much, hides macros, or is damaged.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith(b"PK\x03\x04"):
            return _package(file)
    return next((TYPES[name] for name, fits in STARTS if fits(head)), None)


def _package(file: BinaryIO) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            found = next((TYPES[kind] for kind, part in PARTS.items() if part in names), None)
            if found is not None:
                _check(package)
            return found
    except BadInputError:
        raise
    except Exception as error:
        # A hostile package can break zipfile in any way; whatever it was, the file is refused.
        msg = "文件打不开：可能已损坏或加了密码。请重新保存后再上传。"
        raise BadInputError(msg) from error


def _check(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    too_much = sum(one.file_size for one in entries) > MOST_UNPACKED
    if too_much or len(entries) > MOST_ENTRIES:
        raise BadInputError(BOMB)
    if any(one.filename.lower().endswith(MACROS) for one in entries):
        msg = "文件里有宏，不能上传。请另存为 PDF 或不含宏的文件。"
        raise BadInputError(msg)
    if any(one.flag_bits & 1 for one in entries):
        msg = "文件加了密码，不能上传。请去掉密码后再上传。"
        raise BadInputError(msg)
    _read_through(package, entries)


def _read_through(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack into nothing: what an entry says of its size is not believed either."""
    left = MOST_UNPACKED
    for entry in entries:
        with package.open(entry) as part:
            while chunk := part.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise BadInputError(BOMB)
