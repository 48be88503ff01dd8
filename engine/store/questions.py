"""Questions asked ahead (先问): what a transaction will ask anyway, in one way to the database.

A way there and back costs as much as most of the questions. What was asked ahead is handed over
when the very same question is asked, once; nothing else of the code knows of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import psycopg
from sqlmodel import Session

from engine.store.database import driver_of, translated

WHAT = "asked ahead"
AHEAD = "asked_ahead"  # in session.info, until they are asked
Values = Mapping[str, Any] | Sequence[Any]
Cursor = psycopg.Cursor[tuple[Any, ...]]


class Question(NamedTuple):
    """A statement that reads, and its values."""

    statement: str
    values: Values = ()


def ask_ahead(session: Session, questions: Sequence[Question]) -> None:
    """Ask several questions at once; each is answered as of its turn among them.

    Raises:
        DBAPIError: as of any of the statements; then none is answered.
    """
    session.flush()
    driver = driver_of(session)
    try:
        with driver.pipeline():
            found = [(one, driver.execute(one.statement, one.values or None)) for one in questions]
    except psycopg.Error as error:
        raise translated(WHAT, error, session.get_bind().dialect) from error
    session.info.setdefault(AHEAD, []).extend(found)


def answered_ahead(session: Session, statement: str, values: Values) -> Cursor | None:
    """Return the answer to a question that was asked ahead, the first time it is wanted."""
    waiting: list[tuple[Question, Cursor]] = session.info.get(AHEAD, [])
    for place, (asked, answer) in enumerate(waiting):
        if asked.statement == statement and asked.values == values:
            del waiting[place]
            return answer
    return None
