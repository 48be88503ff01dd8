"""One ticket as a person may see it: a unit only its own, and all that belongs to the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import exists
from sqlmodel import Session, col, or_, select

from engine.errors import NotFoundError
from engine.models import (
    Account,
    Answer,
    Assignment,
    Breach,
    Callback,
    CallbackAttempt,
    Clock,
    Letter,
    OutboxMessage,
    Promise,
    Requester,
    ReturnRequest,
    Ticket,
    TicketEventRecord,
    Unit,
)
from engine.rules.shanghai import SHANGHAI
from engine.store import clocks, letters, outbox, tickets
from engine.store.desk_views import units_by_id
from engine.store.held_mails import RECALLED
from engine.store.mail_names import mail_name
from engine.store.promises import OPEN as OPEN_PROMISE
from engine.store.row_security import as_house
from engine.store.unit_sight import seen_by_units
from engine.terms import (
    AssignmentRole,
    LetterKind,
    MessageStatus,
    NoticeKind,
    Role,
    TicketEvent,
    TicketKind,
)

Row = TypeVar("Row", Answer, Callback, CallbackAttempt)
TO_HOTLINE = (
    NoticeKind.LETTER_PROPOSED, NoticeKind.RECTIFICATION_ANSWERED, NoticeKind.CALLBACK_OWED,
    NoticeKind.DIGEST,
)  # fmt: skip
NOT_FOR_UNITS = (*TO_HOTLINE, NoticeKind.REFERRAL)
QUIET = frozenset({
    TicketEvent.WARN, TicketEvent.BREACH, TicketEvent.ESCALATE, TicketEvent.UNMASK,
    TicketEvent.UNDELIVERED, TicketEvent.RECOMPUTE, TicketEvent.NOTE,
})  # fmt: skip
# Why an assignment ended whose ticket went to another unit; the last is an older version's word.
MOVED = frozenset({
    TicketEvent.REDISPATCH.label, TicketEvent.DESIGNATE.label, "退单获准", "提交会商",
    TicketEvent.REDISPATCH.value,
})  # fmt: skip
OPEN_TO_HOTLINE = (Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR)


def visible_ticket(
    session: Session, account: Account, number: str, *, kept_since: datetime, lock: bool = False
) -> Ticket:
    """Return a ticket that this person may see; to a unit, others' tickets do not exist.

    `kept_since` is since when a unit still sees what it has closed.

    Raises:
        NotFoundError: there is none, or the person may not know of it.
    """
    if account.role in OPEN_TO_HOTLINE:
        return tickets.ticket_by_number(session, number, lock=lock)
    try:
        ticket = tickets.ticket_by_number(session, number, lock=lock)
    except NotFoundError as error:  # behind the second wall
        raise _unseen(session, account, number) from error
    if account.unit_id is None or not _of_unit(session, ticket, account.unit_id, kept_since):
        raise _unseen(session, account, number)
    return ticket


def _unseen(session: Session, account: Account, number: str) -> NotFoundError:
    """Return why a unit does not see a ticket: of one it had, that it is elsewhere now."""
    gone = gone_elsewhere(session, account.unit_id or 0, number)
    return NotFoundError(gone or f"没有工单 {number}。请核对工单号。")


def gone_elsewhere(session: Session, unit_id: int, number: str) -> str:
    """Return that a ticket a unit had is no longer its own, and since when; nothing of any other.

    Not where it goes, nor of a ticket that accuses the unit, nor of one that was closed.
    """
    query = (
        select(Assignment.ended_at, Assignment.end_reason)
        .join(Ticket, col(Ticket.id) == Assignment.ticket_id)
        .where(
            Ticket.number == number, Assignment.unit_id == unit_id,
            (col(Ticket.kind) != TicketKind.REPORT)
            | col(Ticket.accused_unit_id).is_distinct_from(unit_id),
        )
        .order_by(col(Assignment.id).desc()).limit(1)
    )  # fmt: skip
    with as_house(session):
        found = session.exec(query).first()
    if found is None or found[0] is None or found[1] == "办结":
        return ""
    at = f"{found[0].astimezone(SHANGHAI):%m-%d %H:%M}"
    how = "已改由其他单位办理" if found[1] in MOVED else "已不由您单位办理"
    return f"工单 {number} {at} 起{how}。没有提交的内容还在“草稿”里，可以看全文、复制。"


def _of_unit(session: Session, ticket: Ticket, unit_id: int, kept_since: datetime) -> bool:
    if ticket.kind is TicketKind.REPORT and ticket.accused_unit_id == unit_id:
        return False
    promised = exists().where(
        col(Promise.ticket_id) == ticket.id, col(Promise.unit_id) == unit_id,
        col(Promise.state).in_(OPEN_PROMISE),
    )  # fmt: skip
    late = or_(col(Assignment.ended_at) >= kept_since, promised)
    kept = (col(Assignment.end_reason) == "办结") & late
    query = select(Assignment.id).where(
        Assignment.ticket_id == ticket.id, Assignment.unit_id == unit_id,
        or_(col(Assignment.ended_at).is_(None), kept),
    )  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def leads(session: Session, account: Account, ticket: Ticket) -> bool:
    """Return whether the person's unit has the lead on a ticket (主办)."""
    return account.unit_id is not None and ticket.lead_unit_id == account.unit_id


@dataclass(frozen=True)
class Whole:
    """Everything the page of a ticket shows."""

    ticket: Ticket
    requester: Requester
    clocks: Sequence[Clock]
    events: Sequence[TicketEventRecord]
    assignments: Sequence[Assignment]
    answers: Sequence[Answer]
    returns: Sequence[ReturnRequest]
    letters: Sequence[Letter]
    breaches: Sequence[Breach]
    callbacks: Sequence[Callback]
    attempts: Sequence[CallbackAttempt]
    mails: Sequence[OutboxMessage]
    units: dict[int, Unit]
    people: dict[int, str]

    @property
    def seen(self) -> int:
        """Return the number of the newest event: what a form was filled in against."""
        return self.events[-1].seq if self.events else 0

    def open_parts(self, role: AssignmentRole) -> list[Assignment]:
        """Return the assignments of a role that have not ended."""
        return [one for one in self.assignments if one.role is role and one.ended_at is None]

    def unit_name(self, unit_id: int | None) -> str:
        """Return a unit's name, or nothing."""
        return self.units[unit_id].name if unit_id in self.units else ""

    def mail_name(self, mail: OutboxMessage) -> str:
        """Return what a mail is called: one with a letter by that letter's kind."""
        return mail_name(mail, {one.id: one.kind for one in self.letters})

    def mails_of(self, event: TicketEventRecord) -> list[tuple[OutboxMessage, int, str]]:
        """Return the mails written with an event: one of a kind, how many, and to whom."""
        same = [one for one in self.events if one.at == event.at]
        found: dict[tuple[object, ...], list[OutboxMessage]] = {}
        for one in self.mails:
            if one.created_at == event.at and same[-1] is event:
                to = "热线" if one.kind in TO_HOTLINE else self.unit_name(one.unit_id) or "热线"
                same_mail = (self.mail_name(one), one.status, one.last_error, to)
                found.setdefault(same_mail, []).append(one)
        return [(mails[0], len(mails), str(key[-1])) for key, mails in found.items()]


def whole(session: Session, ticket: Ticket, *, to_unit: bool = False) -> Whole:
    """Return everything about one ticket; `to_unit` leaves out what units must not know of."""
    parts = tickets.assignments(session, ticket)
    returns = tickets.return_requests(session, ticket)
    answers, found = _of(session, Answer, ticket), letters.of_ticket(session, ticket.id)
    events, mails = tickets.events(session, ticket), outbox.of_ticket(session, ticket.id)
    if to_unit:
        events = seen_by_units(events)
        found = [one for one in found if one.kind is not LetterKind.REFERRAL]
        mails = [one for one in mails if one.kind not in NOT_FOR_UNITS and RECALLED not in one.key]
    ids: list[int | None] = [one.unit_id for one in parts]
    ids += [one.unit_id for one in returns] + [one.unit_id for one in found]
    ids += [one.unit_id for one in mails] + [one.unit_id for one in events]
    ids += [ticket.accused_unit_id, *(one.suggested_unit_id for one in returns)]
    people = [one.answered_by_id for one in answers] + [one.reviewed_by_id for one in answers]
    return Whole(
        ticket=ticket, requester=_requester(session, ticket),
        clocks=clocks.of_ticket(session, ticket.id), events=events, assignments=parts,
        answers=answers, returns=returns, letters=found,
        breaches=clocks.breaches(session, ticket.id), callbacks=_of(session, Callback, ticket),
        attempts=_of(session, CallbackAttempt, ticket), mails=mails,
        units=units_by_id(session, ids),
        people=names(session, people),
    )  # fmt: skip


def on_paper(mail: OutboxMessage, unit_id: int | None) -> bool:
    """Return whether a mail is a notice to a unit that somebody may print: a unit only its own."""
    own = unit_id == mail.unit_id and RECALLED not in mail.key
    return mail.kind not in NOT_FOR_UNITS and (unit_id is None or own)


def notice_of(
    session: Session, ticket: Ticket, mail_id: int, unit_id: int | None
) -> OutboxMessage:  # fmt: skip
    """Return a notice that was mailed to a unit about a ticket.

    Raises:
        NotFoundError: the ticket has no such notice, or it is not this unit's to see.
    """
    mail = session.get(OutboxMessage, mail_id)
    if mail is None or mail.ticket_id != ticket.id or not on_paper(mail, unit_id):
        message = f"工单 {ticket.number} 没有这份通知。"
        raise NotFoundError(message)
    return mail


def notices_kept(session: Session, unit_id: int, number: str) -> Sequence[OutboxMessage]:
    """Return the notices that a unit was sent about a ticket that it does not see any more.

    They are its own papers, and all it learns: nothing that never reached it, no letter, nothing
    of a ticket that accuses it.
    """
    query = (
        select(OutboxMessage)
        .join(Ticket, col(Ticket.id) == OutboxMessage.ticket_id)
        .where(
            Ticket.number == number, OutboxMessage.unit_id == unit_id,
            OutboxMessage.status == MessageStatus.SENT, col(OutboxMessage.letter_id).is_(None),
            col(OutboxMessage.kind).not_in(NOT_FOR_UNITS),
            (col(Ticket.kind) != TicketKind.REPORT)
            | col(Ticket.accused_unit_id).is_distinct_from(unit_id),
        )
        .order_by(col(OutboxMessage.id))
    )  # fmt: skip
    with as_house(session):
        return session.exec(query).all()


def _requester(session: Session, ticket: Ticket) -> Requester:
    """Return who brought a ticket; of a confidential one an assisting unit learns nothing."""
    return session.get(Requester, ticket.id) or Requester(ticket_id=ticket.id)


def _of(session: Session, table: type[Row], ticket: Ticket) -> Sequence[Row]:
    query = select(table).where(table.ticket_id == ticket.id)
    return session.exec(query.order_by(col(table.id))).all()


def names(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of accounts by their ids."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    found = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(wanted)))
    return dict(found.all())


def done_since(
    session: Session, ticket: Ticket, seen: int, event: TicketEvent, account_id: int
) -> TicketEventRecord | None:
    """Return what a person did to a ticket in that way since a form was shown, if they did."""
    query = select(TicketEventRecord).where(
        TicketEventRecord.ticket_id == ticket.id, TicketEventRecord.seq > seen,
        TicketEventRecord.event == event, TicketEventRecord.actor_id == account_id,
    )  # fmt: skip
    return session.exec(query.order_by(col(TicketEventRecord.seq).desc()).limit(1)).first()


def last_of(
    session: Session, ticket: Ticket, event: TicketEvent, account_id: int
) -> TicketEventRecord | None:
    """Return what a person last did to a ticket in that way, if ever."""
    return done_since(session, ticket, 0, event, account_id)


def changed_since(session: Session, ticket: Ticket, seen: int) -> Sequence[TicketEventRecord]:
    """Return what happened to a ticket since a form was shown, mere notices left out."""
    query = select(TicketEventRecord).where(
        TicketEventRecord.ticket_id == ticket.id, TicketEventRecord.seq > seen,
        col(TicketEventRecord.event).not_in(QUIET),
    )  # fmt: skip
    return session.exec(query.order_by(col(TicketEventRecord.seq))).all()
