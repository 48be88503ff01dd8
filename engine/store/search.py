"""Finding tickets by what people remember of them (查工单), by indexes alone.

A number or its end, an enterprise, its initials or credit code, a telephone number or its last
four digits and more (its marks are looked for: the numbers themselves are sealed),
words of title and text (its first 200 characters). Nothing reads the archive through: words are
looked for among the newest tickets, `NEAR` marks of them, and the page says since when; the whole
index is asked where the archive is small, or when somebody wants it (`far`).
"""

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from engine import keyring
from engine.errors import KeysError
from engine.models import Ticket
from engine.models.requester import LAST as LAST_DIGITS
from engine.models.requester import digits_of, end_mark, phone_mark, place
from engine.store.desk_views import PAGE, Page, lines_of
from engine.store.light import among
from engine.store.writing import run

EPOCH = 20_000  # tickets a mark, as in the database's hotline_grams
NEAR = 4  # marks that a search for words asks: 60,000 to 80,000 tickets, years of a district
MOST_TERMS, MOST_OWN = 4, 2000
SHORTEST_END = 3
MOST_ENDINGS = 2000  # numbers opened to see how they end
LAST = "\U0010ffff"
WIDE = 0xFEE0  # how far a full-width letter stands from its own
HALF = {ord(one) + WIDE: one for one in f"{string.digits}{string.ascii_letters}-+"} | {0x3000: " "}
GRAMS = "hotline_grams(t.id, t.title || left(t.content, 200)) @> %(grams)s::text[]"
TEXT = "hotline_plain(t.title || left(t.content, 200))"
# One that may not read a confidential ticket may not find it by what stands in it either.
READS = "(%(secrets)s OR NOT t.confidential OR t.lead_unit_id = %(unit)s)"
JOINED = f"FROM requester r JOIN ticket t ON t.id = r.ticket_id WHERE {READS} AND"
# MATERIALIZED: few have one ending, whatever PostgreSQL guesses, so their index is read first;
# OFFSET 0: and each is looked up, not merged with the whole table.
BY_NUMBER = """
WITH few AS MATERIALIZED (
    SELECT t.id FROM ticket t
    WHERE reverse(t.number) ~>=~ %(end)s AND reverse(t.number) ~<~ %(after)s
) SELECT t.id FROM few t
"""
BY_PHONE = f"SELECT t.id FROM ticket t WHERE {READS} AND t.id = ANY(%(called)s)"
BY_END = f"""
SELECT r.ticket_id, r.phone_sealed, r.phone_mark FROM requester r
WHERE r.phone_end = %(mark)s ORDER BY r.ticket_id DESC LIMIT {MOST_ENDINGS}
"""
BY_INITIALS = f"""
SELECT t.id {JOINED} r.initials <> '' AND r.initials ~>=~ %(start)s AND r.initials ~<~ %(stop)s
"""
BY_CREDIT_CODE = f"SELECT t.id {JOINED} r.credit_code <> '' AND r.credit_code = %(code)s"
BY_TEXT = f"SELECT t.id, t.title, t.content FROM ticket t WHERE {READS} AND {GRAMS}"
BY_ENTERPRISE = f"""
SELECT t.id, t.title, t.content, r.enterprise
{JOINED} hotline_grams(r.ticket_id, r.enterprise) @> %(grams)s::text[]
"""
# OFFSET 0: sorted first, so that texts are read only until a page is full.
READ = "SELECT t.id FROM ({} ORDER BY t.id DESC OFFSET 0) t WHERE true"
NEWEST = "{} ORDER BY t.id DESC LIMIT %(limit)s"
OWN = f"""
SELECT t.id FROM (
    (SELECT ticket_id FROM assignment WHERE unit_id = %(unit)s AND ended_at IS NULL
     ORDER BY id DESC LIMIT {MOST_OWN})
    UNION
    (SELECT ticket_id FROM assignment WHERE unit_id = %(unit)s AND end_reason = '办结'
     AND ended_at >= %(kept_since)s ORDER BY ended_at DESC LIMIT {MOST_OWN})
) mine JOIN ticket t ON t.id = mine.ticket_id LEFT JOIN requester r ON r.ticket_id = t.id
WHERE t.number LIKE '%%' || %(escaped)s OR {READS} AND (
    t.id = ANY(%(called)s)
    OR r.initials ~>=~ %(start)s AND r.initials ~<~ %(stop)s
    OR (SELECT bool_and(strpos({TEXT} || ' ' || hotline_plain(r.enterprise), term) > 0)
        FROM unnest(%(terms)s::text[]) term))
"""


@dataclass(frozen=True, kw_only=True)
class Searcher:
    """Who looks: with `unit_id` only that unit's tickets; `secrets` for who reads everything."""

    secrets: bool = True
    unit_id: int | None = None
    kept_since: datetime | None = None


def half_width(words: str) -> str:
    """Return words in full width as people meant them: ＬＺ１２ is LZ12.

    Brackets and commas stay: texts have them in full width.
    """
    return words.translate(HALF)


def search(
    session: Session, words: str, who: Searcher, limit: int = PAGE, *, far: bool = False
) -> Page:
    """Return the newest tickets that fit; `after` is set where there are more than shown.

    Where words were looked for among the newest tickets alone, `extra` says `since` when they
    were taken in; with `far` all are asked.
    """
    asked = _asked(words, who, limit) | {"called": _called(session, words)}
    if not asked["terms"]:
        return Page()
    asked["marks"] = marks(newest_id(session), far=far)
    ids = _ids(session, OWN, asked) if who.unit_id is not None else _anywhere(session, asked)
    query = select(Ticket).where(among(Ticket.id, ids[: limit + 1]))
    tickets = session.exec(query.order_by(col(Ticket.id).desc())).all()
    more = ids[limit] if len(ids) > limit else None
    near = who.unit_id is None and more is None and _has_words(asked) and asked["marks"][-1]
    return Page(lines_of(session, tickets[:limit]), more, _since(session, near) if near else {})


def marks(newest: int, *, far: bool = False) -> list[str]:
    """Return which marks are asked, newest first; the empty one is the whole index.

    The whole index costs more with every ticket ever taken in, a mark always the same.
    """
    last = newest // EPOCH
    if far or last < NEAR:
        return [f"#{one}" for one in range(last, max(last - 2, -1), -1)] + [""]
    return [f"#{one}" for one in range(last, last - NEAR, -1)]


def newest_id(session: Session) -> int:
    """Return the newest ticket's id, which says which marks there are."""
    newest: int = run(session, "SELECT coalesce(max(id), 0) FROM ticket").fetchall()[0][0]
    return newest


def _since(session: Session, mark: str) -> dict[str, datetime]:
    """Return when the first ticket of the oldest mark that was asked was taken in."""
    query = "SELECT accepted_at FROM ticket WHERE id >= %s ORDER BY id LIMIT 1"
    return {"since": run(session, query, (int(mark[1:]) * EPOCH,)).fetchall()[0][0]}


def _anywhere(session: Session, asked: dict[str, Any]) -> list[int]:
    found = [_ids(session, query, {**asked, **more}) for query, more in _queries(asked)]
    return sorted({one for some in (*found, _by_words(session, asked)) for one in some})[::-1]


def _asked(words: str, who: Searcher, limit: int) -> dict[str, Any]:
    terms = [one.lower().replace("|", "") for one in words.split()][:MOST_TERMS]
    whole = words.strip()
    end = whole.upper().replace("-", "")[::-1]
    return {
        "terms": [one for one in terms if one], "end": end, "after": end + LAST,
        "start": whole.lower(), "stop": whole.lower() + LAST, "code": whole.upper(),
        "escaped": whole.upper().replace("\\", "").replace("%", "").replace("_", "") or "\n",
        "secrets": who.secrets, "unit": who.unit_id, "kept_since": who.kept_since,
        "limit": limit + 1,
    }  # fmt: skip


def _queries(asked: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the short queries that fit how the words look: a number, a telephone, initials."""
    whole: str = asked["start"]
    plain = whole.replace("-", "").removeprefix("+")
    if not (plain.isascii() and plain.isalnum()):
        return
    if len(plain) >= SHORTEST_END and any(one.isdigit() for one in plain):
        yield BY_NUMBER, {}
    if asked["called"]:
        yield BY_PHONE, {}
    if not plain.isdigit():
        yield BY_INITIALS, {}
        yield BY_CREDIT_CODE, {}


def _called(session: Session, words: str) -> list[int]:
    """Return the newest tickets of a telephone number, told by all of it or by its end.

    The last four digits lead to those that are opened; three are too few for a mark.
    """
    digits = re.sub(r"-|转|分机", "", words.strip()).removeprefix("+86")
    digits = re.sub(r"^\+(?=85[23]|886)", "00", digits)
    mark = end_mark(digits) if digits.isascii() and digits.isdigit() else None
    if mark is None:
        return []
    found = run(session, BY_END, {"mark": mark}, prepare=False).fetchall()
    if len(digits) == LAST_DIGITS:
        return [ticket_id for ticket_id, _, _ in found]
    whole = phone_mark(digits)
    return [ticket_id for ticket_id, sealed, is_whole in found
            if is_whole == whole or _ends(sealed, ticket_id, digits)]  # fmt: skip


def _ends(sealed: bytes, ticket_id: int, digits: str) -> bool:
    """Return whether a number ends so; one whose key is not here is told by its mark alone."""
    try:
        return digits_of(keyring.opened(sealed, place("phone", ticket_id))).endswith(digits)
    except KeysError:
        return False


def _by_words(session: Session, asked: dict[str, Any]) -> Sequence[int]:
    """Return the newest tickets with all the words, in their text or in their enterprise."""
    terms = asked["terms"]
    if not _has_words(asked):
        return []
    found = _newest(session, BY_TEXT, asked, terms, TEXT)
    for one in terms:
        if grams_of(one):
            anywhere = f"{TEXT} || ' ' || hotline_plain(t.enterprise)"
            found += _newest(session, BY_ENTERPRISE, asked, [one], anywhere)
    return found


def _has_words(asked: dict[str, Any]) -> bool:
    """Return whether texts are asked: digits are a number, and stand in every other text."""
    return not asked["start"].isdigit() and any(grams_of(one) for one in asked["terms"])


def _newest(
    session: Session, query: str, asked: dict[str, Any], indexed: list[str], text: str
) -> list[int]:
    """Ask the newest marks first; where they have enough, no other is asked."""
    values = {**asked, **{f"term{place}": one for place, one in enumerate(asked["terms"])}}
    # Pairs of characters only suggest a word: the text itself decides.
    where = "".join(f" AND strpos({text}, %(term{place})s) > 0"
                    for place in range(len(asked["terms"])))  # fmt: skip
    grams = sorted({gram for one in indexed for gram in grams_of(one)})
    query, ids = READ.format(query) + where, set[int]()
    for mark in asked["marks"]:
        ids |= {*_ids(session, query, {**values, "grams": [*grams, mark] if mark else grams})}
        if len(ids) >= asked["limit"]:
            break
    return list(ids)


def _ids(session: Session, query: str, values: dict[str, Any]) -> list[int]:
    return [row[0] for row in run(session, NEWEST.format(query), values, prepare=False)]


def grams_of(term: str) -> list[str]:
    """Return the pairs of characters that a text with this term in it has."""
    return [term[place : place + 2] for place in range(len(term) - 1)]
