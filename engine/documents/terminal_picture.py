"""A page as a picture in a terminal: two dots a character cell, in the page's own colours."""

import struct
import zlib
from itertools import islice

HALF = "▀"
CLEAR = "\x1b[0m"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, RGBA = 2, 6
Row = list[tuple[int, int, int]]


def in_terminal(png: bytes) -> str:
    """Return a PNG as lines of half blocks with 24-bit colours; as wide as the picture has dots.

    Raises:
        ValueError: it is no PNG with eight bits a colour.
    """
    rows = dots(png)
    rows += [[(255, 255, 255)] * len(rows[0])] if len(rows) % 2 else []
    pairs = zip(islice(rows, 0, None, 2), islice(rows, 1, None, 2), strict=True)
    return "\n".join(_line(upper, lower) for upper, lower in pairs)


def _line(upper: Row, lower: Row) -> str:
    cells = []
    for (r, g, b), (r2, g2, b2) in zip(upper, lower, strict=True):
        cells.append(f"\x1b[38;2;{r};{g};{b};48;2;{r2};{g2};{b2}m{HALF}")
    return "".join(cells) + CLEAR


def dots(png: bytes) -> list[Row]:
    """Return the dots of a PNG row by row, on white where it is transparent.

    Raises:
        ValueError: it is no PNG with eight bits a colour.
    """
    head, packed = _chunks(png)
    width, _, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    size = {RGB: 3, RGBA: 4}.get(kind, 0)
    if depth != 8 or not size or interlaced:  # noqa: PLR2004
        message = "只认八位彩色、不交错的 PNG。"
        raise ValueError(message)
    data, length = zlib.decompress(packed), width * size
    above, rows = bytearray(length), []
    for start in range(0, len(data), length + 1):
        above = _unfiltered(data[start], data[start + 1 : start + 1 + length], above, size)
        rows.append([_dot(above[at : at + size]) for at in range(0, length, size)])
    return rows


def _chunks(png: bytes) -> tuple[bytes, bytes]:
    if not png.startswith(SIGNATURE):
        message = "这不是 PNG 图片。"
        raise ValueError(message)
    at, head, packed = len(SIGNATURE), b"", b""
    while at + 8 <= len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        head = body if name == b"IHDR" else head
        packed += body if name == b"IDAT" else b""
        at += 12 + length
    return head, packed


def _unfiltered(kind: int, line: bytes, above: bytearray, size: int) -> bytearray:
    """Undo one of the five filters of PNG (ISO/IEC 15948, 9.2)."""
    made = bytearray(line)
    for at, value in enumerate(line):
        left = made[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        made[at] = (value + guess) & 0xFF
    return made


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def _dot(values: bytearray) -> tuple[int, int, int]:
    red, green, blue, *rest = values
    alpha = rest[0] if rest else 255
    seen = [(one * alpha + 255 * (255 - alpha)) // 255 for one in (red, green, blue)]
    return seen[0], seen[1], seen[2]
