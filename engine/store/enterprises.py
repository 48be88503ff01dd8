"""Known enterprises by what is typed so far: initials, a beginning, any part of a name, a code.

A part is found by the same pairs of characters, and among the same newest tickets, as words are
(`search`); of a beginning that very many share, the newest are looked through. So no look-up costs
more as the archive grows.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from engine.models import Requester
from engine.store.light import among
from engine.store.search import EPOCH, LAST, grams_of, marks, newest_id
from engine.store.writing import run

MOST_KNOWN, MOST_READ = 6, 200
MANY = 2000  # tickets of one beginning that are sorted
SHORTEST = 2
BEGINS = "initials <> '' AND initials ~>=~ %(start)s AND initials ~<~ %(stop)s"
FEW = f"SELECT ticket_id, enterprise FROM requester WHERE {BEGINS} LIMIT {MANY}"
NEWEST = f"""
SELECT ticket_id, enterprise FROM requester WHERE ticket_id > %(newest)s - {EPOCH} AND {BEGINS}
"""
BEGINNING = f"""
WITH known AS MATERIALIZED ({{}})
SELECT ticket_id FROM known WHERE starts_with(enterprise, %(name)s)
ORDER BY ticket_id DESC LIMIT {MOST_READ}
"""
# MATERIALIZED: the index first, for a name that many share would have the table read from its end.
PART = f"""
WITH few AS MATERIALIZED (
    SELECT ticket_id, {{column}} AS said FROM requester
    WHERE hotline_grams(ticket_id, {{column}}) @> %(grams)s::text[]{{more}}
), newest AS (SELECT * FROM few ORDER BY ticket_id DESC OFFSET 0)
SELECT ticket_id FROM newest WHERE strpos(hotline_plain(said), %(part)s) > 0 LIMIT {MOST_READ}
"""
PART_OF_NAME = PART.format(column="enterprise", more="")
PART_OF_INITIALS = PART.format(column="initials", more=" AND initials <> ''")


def of_number(session: Session, mark: bytes | None) -> Sequence[Requester]:
    """Return who called from a number before, one row an enterprise; `mark` is the number's."""
    if not mark:
        return ()
    return _one_each(session, col(Requester.phone_mark) == mark)


def like(session: Session, typed: str, letters: str) -> Sequence[Requester]:
    """Return the enterprises that fit what is typed: those that begin so, then those with it.

    `letters` are the pinyin initials of what is typed.
    """
    if len(letters) < SHORTEST:
        return ()
    found = list(_beginning(session, "" if typed.isascii() else typed, letters))
    if len(found) < MOST_KNOWN:
        known = {one.enterprise for one in found}
        found += [one for one in _with_part(session, typed) if one.enterprise not in known]
    return found[:MOST_KNOWN] or _one_each(session, col(Requester.credit_code) == typed.upper())


def _beginning(session: Session, name: str, letters: str) -> Sequence[Requester]:
    asked = {"start": letters, "stop": letters + LAST, "name": name, "newest": newest_id(session)}
    found = _ids(session, BEGINNING.format(FEW), asked)
    if len(found) >= MOST_READ:  # of very many, the newest
        found += _ids(session, BEGINNING.format(NEWEST), asked)
    return _one_each(session, among(Requester.ticket_id, found))


def _with_part(session: Session, typed: str) -> Sequence[Requester]:
    """Return enterprises with what is typed anywhere in their names, or in their initials."""
    part = "".join(typed.lower().replace("|", "").split())
    query = PART_OF_INITIALS if part.isascii() else PART_OF_NAME
    found: list[int] = []
    for mark in marks(newest_id(session)):
        grams = [*grams_of(part), mark] if mark else grams_of(part)
        found += _ids(session, query, {"grams": grams, "part": part})
        if len(found) >= MOST_READ:
            break
    return _one_each(session, among(Requester.ticket_id, found))


def _ids(session: Session, query: str, asked: dict[str, Any]) -> list[int]:
    return [row[0] for row in run(session, query, asked, prepare=False)]


def _one_each(session: Session, which: ColumnElement[bool]) -> Sequence[Requester]:
    """Return the newest row of each enterprise among the newest rows; a busy number has many."""
    query = select(Requester).where(which, Requester.enterprise != "")
    newest = session.exec(query.order_by(col(Requester.ticket_id).desc()).limit(MOST_READ))
    each: dict[str, Requester] = {}
    for one in newest:
        each.setdefault(one.enterprise, one)
    return list(each.values())[:MOST_KNOWN]
