"""The letters of a mail, whatever its sender's program calls them (字符集): GB18030 and UTF-8.

Programs say gb2312 and write GBK or GB18030 (朱镕、王喆), say nothing, or say utf-8 and are wrong.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from email.policy import EmailPolicy
from quopri import decodestring
from typing import Any

UTF8, CHINESE = "utf-8", "gb18030"
# GB18030 holds all of GB2312 and GBK, with the same bytes; what says one of them may be any.
OF_GB18030 = frozenset({
    "gb18030", "gb2312", "gb_2312-80", "gb2312-80", "csgb2312", "euc-cn", "gbk", "x-gbk", "csgbk",
    "cp936", "ms936", "windows-936",
})  # fmt: skip
SAYS_NOTHING = frozenset({"", "us-ascii", "ascii", "unknown-8bit", "8bit", "binary", "default"})
WORD = r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\s]*)\?="
WORDS = re.compile(rf"{WORD}(?:\s+{WORD})*")
ONE_WORD = re.compile(WORD)
NAMED = re.compile(r"(\*\s*=\s*\"?)([\w-]+)(?=')")
BLANK = re.compile(r"[\r\n]+")


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
        return super().header_fetch_parse(
            name, value if hasattr(value, "name") else readable(value)
        )


READING = Reading()
