"""Whose contact data are kept too long by now (保存期满), who is held, what is taken out."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from engine.models import Attachment, LegalHold, Requester, Ticket
from engine.store.writing import run
from engine.terms import AttachmentKind

STREAM = "reference:retention"  # of the audit log
NAME, NUMBER = "〔姓名〕", "〔电话〕"
MASKS = (NAME, NUMBER)  # what stands in the history instead; `hotline_take_out` writes no other
BATCH = 200
LOOKED_AT = 1000  # tickets a page reads to say how many are due
MOST = 9999  # counted to here at most
# A ticket closed before a day was taken in before it: the index ends there.
_OVER = """
FROM requester r JOIN ticket t ON t.id = r.ticket_id
WHERE r.phone_sealed IS NOT NULL AND r.ticket_id > %(after)s
  AND t.accepted_at < %(before)s AND t.closed_at < %(before)s
  AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.ticket_id = t.id AND h.released_at IS NULL)
"""
_DUE = f"SELECT r.ticket_id {_OVER} ORDER BY r.ticket_id LIMIT {BATCH}"
# The oldest that are still known, for those are due first: all there are would be years of tickets.
_OLDEST = f"""
SELECT count(*), count(*) FILTER (WHERE due) FROM (
    SELECT t.accepted_at < %(before)s AND t.closed_at < %(before)s AND NOT EXISTS
        (SELECT FROM legal_hold h WHERE h.ticket_id = t.id AND h.released_at IS NULL) AS due
    FROM (SELECT ticket_id FROM requester WHERE phone_sealed IS NOT NULL
          ORDER BY ticket_id LIMIT {LOOKED_AT}) r JOIN ticket t ON t.id = r.ticket_id) oldest
"""
_HELD = """
SELECT count(*) FROM legal_hold h JOIN ticket t ON t.id = h.ticket_id
JOIN requester r ON r.ticket_id = t.id
WHERE h.released_at IS NULL AND r.phone_sealed IS NOT NULL
  AND t.accepted_at < %(before)s AND t.closed_at < %(before)s
"""
_ARCHIVE = f"""
SELECT count(*) FROM (SELECT FROM ticket WHERE accepted_at < %(before)s AND closed_at < %(before)s
                      LIMIT {MOST + 1}) archive
"""
# Where people write in their own words; each is masked by the same function as the events.
_WORDS = {
    "ticket": ("id", "title", "content", "place"), "answer": ("ticket_id", "text", "review_reason"),
    "callback_attempt": ("ticket_id", "words"), "assignment": ("ticket_id", "opinion"),
    "return_request": ("ticket_id", "explanation", "ruling_reason"),
    "extension_request": ("ticket_id", "reason", "decision_reason"),
    "mail_reply": ("ticket_id", "subject", "text"),
    "promise": ("ticket_id", "text", "report"),
    "verification": ("ticket_id", "place", "evidence"),
}  # fmt: skip


def due(session: Session, before: datetime, after: int) -> list[int]:
    """Return tickets closed before a moment whose requester is still known, held ones left out."""
    return [row[0] for row in run(session, _DUE, {"before": before, "after": after})]


def oldest(session: Session, before: datetime) -> tuple[int, int]:
    """Return how many of the oldest tickets whose requester is known were read, and are due."""
    (found,) = run(session, _OLDEST, {"before": before}).fetchall()
    return found[0], found[1]


def held(session: Session, before: datetime) -> int:
    """Return how many tickets would be due if nobody held them."""
    return int(run(session, _HELD, {"before": before}).fetchall()[0][0])


def past(session: Session, before: datetime) -> int:
    """Return how many tickets were closed before a moment, counted to `MOST` and one more."""
    return int(run(session, _ARCHIVE, {"before": before}).fetchall()[0][0])


def locked(session: Session, ticket_id: int) -> Requester | None:
    """Return a requester for taking out, unless another run is at it or a hold came between."""
    hold = select(LegalHold.id).where(
        LegalHold.ticket_id == ticket_id, col(LegalHold.released_at).is_(None)
    )
    query = select(Requester).where(Requester.ticket_id == ticket_id, ~hold.exists())
    free = query.where(col(Requester.phone_sealed).is_not(None))
    return session.exec(free.with_for_update(skip_locked=True)).one_or_none()


def mask_words(
    session: Session, ticket_id: int, said: Sequence[str], instead: Sequence[str]
) -> None:
    """Put something else in the place of some words, wherever people wrote about a ticket."""
    values = {"said": list(said), "instead": list(instead), "ticket": ticket_id}
    for table, (by, *columns) in _WORDS.items():
        new = ", ".join(f"{one} = {_masked(one)}" for one in columns)
        old = " OR ".join(f"{one} <> {_masked(one)}" for one in columns)
        run(session, f"UPDATE {table} SET {new} WHERE {by} = %(ticket)s AND ({old})", values)


def _masked(column: str) -> str:
    return f"hotline_masked({column}, %(said)s::text[], %(instead)s::text[])"


def mask_events(
    session: Session, ticket_id: int, said: Sequence[str], instead: Sequence[str]
) -> list[int]:
    """Do the same to a ticket's history; return the events whose words are others now."""
    statement = "SELECT hotline_take_out(%s, %s::text[], %s::text[])"
    found = run(session, statement, (ticket_id, list(said), list(instead)))
    return [row[0] for row in found]


def drop_credentials(session: Session, ticket_id: int) -> None:
    """Forget the files that show who the requester is; their bytes go with the next tidying."""
    session.exec(delete(Attachment).where(
        col(Attachment.ticket_id) == ticket_id, col(Attachment.kind) == AttachmentKind.CREDENTIAL
    ))  # fmt: skip


def holds(session: Session, limit: int = 200) -> Sequence[tuple[LegalHold, Ticket]]:
    """Return every hold with its ticket, those in force first, the newest first."""
    query = select(LegalHold, Ticket).join(Ticket, col(Ticket.id) == col(LegalHold.ticket_id))
    newest = query.order_by(col(LegalHold.released_at).desc().nulls_first(),
                            col(LegalHold.id).desc())  # fmt: skip
    return session.exec(newest.limit(limit)).all()


def hold_of(session: Session, ticket_id: int) -> LegalHold | None:
    """Return the hold that is in force on a ticket."""
    query = select(LegalHold).where(
        LegalHold.ticket_id == ticket_id, col(LegalHold.released_at).is_(None)
    )
    return session.exec(query.with_for_update()).one_or_none()
