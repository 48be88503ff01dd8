"""Sheets on A4 (工单、回访单、答复告知): printed, signed by hand, or handed to the requester.

Words come from templates/notices/*_sheet.yaml.j2 (rows of a form) and answer_note.txt.j2, the page
from sheet.typ; a notice that was mailed is in `notice_paper`. Nothing of them is kept: the same
facts and day give the same bytes again.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import yaml

from engine.documents.fonts import FontRole, FontSet
from engine.documents.letter_data import Paragraph, written_date
from engine.documents.letters import RenderedLetter
from engine.documents.press import inputs_of, press
from engine.documents.templates import fill
from engine.rules.shanghai import SHANGHAI

FORM = "sheet.typ"
PPI = 200
IN_HALF_A_ROW = 12  # signs, of which a number has many
HEADED = re.compile(r"【(.{2,6})】(.*)")
TYPED = "\N{SYMBOL FOR NULL}"  # before a line that a unit wrote: its 【】 heads nothing


@dataclass(frozen=True)
class Fact:
    """A printed row of a form: its label, its words, more words below them."""

    label: str
    words: str
    more: str = ""
    wide: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Blank:
    """A row to write in by hand: `grow` is its share of the page, 0 for a line of its own."""

    label: str
    words: str = ""
    grow: int = 0
    dated: bool = False
    ticks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One sheet: a form of rows and blanks, or a note of paragraphs that is `signed` at its end.

    A notice in rows that would end on a second page is set `tight`, where one page holds it then.
    """

    title: str
    number: str
    org: str
    dated: date
    subtitle: str = ""
    mark: str = ""
    facts: tuple[Fact, ...] = ()
    heading: str = ""
    writing: tuple[Blank, ...] = ()
    notes: tuple[str, ...] = ()
    body: tuple[Paragraph, ...] = ()
    closing: tuple[Paragraph, ...] = ()
    foot: str = ""
    signed: bool = False
    tight: bool = False

    @property
    def moment(self) -> datetime:
        """The moment its file bears: when its day begins, whenever in that day it is printed."""
        return datetime.combine(self.dated, time(0), SHANGHAI)

    def texts(self) -> Iterator[tuple[FontRole, str]]:
        """Yield every text of the sheet with the role of the font it is set in."""
        strong = [one.words for one in self.facts if one.strong]
        yield FontRole.TITLE, self.title
        yield FontRole.HEITI, "".join((self.mark, self.heading, *strong, *self._labels()))
        yield FontRole.FANGSONG, "".join(self._plain())

    def _labels(self) -> Iterator[str]:
        yield from (one.label for one in self.facts)
        yield from (one.label for one in self.writing)
        yield from (part.lead for part in (*self.body, *self.closing))

    def _plain(self) -> Iterator[str]:
        yield from (self.title, self.number, self.org, self.subtitle, self.foot)
        yield written_date(self.dated)
        yield from self.notes
        for fact in self.facts:
            yield from (fact.words, fact.more)
        for blank in self.writing:
            yield from (blank.words, *blank.ticks)
        yield from (part.text for part in (*self.body, *self.closing))


def form_sheet(name: str, facts: Mapping[str, object], printed_on: date) -> Sheet:
    """Return the form `name` (order_sheet 工单, callback_sheet 回访单) filled with facts.

    Raises:
        DocumentError: the template misses a fact.
    """
    read = yaml.safe_load(fill(f"{name}.yaml.j2", {**facts, "printed_on": printed_on}))
    rows = tuple(Fact(**one) for one in read.pop("facts"))
    blanks = tuple(Blank(**{**one, "ticks": tuple(one.get("ticks", ()))})
                   for one in read.pop("writing", ()))  # fmt: skip
    return Sheet(
        number=str(facts["number"]), org=str(facts["issuer"]), dated=printed_on, facts=rows,
        writing=blanks, notes=tuple(read.pop("notes")), **read,
    )  # fmt: skip


def answer_note(facts: Mapping[str, object], dated: date) -> Sheet:
    """Return what the requester is told (答复告知), as a page to be handed over or posted.

    The headings are the hotline's: a line of the answer that looks like one stays as it is.

    Raises:
        DocumentError: the template misses a fact.
    """
    head, _, body = fill("answer_note.txt.j2", _marked(facts)).strip().partition("\n\n")
    title, _, subtitle = head.partition("\n")
    *told, last = (_headed(one.strip()) for one in body.splitlines() if one.strip())
    return Sheet(
        title=title, subtitle=subtitle, number=str(facts["number"]), org=str(facts["issuer"]),
        dated=dated, body=tuple(told), closing=(last,), signed=True,
    )  # fmt: skip


def _marked(facts: Mapping[str, object]) -> dict[str, object]:
    """Return facts with what a unit wrote so marked that none of its lines becomes a heading."""
    lines = str(facts["answer_text"]).replace(TYPED, "").splitlines()
    one_line = {name: " ".join(str(facts[name]).split()) for name in ("legal_basis", "promise")}
    return {**facts, **one_line, "answer_lines": [TYPED + one for one in lines]}


def _headed(line: str) -> Paragraph:
    if line.startswith(TYPED):
        return Paragraph(line.removeprefix(TYPED).strip())
    found = HEADED.fullmatch(line)
    return Paragraph(found[2], f"{found[1]}　") if found else Paragraph(line)


def render_sheet(sheet: Sheet, *, fonts: FontSet) -> RenderedLetter:
    """Return the sheet as PDF/A-2b; the same sheet gives the same bytes again.

    Raises:
        DocumentError: a character has no glyph, or typst warned of anything at all.
    """
    notes = fonts.notes_for(sheet.texts())
    pdf, pages = _print(sheet, fonts)
    if pages > 1 and (tighter := _tighter(sheet)):
        tight, fewer = _print(tighter, fonts)
        pdf, pages = (tight, fewer) if fewer == 1 else (pdf, pages)
    return RenderedLetter(pdf, hashlib.sha256(pdf).hexdigest(), pages, notes)


def sheet_pictures(sheet: Sheet, *, fonts: FontSet, ppi: float = PPI) -> list[bytes]:
    """Return every page of the sheet as a PNG picture, sharp enough to be printed itself.

    Raises:
        DocumentError: as for `render_sheet`.
    """
    fonts.notes_for(sheet.texts())
    drawn = press(fonts).draw(FORM, _inputs(sheet, fonts), ppi)
    if len(drawn) > 1 and (tighter := _tighter(sheet)) and _print(tighter, fonts)[1] == 1:
        return press(fonts).draw(FORM, _inputs(tighter, fonts), ppi)
    return drawn


def _print(sheet: Sheet, fonts: FontSet) -> tuple[bytes, int]:
    return press(fonts).print(FORM, _inputs(sheet, fonts), sheet.moment)


def _tighter(sheet: Sheet) -> Sheet | None:
    """Return a notice in rows with less air, its short rows two in one; None for other sheets."""
    if not (sheet.signed and sheet.facts):
        return None
    rows, last = list(sheet.facts[:-1]), sheet.facts[-1]
    at = 0
    while at + 1 < len(rows):
        pair = rows[at : at + 2]
        if all(len(one.words) <= IN_HALF_A_ROW and not one.more for one in pair):
            rows[at : at + 2] = [replace(one, wide=False) for one in pair]
            at += 1
        at += 1
    return replace(sheet, facts=(*rows, last), tight=True)


def _inputs(sheet: Sheet, fonts: FontSet) -> dict[str, str]:
    day = written_date(sheet.dated)
    return inputs_of({**vars(sheet), "dated": day}, fonts)
