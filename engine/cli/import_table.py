"""A file of rows as `hotline import` reads it: its headings, and its rows one at a time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import BadInputError

LARGEST_CELL = 200_000  # technical: what no ticket reaches, and a bomb does
SURPLUS = (
    "这一行多 {} 格没有列名的内容：内容里的分隔符要用引号括起来，每一列都要有列名。"
    "多出的格排在退回文件“退回原因”一列的右边，请并回原处再导入。"
)


@dataclass(frozen=True)
class Row:
    """One row of a file: its line, its cells by heading, and why it cannot be read at all.

    `surplus` are cells under no heading: they belong somewhere, so they are never left out.
    """

    line: int
    cells: Mapping[str, Any]
    broken: str = ""
    surplus: tuple[Any, ...] = ()


@dataclass
class Table:
    """An open file: headings, rows, how much of it was read (0 to 1), and what was left aside."""

    headings: list[str]
    rows: Iterator[Row]
    done: Any = field(default=lambda: 0.0)
    note: str = ""


def checked_headings(headings: list[str], name: str) -> list[str]:
    """Return the headings of a file, each of which is there once.

    Raises:
        BadInputError: there is none, or two columns have the same: one would hide the other.
    """
    told = [one.strip() for one in headings if one.strip()]
    if not told:
        message = f"{name} 的第一行是空的：第一行应是列名。"
        raise BadInputError(message)
    twice = [one for one, many in Counter(told).items() if many > 1]
    if twice:
        message = f"{name} 有两列同名：{'、'.join(twice)}。请只留一列，或给其中一列改名后再导入。"
        raise BadInputError(message)
    return headings


def row_of(line: int, headings: Sequence[str], cells: Sequence[Any]) -> Row:
    """Return a row by its headings; with cells under no heading it cannot be understood."""
    named = {one: cell for one, cell in zip(headings, cells, strict=False) if one.strip()}
    nameless = [cell for one, cell in zip(headings, cells, strict=False) if not one.strip()]
    surplus = tuple(
        one for one in (*nameless, *cells[len(headings) :]) if one is not None and str(one).strip()
    )
    return Row(line, named, SURPLUS.format(len(surplus)) if surplus else "", surplus)
