"""The name a file is kept and offered under (文件名): made safe, never trusted as a path."""

import re
import unicodedata
from urllib.parse import quote

from engine.documents.file_types import FileType

LONGEST = 100  # characters with the extension: a technical limit
NAMELESS = "附件"
# Names that some systems take for devices, and what a name may not hold anywhere.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
INNER_EXTENSION = re.compile(r"\.(?=[A-Za-z]{1,6}(\.|$))")


def safe_name(given: str, kind: FileType) -> str:
    """Return a name for a file of that type: no path, nothing invisible, its true extension."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    shown = "".join(one for one in last if unicodedata.category(one) not in ("Cf", "Cc", "Cs"))
    stem = FORBIDDEN.sub("", _without_extension(shown, kind))
    stem = INNER_EXTENSION.sub("_", stem)
    stem = re.sub(r"\s+", " ", stem).strip(" .")
    if not stem or DEVICES.fullmatch(stem):
        stem = NAMELESS
    extension = extension_of(shown) if extension_of(shown) in kind.extensions else ""
    extension = extension or kind.extensions[0]
    return f"{stem[: LONGEST - len(extension) - 1].rstrip(' .')}.{extension}"


def extension_of(name: str) -> str:
    """Return a name's last extension in small letters, without the dot; nothing if it has none."""
    _, dot, extension = name.strip().rpartition(".")
    return extension.strip().lower() if dot else ""


def _without_extension(name: str, kind: FileType) -> str:
    extension = extension_of(name)
    return name.strip()[: -len(extension) - 1] if extension in kind.extensions else name


def disposition(name: str) -> str:
    """Return the Content-Disposition of a download: old browsers get a plain name."""
    plain = f"attachment.{extension_of(name)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
