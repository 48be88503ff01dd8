"""Rows of a table written or changed by one statement, however many they are (成批读写).

`together` writes one ticket with all that it owes; this writes what a sweep owes a whole chunk of
tickets. A chunk's rows stay outside the session: nobody asks for them again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import String, Table, inspect
from sqlmodel import Session, SQLModel

from engine.store import writing
from engine.store.together import KeyOf
from engine.store.writing import DIALECT, READY, insertion, run


@contextmanager
def many(session: Session) -> Iterator[list[SQLModel]]:
    """Write what `write_row` is given in here at the end, and what was changed of known rows.

    Yields the rows laid ready: who gives a piece of work up takes its rows back from the end. No
    query in here sees them. When something is raised nothing is written.

    Raises:
        DBAPIError: as of any statement; then none of the rows is written.
    """
    rows: list[SQLModel] = []
    session.info[READY] = rows
    try:
        yield rows
    finally:
        del session.info[READY]
    changes = _taken_out(session)
    for kind, keyed in dict.fromkeys((type(row), writing.has_key(row)) for row in rows):
        same = [row for row in rows if type(row) is kind and writing.has_key(row) is keyed]
        _insert(session, kind, same, keyed=keyed)
    for change, values in changes.items():
        run(session, _update(*change), [list(one) for one in zip(*values, strict=True)])


def _insert(session: Session, kind: type[SQLModel], rows: Sequence[SQLModel], keyed: bool) -> None:
    how = insertion(kind, keyed)
    given = [[_known(one) for one in how.values(row).values()] for row in rows]
    found = run(session, _insertion(kind, keyed), [list(one) for one in zip(*given, strict=True)])
    if how.key:
        for row, key in zip(rows, sorted(one for (one,) in found), strict=True):
            row.__dict__[how.key] = key


def _known(value: Any) -> Any:
    return value.row.__dict__["id"] if type(value) is KeyOf else value


@cache
def _insertion(kind: type[SQLModel], keyed: bool) -> str:
    """Return the INSERT of a list a column; counted keys rise in the order of the rows."""
    how = insertion(kind, keyed)
    names = ", ".join(name for name, _, _ in how.binds)
    lists = _lists(kind, [name for name, _, _ in how.binds])
    returning = f" RETURNING {how.key}" if how.key else ""
    return (
        f'INSERT INTO "{_table(kind).name}" ({names}) SELECT {names} '
        f"FROM unnest({lists}) WITH ORDINALITY AS given ({names}, place) "
        f"ORDER BY place{returning}"
    )


Change = tuple[type[SQLModel], tuple[str, ...]]


def _taken_out(session: Session) -> dict[Change, list[list[Any]]]:
    """Take changed rows out of the session; return their keys and new values by what changed."""
    found: dict[Change, list[list[Any]]] = {}
    for row in session.dirty:
        before = inspect(row).committed_state
        names = tuple(sorted(name for name in before if before[name] != row.__dict__[name]))
        if names:
            kind: Any = type(row)
            columns = [_column(kind, name) for name in ("id", *names)]
            values = [one.bound(row.__dict__[one.field]) for one in columns]
            found.setdefault((type(row), names), []).append(values)
        session.expunge(row)
    return found


@dataclass(frozen=True)
class _Column:
    field: str
    name: str
    bind: writing.Bind | None

    def bound(self, value: Any) -> Any:
        return value if self.bind is None else self.bind(value)


@cache
def _column(kind: type[SQLModel], field: str) -> _Column:
    column = inspect(kind).get_property(field).columns[0]
    return _Column(field, column.name, column.type.dialect_impl(DIALECT).bind_processor(DIALECT))


@cache
def _update(kind: type[SQLModel], fields: tuple[str, ...]) -> str:
    names = [_column(kind, field).name for field in fields]
    news = ", ".join(f"{name} = given.{name}" for name in names)
    listed = ", ".join(["id", *names])
    return (
        f'UPDATE "{_table(kind).name}" AS old SET {news} '
        f"FROM unnest({_lists(kind, ['id', *names])}) AS given ({listed}) WHERE old.id = given.id"
    )


def _lists(kind: type[SQLModel], names: Sequence[str]) -> str:
    return ", ".join(f"%b::{_typed(_table(kind).columns[name].type)}[]" for name in names)


def _typed(kind: Any) -> str:
    # A cast to varchar(80) would cut what is too long; as text the column itself refuses it.
    return "text" if isinstance(kind, String) else str(kind.compile(dialect=DIALECT))


def _table(kind: type[SQLModel]) -> Table:
    return kind.__table__  # type: ignore[attr-defined, no-any-return]
