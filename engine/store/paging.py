"""Keys of pages (按键翻页): a page goes on from the moment and the row the last one ended with.

A key stands in an address, so it may be anything: one that cannot be read is the first page.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import tuple_

DIGITS = 19  # of a 64-bit number: one with fewer is always in range


def key_of(moment: datetime, number: int) -> str:
    """Return the key of the page that follows a row."""
    return f"{number}~{moment.isoformat()}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """Return the moment and the number of a key; nothing where it is none."""
    number, _, moment = text.partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < DIGITS):
        return None
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, int(number)) if found.tzinfo else None


def newest_first(query: Any, moment: Any, number: Any, after: str) -> Any:
    """Return a query in the order of its moments, newest first, from a key on."""
    key = read_key(after)
    if key is not None:
        query = query.where(tuple_(moment, number) < tuple_(*key))
    return query.order_by(moment.desc(), number.desc())
