"""Mail that is held (静默时段) and is not true any more: taken back before anybody reads it."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from engine.models import OutboxMessage
from engine.store.ahead import LADDER
from engine.store.outbox import FOLDED, PERHAPS_LEFT, under
from engine.store.unsent import unsent
from engine.terms import MessageStatus

SUPERSEDED = MessageStatus.SUPERSEDED
AGAIN = ":again:"  # in the key of a mail that asks for a better reply
RECALLED = ":recalled:"  # in the key of a mail of a sending that was taken back


def take_back(session: Session, key: str, why: str) -> bool:
    """Take back what is not sent yet under a key; return whether nobody was or will be sent it."""
    taken = unsent(session, col(OutboxMessage.key) == key)
    doubtful = [one for one in taken if PERHAPS_LEFT in one.last_error]
    for message in taken:
        message.status, message.last_error = SUPERSEDED, why
    session.flush()
    kept_in = bool(taken) and not doubtful
    return kept_in and all(one.status is SUPERSEDED for one in under(session, key))


def all_held(session: Session, letter_id: int) -> bool:
    """Return whether a letter has mails of which none has left, perhaps left or is being sent."""
    query = select(func.count(), func.count().filter(_not_left())).where(*_of_letter(letter_id))
    whole, held = session.exec(query).one()
    return 0 < whole == held


def take_back_all(
    session: Session, letter_id: int, why: str, key: str = ""
) -> Sequence[OutboxMessage]:
    """Take back every mail of a letter and return them; none and nothing where one has left.

    With a `key`, those owed under it alone.

    Decided on the locked rows: a sender marks what it sends on the same rows, and one that only
    reserved a mail looks again whether it waits still. What another transaction has in hand counts
    as on its way, and what a person settled otherwise (不再发：已电话告知) as arrived.
    """
    mails = _of_letter(letter_id)
    return _take_back(session, (*mails, col(OutboxMessage.key) == key) if key else mails, why)


def take_back_first(session: Session, letter_id: int, why: str) -> Sequence[OutboxMessage]:
    """Take back so the mails that brought a letter first, without those that ask again."""
    first = ~col(OutboxMessage.key).contains(AGAIN)
    return _take_back(session, (*_of_letter(letter_id), first), why)


def take_back_rest(session: Session, letter_id: int, why: str) -> None:
    """Take back what brings a letter and has not left: copies of one that others have by now."""
    brings = col(OutboxMessage.key).startswith(f"letter:{letter_id}")  # not what tells of it
    _each_held(session, (*_of_letter(letter_id), brings), why)


def take_back_ladder(
    session: Session, ticket_id: int, clock_id: int, why: str
) -> Sequence[OutboxMessage]:  # fmt: skip
    """Take back what has not left of a clock's ladder, and return it."""
    of_clock = col(OutboxMessage.key).startswith(f"{LADDER}{clock_id}:")
    return _each_held(session, (col(OutboxMessage.ticket_id) == ticket_id, of_clock), why)


def take_back_event(session: Session, ticket_id: int, event_id: int, why: str) -> None:
    """Take back what has not left of the mails that tell of an event."""
    of_event = col(OutboxMessage.key) == f"event:{event_id}"
    _each_held(session, (col(OutboxMessage.ticket_id) == ticket_id, of_event), why)


def unfold(
    session: Session, mail: OutboxMessage, still: Callable[[OutboxMessage], bool]
) -> None:  # fmt: skip
    """Let the last ladder mail that became part of one taken back, and is `still` true, wait again.

    It is of the same ticket, recipient and leaving; those before it are part of it.
    """
    query = select(OutboxMessage).where(
        OutboxMessage.ticket_id == mail.ticket_id, OutboxMessage.recipient == mail.recipient,
        OutboxMessage.due_at == mail.due_at, OutboxMessage.status == SUPERSEDED,
        OutboxMessage.last_error == FOLDED, col(OutboxMessage.key).startswith(LADDER),
        col(OutboxMessage.sent_at).is_(None), OutboxMessage.id < mail.id,
    )  # fmt: skip
    newest = session.exec(query.order_by(col(OutboxMessage.id).desc())).all()
    for folded in [one for one in newest if still(one)][:1]:
        folded.status, folded.last_error = MessageStatus.PENDING, ""
    session.flush()


def _each_held(
    session: Session, which: Sequence[ColumnElement[bool]], why: str
) -> Sequence[OutboxMessage]:  # fmt: skip
    return _superseded(session, _locked(session, which), why)


def again_keys(session: Session, letter_id: int) -> Sequence[str]:
    """Return the keys of a letter's mails that ask again for a reply (反馈不到位)."""
    again = col(OutboxMessage.key).contains(AGAIN)
    query = select(OutboxMessage.key).where(*_of_letter(letter_id), again).distinct()
    return session.exec(query.order_by(OutboxMessage.key)).all()


def _take_back(
    session: Session, mails: Sequence[ColumnElement[bool]], why: str
) -> Sequence[OutboxMessage]:
    found = _locked(session, mails)
    if not found or len(found) < session.exec(select(func.count()).where(*mails)).one():
        return []
    return _superseded(session, found, why)


def _locked(session: Session, which: Sequence[ColumnElement[bool]]) -> Sequence[OutboxMessage]:
    """Lock and return those of these mails that plainly left nobody, as they are by now."""
    held = select(OutboxMessage).where(*which, _not_left()).with_for_update(skip_locked=True)
    return session.exec(held.execution_options(populate_existing=True)).all()


def _superseded(
    session: Session, found: Sequence[OutboxMessage], why: str
) -> Sequence[OutboxMessage]:  # fmt: skip
    for message in found:
        message.status, message.last_error, message.claimed_until = SUPERSEDED, why, None
    session.flush()
    return found


def sendings_taken_back(session: Session, letter_id: int) -> int:
    """Return how many sendings of a letter were taken back: each freed the names of its mails."""
    key = col(OutboxMessage.key)
    number = func.substring(key, f"{RECALLED}(.*)$")
    earlier = select(func.count(number.distinct())).where(
        OutboxMessage.letter_id == letter_id, key.contains(RECALLED)
    )
    return session.exec(earlier).one()


def _of_letter(letter_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return which mails bring a letter out; not those of a sending that was taken back."""
    earlier = col(OutboxMessage.key).contains(RECALLED)
    return col(OutboxMessage.letter_id) == letter_id, ~earlier


def _not_left() -> ColumnElement[bool]:
    """Return which mails plainly left nobody; one that a killed sender had in hand may have.

    A sender takes its mark off whatever becomes of a mail: one that is over, and stands, is of a
    sender that did not come to say.
    """
    status = col(OutboxMessage.status)
    waits = and_(status == MessageStatus.PENDING, col(OutboxMessage.sending_until).is_(None))
    refused = status == MessageStatus.UNDELIVERED
    doubtful = col(OutboxMessage.last_error).contains(PERHAPS_LEFT)
    return and_(or_(waits, refused), col(OutboxMessage.sent_at).is_(None), ~doubtful)
