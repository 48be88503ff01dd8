"""A file's name in pieces (RFC 2231 continuations) as one: a letter may be cut between two."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote_to_bytes

Decode = Callable[[bytes, str], str]
LONGEST_HEADER = 2_000  # no name is longer; what is made to be slow to read stays as it came
HOLDS_ONE = re.compile(r"\*0\*?\s*=")
PIECE = re.compile(
    r'(?P<quoted>"(?:[^"\\]++|\\.)*+(?:"|$))'
    r"|(?P<lead>;\s*+)?(?<![\w\-*])(?P<name>[A-Za-z][\w\-]{0,40}+)\*(?P<place>\d{1,3}+)(?P<coded>\*?)\s*+="
    r'\s*+(?:"(?P<words>(?:[^"\\]++|\\.)*+)"|(?P<plain>[^\s;"]*+))',
    re.DOTALL,
)
ESCAPED = re.compile(r"\\(.)")


def in_one_piece(header: str, decode: Decode) -> str:
    """Return a header in which each parameter that came in coded pieces is one, in UTF-8."""
    if len(header) > LONGEST_HEADER or not HOLDS_ONE.search(header):
        return header
    pieces: dict[str, dict[int, re.Match[str]]] = {}
    for found in PIECE.finditer(header):
        if found["name"]:
            pieces.setdefault(found["name"].lower(), {}).setdefault(int(found["place"]), found)
    whole = {name: words for name, of_it in pieces.items() if (words := _joined(of_it, decode))}
    told: set[str] = set()

    def instead(found: re.Match[str]) -> str:
        name = (found["name"] or "").lower()
        if name not in whole:
            return found[0]
        first = name not in told
        told.add(name)
        return f"{found['lead'] or ''}{name}*=utf-8''{quote(whole[name], safe='')}" if first else ""

    return PIECE.sub(instead, header)


def _joined(pieces: dict[int, re.Match[str]], decode: Decode) -> str:
    """Return the words of the pieces 0, 1, 2, …; nothing where the first names no set."""
    if 0 not in pieces or not pieces[0]["coded"] or _words(pieces[0]).count("'") < len("''"):
        return ""
    charset, _, first = _words(pieces[0]).split("'", 2)
    data = unquote_to_bytes(first)
    for place in range(1, len(pieces)):
        if place not in pieces:
            break
        words = _words(pieces[place])
        data += (
            unquote_to_bytes(words) if pieces[place]["coded"] else words.encode("utf-8", "replace")
        )
    return decode(data, charset)


def _words(piece: re.Match[str]) -> str:
    quoted = piece["words"]
    return piece["plain"] or "" if quoted is None else ESCAPED.sub(r"\1", quoted)
