"""The letters of a mail, whatever its sender's program calls them (字符集): GB18030 and UTF-8.

Programs say gb2312 and write GBK or GB18030 (朱镕、王喆), say nothing, or say utf-8 or iso-8859-1
and are wrong.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from email.policy import EmailPolicy
from quopri import decodestring
from typing import Any

from engine.delivery.name_pieces import in_one_piece

UTF8, CHINESE = "utf-8", "gb18030"
# GB18030 holds all of GB2312 and GBK, with the same bytes; what says one of them may be any.
OF_GB18030 = frozenset({
    "gb18030", "gb2312", "gb_2312-80", "gb2312-80", "csgb2312", "euc-cn", "gbk", "x-gbk", "csgbk",
    "cp936", "ms936", "windows-936",
})  # fmt: skip
SAYS_NOTHING = frozenset({"", "us-ascii", "ascii", "unknown-8bit", "8bit", "binary", "default"})
# In these sets any bytes at all are letters: they prove nothing of what was written.
OF_WESTERN = frozenset({
    "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1", "windows-1252", "cp1252",
    "x-cp1252", "iso-8859-15", "latin-9", "x-user-defined",
})  # fmt: skip
# Rows of GB2312 by the first byte: the common letters (一级字), and the signs of print.
COMMON, PRINTED = frozenset(range(0xB0, 0xD8)), frozenset({0xA1, 0xA3})
FEWEST_CHINESE = 2
WORD = r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\s]*)\?="
WORDS = re.compile(rf"{WORD}(?:\s+{WORD})*")
ONE_WORD = re.compile(WORD)
NAMED = re.compile(r"(\*\s*=\s*\"?)([\w-]+)(?=')")
OF_FILES = frozenset({"content-type", "content-disposition"})


def decoded(data: bytes, said: str) -> str:
    """Return what bytes say in the character set they are said to be in, or in which they can be.

    What is no letter of it is �. Half a letter that a set of characters lets pass is one too: no
    database takes it.
    """
    found = _decoded(data, said.strip().strip("\"'").lower())
    return found.removeprefix("\ufeff").encode(UTF8, "replace").decode(UTF8)


def _decoded(data: bytes, name: str) -> str:
    if name in OF_GB18030:
        return _strictly(data, CHINESE, UTF8) or data.decode(CHINESE, "replace")
    if name in SAYS_NOTHING:
        return _strictly(data, UTF8, CHINESE) or _either(data)
    if name in {"utf-8", "utf8", "unicode-1-1-utf-8"}:
        return _strictly(data, UTF8) or _either(data)
    if name in OF_WESTERN and (found := _chinese(data)):
        return found
    try:
        return _strictly(data, name, UTF8) or data.decode(name, "replace")
    except (LookupError, ValueError):
        return _strictly(data, UTF8, CHINESE) or _either(data)


def _strictly(data: bytes, *names: str) -> str:
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return ""


def _chinese(data: bytes) -> str:
    """Return the words of bytes that are Chinese in either set, whatever is said of them.

    Western letters seldom are valid in one by chance, and hardly ever its common letters.
    """
    if as_utf8 := _strictly(data, UTF8):
        return as_utf8
    words = _strictly(data, CHINESE)
    rows = [_row(one) for one in words if not one.isascii()]
    common, printed = (sum(row in of for row in rows) for of in (COMMON, PRINTED))
    enough = common >= FEWEST_CHINESE and (common + printed) * 2 > len(rows)
    return words if enough else ""


def _row(letter: str) -> int:
    """Return the row of GB2312 in which a letter stands; 0 where it stands in none."""
    try:
        return letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 0


def _either(data: bytes) -> str:
    """Return damaged bytes as UTF-8 where most of them are, for Chinese read so is mostly �."""
    as_utf8 = data.decode(UTF8, "replace")
    foreign = [one for one in as_utf8 if not one.isascii()]
    if foreign.count("�") * 2 <= len(foreign):
        return as_utf8
    return data.decode(CHINESE, "replace")


def readable(value: str) -> str:
    """Return a raw header of which the standard library reads every letter.

    Its parts keep their places: a name that is coded stays coded till addresses are told apart.
    """
    if any("\udc80" <= one <= "\udcff" for one in value):
        value = decoded(value.encode(UTF8, "surrogateescape"), "")
    named = NAMED.sub(lambda one: one[1] + (CHINESE if _is_chinese(one[2]) else one[2]), value)
    return WORDS.sub(_in_utf8, named)


def _is_chinese(name: str) -> bool:
    return name.lower() in OF_GB18030


def _in_utf8(run: re.Match[str]) -> str:
    """Return coded words in UTF-8; neighbours of one set are joined: a letter may be cut in two."""
    parts: list[tuple[str, bytes]] = []
    for name, coding, text in ONE_WORD.findall(run[0]):
        data = _bytes_of(coding, text)
        if data is None:
            return run[0]
        if parts and parts[-1][0] == name.lower():
            parts[-1] = (parts[-1][0], parts[-1][1] + data)
        else:
            parts.append((name.lower(), data))
    text = "".join(decoded(data, name) for name, data in parts)
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def _bytes_of(coding: str, text: str) -> bytes | None:
    """Return the bytes of one coded word, or nothing where they cannot be told."""
    try:
        if coding in "qQ":
            return decodestring(text.encode("ascii"), header=True)
        return b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (NotBase64, ValueError):
        return None


class Reading(EmailPolicy):
    """How mails that came in are read: as by default, and every letter of their headers."""

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        """Return a header as the standard library reads it, once its letters can be read."""
        if hasattr(value, "name"):
            return super().header_fetch_parse(name, value)
        words = readable(value)
        if name.lower() in OF_FILES:
            words = in_one_piece(words, decoded)
        return super().header_fetch_parse(name, words)


READING = Reading()
