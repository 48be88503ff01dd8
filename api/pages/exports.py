"""Lists as Excel or CSV (导出): the whole result of a filter, never in this program's memory.

Excel is written to disk and sent from there, up to its cap; CSV is sent as it is read, all of it.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from sqlalchemy import text
from starlette.background import BackgroundTask

from api.pages.filters import asked, from_address, past_day, period
from api.pages.forms import Form
from api.pages.ledger_filter import asked_of_ledger
from api.pages.visit import EYES, HEADERS, Visit, reading
from engine.actions import exporting, performance
from engine.actions.audit import Note, note
from engine.actions.exporting import Export
from engine.documents.csv_lines import csv_lines
from engine.documents.workbook import MOST_ROWS
from engine.errors import EngineError, NotFoundError
from engine.rules.shanghai import SHANGHAI
from engine.store.database import work

router = APIRouter(include_in_schema=False)
# A reader that stands still gives the database back after a minute.
PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/supervise/export/{name}.xlsx")
def export(request: Request, name: str) -> Response:
    """Return a list as Excel: tickets, breaches, units or callbacks; that it left is noted.

    Raises:
        NotFoundError: there is no such list.
        BadInputError: a condition cannot be understood.
    """
    _known(name)
    handle, path = tempfile.mkstemp(suffix=".xlsx")
    gone = BackgroundTask(os.unlink, path)
    try:
        with os.fdopen(handle, "wb") as file, reading(request, *EYES) as visit:
            made = EXPORTS[name](visit, from_address(request), MOST_ROWS)
            rows = exporting.write(visit.step, made, file)
        _noted(visit, made, rows)
    except BaseException:
        os.unlink(path)
        raise
    return FileResponse(path, media_type=XLSX, headers=_named(visit, made, "xlsx"), background=gone)


@router.get("/supervise/export/{name}.csv")
def export_lines(request: Request, name: str) -> Response:
    """Return a list as CSV, however long, sent while it is read; that it left is noted before.

    Raises:
        NotFoundError: there is no such list.
        BadInputError: a condition cannot be understood.
    """
    _known(name)
    with reading(request, *EYES) as visit:
        made = EXPORTS[name](visit, from_address(request), MOST_ROWS)
    _noted(visit, made)
    return StreamingResponse(
        _lines(request, name), media_type="text/csv", headers=_named(visit, made, "csv")
    )


def _lines(request: Request, name: str) -> Iterator[bytes]:
    with reading(request, *EYES) as visit:
        visit.session.execute(text(PATIENCE))
        yield from csv_lines(EXPORTS[name](visit, from_address(request), None).table)


def _known(name: str) -> None:
    if name not in EXPORTS:
        message = "没有这份导出。"
        raise NotFoundError(message)


def _named(visit: Visit, made: Export, kind: str) -> dict[str, str]:
    file_name = quote(f"{made.file_name}-{visit.now.astimezone(SHANGHAI):%Y%m%d-%H%M}.{kind}")
    return {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{file_name}"}


def _noted(visit: Visit, made: Export, rows: int | None = None) -> None:
    """Write down that a list left; of what is sent while it is read the rows are not known yet."""
    details: dict[str, object] = {"name": made.name, "conditions": made.conditions}
    details |= {"format": "CSV"} if rows is None else {"rows": rows}
    with work() as session:
        said = Note(f"account:{visit.account.id}", "export", details)
        note(session, visit.step.actor, visit.now, said)


def _understood(error: EngineError | None) -> None:
    if error is not None:
        raise error


def _tickets(visit: Visit, form: Form, most: int | None) -> Export:
    found = asked(visit, form)
    _understood(found.error)
    return exporting.tickets(visit.step, found.wanted, found.words, most)


def _breaches(visit: Visit, form: Form, _most: int | None) -> Export:
    found = asked_of_ledger(visit, form)
    _understood(found.error)
    return exporting.breaches(visit.step, found.wanted, found.words)


def _units(visit: Visit, form: Form, _most: int | None) -> Export:
    found = period(visit, form)
    _understood(found.error)
    return exporting.units(visit.step, (found.since, found.until))


def _callbacks(visit: Visit, form: Form, _most: int | None) -> Export:
    found = period(visit, form)
    _understood(found.error)
    words = f"回访日 {found.since} 至 {found.until}"
    words += f"；{found.unit.name}" if found.unit else ""
    days = (found.since, found.until)
    return exporting.callbacks(visit.step, found.unit.id if found.unit else None, days, words)


def _performance(visit: Visit, form: Form, _most: int | None) -> Export:
    found = period(visit, form)
    day, wrong = past_day(visit, form)
    _understood(found.error or wrong)
    return performance.performance(visit.step, (found.since, found.until), day)


EXPORTS: dict[str, Callable[..., Export]] = {
    "tickets": _tickets, "breaches": _breaches, "units": _units, "callbacks": _callbacks,
    "performance": _performance,
}  # fmt: skip
