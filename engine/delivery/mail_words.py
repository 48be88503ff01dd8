"""The words of a mail (正文), from all of its parts; of HTML, as a reader sees its lines."""

import re
from collections.abc import Iterator
from email.message import Message
from html.parser import HTMLParser

from engine.delivery.charsets import decoded

# What the standard library raises of headers and parts that nobody can read.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError)
BLOCKS = frozenset({
    "p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "pre", "hr", "section", "article",
    "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd",
})  # fmt: skip
SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
CELLS, SILENT = frozenset({"td", "th"}), frozenset({"style", "script", "head"})


def words_of(message: Message) -> str:
    """Return all words of a mail: of two forms of the same the plain one, where it says anything.

    What is attached as a file says nothing here, nor does a mail within the mail.
    """
    return "\n".join(one for one in _texts(message) if one.strip())


def _texts(part: Message) -> Iterator[str]:
    kind = _kind(part)
    if part.is_multipart() and not kind.startswith("message/"):
        inner = [one for one in part.get_payload() if isinstance(one, Message)]
        if kind == "multipart/alternative":
            yield _best(inner)
        else:
            for one in inner:
                yield from _texts(one)
    elif kind in {"text/plain", "text/html"} and not _is_file(part):
        yield _text(part, kind)


def _best(forms: list[Message]) -> str:
    """Return the plain one of several forms of the same words, or the first that says anything."""
    in_order = sorted(forms, key=lambda one: _kind(one) != "text/plain")
    said = ("\n".join(_texts(one)) for one in in_order)
    return next((one for one in said if one.strip()), "")


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except UNREADABLE:
        return "text/plain"


def _is_file(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except UNREADABLE:
        return False


def _text(part: Message, kind: str) -> str:
    data = part.get_payload(decode=True)
    text = decoded(data, _charset(part)) if isinstance(data, bytes) else ""
    return html_words(text) if kind == "text/html" else text


def html_words(html: str) -> str:
    """Return the lines of a piece of HTML; those of a quoted mail are marked (>)."""
    reader = _Lines()
    reader.feed(html)
    reader.close()
    return "\n".join(one.strip(" ") for one in reader.lines)


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset(""))
    except UNREADABLE:
        return ""


class _Lines(HTMLParser):
    """Takes the lines out of HTML; each line of a quoted mail is marked as one (>)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self.silent = self.quoted = self.as_typed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line; styles and scripts are silent, and a body speaks in any case."""
        if tag in SILENT:
            self.silent += 1
        elif tag == "body":
            self.silent = 0
        elif tag == "br":
            self._new_line()
        elif tag in CELLS:
            self.lines[-1] += " "
        self._block(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line; speak again after a style or script."""
        if tag in SILENT and self.silent:
            self.silent -= 1
        self._block(tag, -1)

    def _block(self, tag: str, deeper: int) -> None:
        if tag == "blockquote":
            self.quoted = max(0, self.quoted + deeper)
        elif tag == "pre":
            self.as_typed = max(0, self.as_typed + deeper)
        if tag in BLOCKS and not self.lines[-1].strip("> "):
            self.lines.pop()
        if tag in BLOCKS:
            self._new_line()

    def _new_line(self) -> None:
        self.lines.append("> " if self.quoted else "")

    def handle_data(self, data: str) -> None:
        """Keep the words; a line of the source is one of theirs only where it was set so (pre)."""
        if self.silent:
            return
        first, *rest = data.split("\n") if self.as_typed else [SPACE.sub(" ", data)]
        self.lines[-1] += first
        for one in rest:
            self._new_line()
            self.lines[-1] += one.replace("\r", "")
