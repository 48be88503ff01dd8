"""Excel files of any length (导出): written row by row, so that memory stays the same.

The parts of the file (ECMA-376) are written here and not by a library: a list of 10,000 rows is
hundreds of thousands of cells, and an object for each is most of what the file costs.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from engine.rules.shanghai import SHANGHAI

# What a spreadsheet could take for a formula when the cell is copied on or saved as CSV.
# The wide signs too: a spreadsheet in Chinese reads them as the narrow ones.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_FIRST = "说明"
MOST_ROWS = 50_000  # technical: what is written within seconds; longer lists leave as CSV
_LONGEST = 32_000  # Excel's own limit of a cell is 32,767
_AT_ONCE = 500  # rows handed to the file together
_QUICK = 2  # of zlib's nine levels: twice as fast as its own choice for a tenth more bytes
_HEAD, _MOMENT, _DAY = 1, 2, 3  # the styles of `_STYLES`
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet counts days from it, of no zone
_A_DAY = timedelta(days=1)
_REMEMBERED = 20_000
# What XML does not take as it is, and what a spreadsheet would read as a character's number.
_ODD = re.compile(r"[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NEVER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_NUMBERED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = f"""{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/><Override PartName="/xl/workbook.xml" \
ContentType="{_KIND}.sheet.main+xml"/><Override PartName="/xl/styles.xml" \
ContentType="{_KIND}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="{_KIND}.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" \
ContentType="{_KIND}.worksheet+xml"/></Types>"""
_ROOT = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" \
Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_PARTS = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" \
Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" \
Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" \
Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>"""
_BOOK = f"""{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{_FIRST}" \
sheetId="1" r:id="rId1"/><sheet name="{{name}}" sheetId="2" r:id="rId2"/></sheets></workbook>"""
_STYLES = f"""{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" \
formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/>\
<sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="3"><fill>\
<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill>\
<patternFill patternType="solid"><fgColor rgb="FFE8EEF6"/><bgColor indexed="64"/></patternFill>\
</fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>\
<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/>\
<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" \
borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" \
borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0" \
applyFont="1" applyFill="1" applyBorder="1"/><xf numFmtId="164" fontId="0" fillId="0" \
borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" \
borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle \
name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
_SAME = {
    "[Content_Types].xml": _TYPES, "_rels/.rels": _ROOT, "xl/_rels/workbook.xml.rels": _PARTS,
    "xl/styles.xml": _STYLES,
}  # fmt: skip
_FROZEN = """<sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" \
topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>"""


@dataclass(frozen=True)
class Column:
    """One column of a table: its head and how wide it is, in characters."""

    head: str
    width: int = 12


@dataclass(frozen=True)
class Table:
    """A table to write: its name, its columns, and its rows, made while they are written."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]


def write_workbook(
    target: IO[bytes], table: Table, about: Callable[[int], Iterable[tuple[str, str]]]
) -> int:
    """Write a workbook whose first sheet says what the second holds; return the number of rows.

    `about` is asked once the rows are known. Text is never a formula.
    """
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_QUICK) as book:
        with book.open("xl/worksheets/sheet2.xml", "w") as sheet:
            count = _write_rows(sheet, table)
        book.writestr("xl/worksheets/sheet1.xml", _about(about(count)))
        book.writestr("xl/workbook.xml", _BOOK.format(name=escape(table.name, {'"': "&quot;"})))
        for name, part in _SAME.items():
            book.writestr(name, part)
    return count


def _write_rows(sheet: IO[bytes], table: Table) -> int:
    heads = [(one.head, _HEAD) for one in table.columns]
    widths = [one.width for one in table.columns]
    sheet.write((_opened(widths, _FROZEN) + _styled(1, heads)).encode())
    cells, lines, count = _Cells(len(widths)), [], 0
    for count, row in enumerate(table.rows, start=1):
        lines.append(cells.row(count + 1, row))
        if len(lines) == _AT_ONCE:
            sheet.write("".join(lines).encode())
            lines.clear()
        if count == MOST_ROWS:
            break
    sheet.write(("".join(lines) + _closed(len(widths), count)).encode())
    return count


_CLOSED = "</sheetData></worksheet>"


def _closed(columns: int, rows: int) -> str:
    """Return the end of a table, whose head can be filtered by."""
    whole = f"A1:{_letters(columns - 1)}{rows + 1}"
    return f'</sheetData><autoFilter ref="{whole}"/></worksheet>'


def _opened(widths: Sequence[int], views: str = "") -> str:
    wide = "".join(f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
                   for place, width in enumerate(widths, start=1))  # fmt: skip
    return (f'{_XML}<worksheet xmlns="{_MAIN}">{views}'
            f'<cols>{wide}</cols><sheetData>')  # fmt: skip


def _styled(row: int, cells: Iterable[tuple[str, int]]) -> str:
    written = "".join(f'<c r="{_letters(place)}{row}" s="{style}" t="inlineStr">{_inside(text)}</c>'
                      for place, (text, style) in enumerate(cells))  # fmt: skip
    return f'<row r="{row}">{written}</row>'


def _about(lines: Iterable[tuple[str, str]]) -> str:
    rows = (_styled(row, ((name, _HEAD), (harmless(text), 0)))
            for row, (name, text) in enumerate(lines, start=1))  # fmt: skip
    return f"{_opened((14, 80))}{''.join(rows)}{_CLOSED}"


def _letters(place: int) -> str:
    """Return the letters of a column: A to Z, then AA and on."""
    before = _letters(place // 26 - 1) if place >= 26 else ""  # noqa: PLR2004 - letters there are
    return before + chr(ord("A") + place % 26)


class _Cells:
    """Writes rows of cells as XML; words that come again and again are made ready once."""

    def __init__(self, columns: int) -> None:
        """Write rows of so many columns."""
        self._letters = [_letters(place) for place in range(columns)]
        self._texts: dict[str, str] = {}

    def row(self, number: int, values: Sequence[object]) -> str:
        """Return one row; nothing stands where a value is empty."""
        cells = []
        for letters, value in zip(self._letters, values, strict=True):
            if value is None or value == "":
                continue
            if type(value) is str:
                cells.append(f'<c r="{letters}{number}" t="inlineStr">{self._text(value)}</c>')
            else:
                cells.append(self._other(f"{letters}{number}", value))
        return f'<row r="{number}">{"".join(cells)}</row>'

    def _text(self, value: str) -> str:
        found = self._texts.get(value)
        if found is None:
            if len(self._texts) > _REMEMBERED:
                self._texts.clear()
            found = self._texts[value] = _inside(harmless(value))
        return found

    def _other(self, place: str, value: object) -> str:
        if isinstance(value, bool):
            return f'<c r="{place}" t="inlineStr">{self._text("是" if value else "否")}</c>'
        if isinstance(value, (int, float)):
            return f'<c r="{place}"><v>{value!r}</v></c>'
        if isinstance(value, datetime):
            local = value.astimezone(SHANGHAI).replace(tzinfo=None)
            return f'<c r="{place}" s="{_MOMENT}"><v>{(local - _EPOCH) / _A_DAY!r}</v></c>'
        if isinstance(value, date):
            return f'<c r="{place}" s="{_DAY}"><v>{value.toordinal() - _EPOCH.toordinal()}</v></c>'
        return f'<c r="{place}" t="inlineStr">{self._text(str(value))}</c>'


def _inside(text: str) -> str:
    """Return a text as a cell holds it, with blanks at its ends and without what XML refuses."""
    if _ODD.search(text):
        text = _NUMBERED.sub("_x005F_", _NEVER.sub("\ufffd", text))
        text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", escape(text))
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<is><t{kept}>{text}</t></is>"


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, however it is saved or copied."""
    short = text[:_LONGEST]
    return f"'{short}" if short.startswith(_RISKY) else short
