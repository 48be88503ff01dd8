"""The short way to the database for what every ticket does: prepared statements, plain values.

Intake and dispatch run some thirty statements a ticket; the ORM's own way costs three to five
times as much CPU for each. Errors are SQLAlchemy's, as everywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import class_mapper
from sqlalchemy.orm.attributes import instance_state, manager_of_class
from sqlmodel import Session, SQLModel

from engine.store.database import driver_of, translated
from engine.store.questions import answered_ahead

Row = TypeVar("Row", bound=SQLModel)
READY = "rows_laid_ready"  # in session.info, while rows are written together
Bind = Callable[[Any], Any]
Cursor = psycopg.Cursor[tuple[Any, ...]]
DIALECT: Any = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def run(
    session: Session, statement: str, values: Mapping[str, Any] | Sequence[Any] = (), *,
    prepare: bool | None = None,
) -> Cursor:  # fmt: skip
    """Run one statement in the session's transaction; what waits in the session is written first.

    `prepare=False` has PostgreSQL plan for these very values, where they differ much in frequency.

    Raises:
        DBAPIError: as SQLAlchemy raises it (IntegrityError, OperationalError …).
    """
    found = answered_ahead(session, statement, values)
    if found is not None:
        return found
    return _run(session, psycopg.Cursor, statement, values or None, prepare)


def run_numbered(session: Session, statement: str, values: Sequence[Any]) -> Cursor:
    """Run one long statement with places `$1`, `$2` …; else as `run`.

    The driver reads a statement of more than fifty places anew each time, unless they are these.
    """
    return _run(session, psycopg.RawCursor, statement, values, None)


def _run(session: Session, kind: Any, statement: str, values: Any, prepare: bool | None) -> Cursor:
    session.flush()
    cursor: Cursor = kind(driver_of(session))
    try:
        return cursor.execute(statement, values, prepare=prepare)
    except psycopg.Error as error:
        raise translated(statement, error, DIALECT) from error


@dataclass(frozen=True)
class Blank:
    """What a new row of a table starts from: how it is made, its defaults, what must be given."""

    new: Callable[[], Any]
    defaults: Mapping[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    required: frozenset[str]
    names: frozenset[str]
    fitting: set[tuple[str, ...]]  # names given before that were right


def made(table: type[Row], /, **values: Any) -> Row:
    """Return a new row for `write_row`, as if it had been read: a tenth of the constructor's cost.

    Raises:
        TypeError: a column does not exist, or one without a default is missing.
    """
    blank = _blank(table)
    if tuple(values) not in blank.fitting:
        _check(table, blank, values)
    row: Row = blank.new()
    found = row.__dict__
    found.update(blank.defaults)
    found.update((name, new()) for name, new in blank.factories)
    found.update(values)
    return row


def _check(table: type[SQLModel], blank: Blank, values: Mapping[str, Any]) -> None:
    wrong = (values.keys() - blank.names) | (blank.required - values.keys())
    if wrong:
        message = f"{table.__name__}: {', '.join(sorted(wrong))}"
        raise TypeError(message)
    blank.fitting.add(tuple(values))


def fresh(table: type[Row]) -> Row:
    """Return a row of a table with nothing in it: what was read is put there."""
    row: Row = _blank(table).new()
    return row


@cache
def _blank(kind: type[SQLModel]) -> Blank:
    fields: dict[str, Any] = kind.model_fields
    factories = [(name, one.default_factory) for name, one in fields.items() if one.default_factory]
    defaults = {
        name: one.default for name, one in fields.items()
        if not one.default_factory and not one.is_required()
    }  # fmt: skip
    required = frozenset(name for name, one in fields.items() if one.is_required())
    maker: Any = class_mapper(kind)  # which lays the columns out, where nobody has asked yet
    return Blank(
        maker.class_manager.new_instance,
        defaults,
        tuple(factories),
        required,
        frozenset(fields),
        set(),
    )


@dataclass(frozen=True)
class Insertion:
    """How rows of one table are written: statement, values, and the key the database counts."""

    statement: str
    binds: tuple[tuple[str, str, Bind | None], ...]
    key: str

    def values(self, row: SQLModel) -> dict[str, Any]:
        """Return a row's values as the driver wants them."""
        found = row.__dict__
        return {
            name: found[field] if bind is None else bind(found[field])
            for name, field, bind in self.binds
        }


def write_row(session: Session, row: Row) -> Row:
    """Write a new row now and return it, known to the session as if it had been read.

    What it refers to must have been written; a counted key is filled in. Within
    `store.together.together` it is laid ready and written at the end of that.
    """
    ready: list[SQLModel] | None = session.info.get(READY)
    if ready is not None:
        ready.append(row)
        return row
    made = insertion_of(row)
    cursor = run(session, made.statement, made.values(row))
    if made.key:
        (found,) = cursor.fetchone() or (None,)
        setattr(row, made.key, found)
    return known(session, row)


def known(session: Session, row: Row) -> Row:
    """Return a row that was written, known to the session as if it had been read."""
    identity, names = _identity(type(row))
    return known_as(session, row, identity([row.__dict__[name] for name in names]))


def known_as(session: Session, row: Row, identity: Any) -> Row:
    """Return a row, known to the session by an identity that its values give.

    As SQLAlchemy does with what it reads itself: its own way in for rows made elsewhere follows
    relationships, which there are none of, and costs three times as much.
    """
    state = instance_state(row)
    if state.modified:  # before it was written
        state._commit_all(state.dict)
    state.key = identity
    session.identity_map.add(state)
    state.session_id = session.hash_key
    return row


@cache
def _identity(kind: type[SQLModel]) -> tuple[Callable[..., Any], tuple[str, ...]]:
    """Return what makes the identity of a row, and from which of its fields."""
    mapper: Any = class_mapper(kind)
    names = (mapper.get_property_by_column(one).key for one in mapper.primary_key)
    return mapper.identity_key_from_primary_key, tuple(names)


def write_once(session: Session, row: SQLModel, *unique: str) -> int | None:
    """Write a new row unless one with the same `unique` columns is there; return its key or None.

    The row itself stays outside the session.
    """
    made = insertion(type(row))
    start, _, returning = made.statement.rpartition(" RETURNING ")
    statement = f"{start} ON CONFLICT ({', '.join(unique)}) DO NOTHING RETURNING {returning}"
    found = run(session, statement, made.values(row)).fetchone()
    return found[0] if found else None


def insertion_of(row: SQLModel) -> Insertion:
    """Return how a row is written: with its own key, where it was given one beforehand."""
    return insertion(type(row), has_key(row))


def has_key(row: SQLModel) -> bool:
    """Return whether the key that the database counts was given to a row beforehand."""
    key = insertion(type(row)).key
    return bool(key) and row.__dict__.get(key) is not None


@cache
def insertion(kind: type[SQLModel], keyed: bool = False) -> Insertion:
    """Return how rows of a table are written; `keyed` rows bring their key themselves."""
    table: Table = kind.__table__  # type: ignore[attr-defined]
    counted = "".join(one.name for one in table.columns if one.identity is not None)
    key = "" if keyed else counted
    given = [one for one in table.columns if one.name != key]
    names = ", ".join(one.name for one in given)
    places = ", ".join(f"%({one.name})s" for one in given)
    returning = f" RETURNING {key}" if key else ""
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({places}){returning}'
    return Insertion(statement, tuple(_bound(kind, one) for one in given), key)


def _bound(kind: type[SQLModel], column: Any) -> tuple[str, str, Bind | None]:
    mapper: Any = manager_of_class(kind).mapper
    return column.name, mapper.get_property_by_column(column).key, _bind(column.type)


def _bind(kind: Any) -> Bind | None:
    """Return what turns a value of a column's type into the driver's, checks included."""
    found: Bind | None = kind.dialect_impl(DIALECT).bind_processor(DIALECT)
    return found
