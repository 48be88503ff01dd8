"""Rows of several tables written by one statement (合并写入): a ticket with all that it owes.

A statement of its own costs each row as much again as the row itself, in this process and in the
database. `write_row` inside `together` only lays rows ready; they are written at its end.
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlmodel import Session, SQLModel

from engine.models import IdempotencyRecord, TicketEventRecord
from engine.store import writing
from engine.store.writing import READY

# Nobody changes these, nor asks for one by its key while it is written: they stay outside the
# session, which costs as much for a row as writing it.
WRITTEN_ONCE: frozenset[type[SQLModel]] = frozenset({TicketEventRecord, IdempotencyRecord})


@dataclass(frozen=True, eq=False)
class KeyOf:
    """The key that a row laid ready is going to have."""

    row: Any


def key_of(row: Any) -> Any:
    """Return the key of a row, or what stands for it until the row is written."""
    return KeyOf(row) if row.id is None else row.id


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write what `write_row` is given in here at the end, by one statement.

    Keys are known afterwards, and the rows to the session, but for what is written once; a row
    refers to one before it by `key_of`. No query in here sees them. When something is raised
    nothing is written.

    Raises:
        DBAPIError: as of any statement; then none of the rows is written.
    """
    if READY in session.info:
        yield
        return
    rows: list[SQLModel] = []
    session.info[READY] = rows
    try:
        yield
    finally:
        del session.info[READY]
    if rows:
        _write(session, rows)


def _write(session: Session, rows: Sequence[SQLModel]) -> None:
    places = {id(row): place for place, row in enumerate(rows)}
    ways = [writing.insertion_of(row) for row in rows]
    given = [way.values(row) for way, row in zip(ways, rows, strict=True)]
    links = tuple(
        (place, name, places[id(value.row)])
        for place, values in enumerate(given)
        for name, value in values.items()
        if type(value) is KeyOf
    )
    kinds = tuple((type(row), not way.key) for way, row in zip(ways, rows, strict=True))
    statement = _statement(kinds, links)
    values = [one for row in given for one in row.values() if type(one) is not KeyOf]
    keys = writing.run_numbered(session, statement, values).fetchone() or ()
    counted = [(row, way.key) for way, row in zip(ways, rows, strict=True) if way.key]
    for (row, name), key in zip(counted, keys[: len(counted)], strict=True):
        row.__dict__[name] = key
    _settle(session, rows, links)


def _settle(
    session: Session, rows: Sequence[SQLModel], links: Sequence[tuple[int, str, int]]
) -> None:
    for place, name, of in links:
        rows[place].__dict__[name] = rows[of].__dict__["id"]
    for row in rows:
        if type(row) not in WRITTEN_ONCE:
            writing.known(session, row)


@cache
def _statement(
    kinds: tuple[tuple[type[SQLModel], bool], ...], links: tuple[tuple[int, str, int], ...]
) -> str:
    """Return one INSERT for each row, the first to be executed first, and their keys."""
    refers = {(place, name): of for place, name, of in links}
    parts, keys, count = [], [], itertools.count(1)
    for place, (kind, keyed) in enumerate(kinds):
        made = writing.insertion(kind, keyed)
        values = ", ".join(
            f"(SELECT id FROM r{refers[place, name]})"
            if (place, name) in refers
            else f"${next(count)}"
            for name, _, _ in made.binds
        )
        names = ", ".join(name for name, _, _ in made.binds)
        returning = f" RETURNING {made.key}" if made.key else ""
        table = kind.__tablename__
        parts.append(f'r{place} AS (INSERT INTO "{table}" ({names}) VALUES ({values}){returning})')
        if made.key:
            keys.append(f"(SELECT {made.key} FROM r{place})")
    return f"WITH {', '.join(parts)} SELECT {', '.join(keys) or 'NULL'}"
