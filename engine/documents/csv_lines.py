"""CSV files of any length (导出): made line by line while they are sent, memory stays the same."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from itertools import islice

from engine.documents.workbook import Table, harmless
from engine.rules.shanghai import SHANGHAI

MARK = "\ufeff"  # without it Excel takes Chinese for something else
AT_A_TIME = 500


def csv_lines(table: Table) -> Iterator[bytes]:
    """Yield a table as CSV in UTF-8, its heads first, some hundred rows at a time."""
    yield (MARK + _written([[one.head for one in table.columns]])).encode()
    left = iter(table.rows)
    while some := list(islice(left, AT_A_TIME)):
        yield _written([[_cell(value) for value in row] for row in some]).encode()


def _written(rows: list[list[str]]) -> str:
    target = StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else harmless(str(value)) if isinstance(value, str) else str(value)
