"""What a letter says, before it becomes a page: the one object PDF, PNG and DOCX are made from."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from engine.documents.fonts import FontRole
from engine.terms import LetterKind

UNNUMBERED = "待编"


class Layout(StrEnum):
    """Which form of GB/T 9704 a letter takes: 信函格式 (§10.1) or 文件格式 (§7)."""

    LETTER = "letter"
    GENERAL = "general"


LAYOUTS = {
    LetterKind.REMINDER: Layout.LETTER,
    LetterKind.SUPERVISION: Layout.GENERAL,
    LetterKind.RECTIFICATION: Layout.LETTER,
    LetterKind.REFERRAL: Layout.LETTER,
    LetterKind.CORRECTION: Layout.LETTER,
}


@dataclass(frozen=True)
class Paragraph:
    """One paragraph (自然段): an optional heading, 一、 in 黑体 or （一） in 楷体, then text."""

    text: str
    lead: str = ""
    level: int = 1
    heads: bool = field(init=False)

    def __post_init__(self) -> None:
        """Say whether it is a heading alone on its line: a whole sentence after （一） is none."""
        alone = self.text == "" and not self.lead.endswith("。")
        object.__setattr__(self, "heads", alone)


@dataclass(frozen=True)
class Annex:
    """One annex (附件) on pages of its own: words, a table, closing words.

    `prose` says that the table's last column holds sentences and is set flush left; `together` how
    many of the last rows stand on one page; `natural` that a word processor, of unknown fonts,
    gives every column but the last the room of its longest cell.
    """

    title: str
    body: tuple[Paragraph, ...] = ()
    header: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    closing: tuple[Paragraph, ...] = ()
    prose: bool = False
    together: int = 0
    natural: bool = False

    def renumbered(self, old: str, new: str) -> "Annex":
        """Return the annex with the letter's number changed in its table."""
        rows = tuple(tuple(new if cell == old else cell for cell in row) for row in self.rows)
        return replace(self, rows=rows)


@dataclass(frozen=True)
class LetterData:
    """A letter (函件): issuing body, number, title, addressee, words, annexes.

    The number is 待编 until the letter is signed.
    """

    kind: LetterKind
    head: str
    number: str
    title_lines: tuple[str, ...]
    to: str
    body: tuple[Paragraph, ...]
    org: str
    date: dt.date
    attachments: tuple[Annex, ...] = ()
    cc: str = ""
    subordinate: bool = True

    @property
    def layout(self) -> Layout:
        """The form this kind of letter takes."""
        return LAYOUTS[self.kind]

    @property
    def title(self) -> str:
        """The title in one line."""
        return "".join(self.title_lines)

    @property
    def issued(self) -> str:
        """The day of issue in the colophon (印发日期); a draft has not been issued."""
        return "" if self.number == UNNUMBERED else f"{written_date(self.date)}印发"

    def numbered(self, number: str, signed_on: dt.date) -> "LetterData":
        """Return the letter as signed: with its number and the day of signing (成文日期)."""
        annexes = tuple(annex.renumbered(self.number, number) for annex in self.attachments)
        return replace(self, number=number, date=signed_on, attachments=annexes)

    def texts(self) -> Iterator[tuple[FontRole, str]]:
        """Yield every text of the letter with the role of the font it is set in."""
        yield FontRole.TITLE, self.head + self.title
        yield FontRole.FANGSONG, "".join((self.number, self.to, self.org, self.cc))
        yield from _paragraph_texts(self.body)
        for annex in self.attachments:
            yield FontRole.TITLE, annex.title
            yield FontRole.HEITI, "".join(annex.header)
            yield FontRole.FANGSONG, "".join(cell for row in annex.rows for cell in row)
            yield from _paragraph_texts((*annex.body, *annex.closing))


def written_date(day: dt.date) -> str:
    """Return a date as official documents write it: 2026年4月24日 (GB/T 9704 §7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def _paragraph_texts(paragraphs: tuple[Paragraph, ...]) -> Iterator[tuple[FontRole, str]]:
    for part in paragraphs:
        yield FontRole.FANGSONG, part.text
        yield (FontRole.HEITI if part.level == 1 else FontRole.KAITI), part.lead
