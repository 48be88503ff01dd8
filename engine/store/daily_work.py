"""What each kind of person owes today (每日摘要): work of units, callbacks, decisions; no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select, union

from engine.models import Account, Assignment, Callback, Clock, Letter, Ticket, Unit
from engine.rules.letter_life import OPEN_REPLY
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import desk_lists, desk_unit, desk_views
from engine.terms import CallbackState, ClockKind, DueStatus, LetterKind, Role, TicketStatus

LISTED, READ = 30, 2000
URGENT = {"overdue": "已超期", "today": "今日到期"}
WORK = {**URGENT, "to_sign": "待签收", "in_hand": "在办", "assisting": "协办"}


@dataclass(frozen=True)
class Owed:
    """One thing somebody owes: of which ticket or letter, what, by when, and of which limit.

    `provisional`: the day may still move (暂定).
    """

    number: str
    kind: str
    what: str
    due_on: date | None = None
    provisional: bool = False
    limit: str = ""
    confidential: bool = False
    urgent: bool = False


def units_with_work(session: Session) -> Sequence[Unit]:
    """Return the units that have open work or a letter to answer."""
    working = select(Assignment.unit_id).where(col(Assignment.ended_at).is_(None))
    asked = select(Letter.unit_id).where(
        col(Letter.status).in_(OPEN_REPLY), Letter.kind != LetterKind.CORRECTION
    )
    query = select(Unit).where(col(Unit.id).in_(union(working, asked).scalar_subquery()))
    return session.exec(query.order_by(col(Unit.id))).all()


def of_unit(session: Session, unit: Unit, now: datetime) -> list[Owed]:
    """Return what a unit has in hand, nearest due first, then the letters it must answer."""
    ends = end_of_day(shanghai_date(now))
    cards, _ = desk_unit.cards(session, unit.id, most=READ)
    work = [(one, one.group(now, ends)) for one in cards]
    found = [_of_card(card, group) for card, group in work if group in WORK]
    found.sort(key=lambda one: one.due_on or date.max)
    return [*found, *_letters(session, unit)]


def _of_card(card: desk_unit.Card, group: str) -> Owed:
    ticket, clock = card.line.ticket, _behind(card, group)
    return Owed(ticket.number, ticket.kind.label, WORK[group], **_until(clock),
                confidential=ticket.confidential, urgent=group in URGENT)  # fmt: skip


def _behind(card: desk_unit.Card, group: str) -> Clock | None:
    """Return the limit that puts a unit's work into its group; none where it runs no more."""
    kind = ClockKind.SIGN_FOR if group == "to_sign" else None
    mine = [one for one in card.line.clocks
            if one.kind is kind and one.assignment_id == card.part.id]  # fmt: skip
    clock = mine[-1] if mine and mine[-1].state in desk_views.LIVE else card.answering
    return clock if clock is not None and clock.state in desk_views.LIVE else None


def _letters(session: Session, unit: Unit) -> list[Owed]:
    letters = desk_unit.letters_to_answer(session, unit.id)
    clocks = desk_unit.reply_clocks(session, letters)
    return [
        Owed(one.number, one.kind.label, "待反馈", urgent=True,
             **_until(clocks.get(one.id)) | {"limit": "反馈时限"})
        for one in letters if one.kind is not LetterKind.REFERRAL
    ]  # fmt: skip


def _until(clock: Clock | None) -> dict[str, Any]:
    """Return by when a thing is owed: the day, of which limit, and whether it may move."""
    if clock is None:
        return {}
    return {"due_on": clock.due_on, "limit": clock.limit_name,
            "provisional": clock.due_status is DueStatus.PROVISIONAL}  # fmt: skip


def callbacks(session: Session) -> list[Owed]:
    """Return the callbacks a person owes, nearest due first."""
    query = (
        select(Ticket)
        .join(Callback, col(Callback.ticket_id) == col(Ticket.id))
        .where(
            Callback.state == CallbackState.OWED, col(Callback.human_required),
            Ticket.status == TicketStatus.CALLBACK_DUE,
        )
        .order_by(col(Callback.opened_at), col(Callback.id))
        .limit(READ)
    )  # fmt: skip
    lines = desk_views.lines_of(session, session.exec(query).all())
    return [
        Owed(one.ticket.number, one.ticket.kind.label, "须人工回访", **_until(one.clock),
             confidential=one.ticket.confidential)
        for one in lines
    ]  # fmt: skip


def overdue(session: Session, now: datetime) -> list[Owed]:
    """Return the tickets past their limit, longest past first."""
    return [
        Owed(one.ticket.number, one.ticket.kind.label, "已超期", **_until(one.answering),
             confidential=one.ticket.confidential, urgent=True)
        for one in desk_lists.overdue(session, now, READ)
    ]  # fmt: skip


def people(session: Session, role: Role, unit: Unit | None = None) -> list[str]:
    """Return the mail addresses of active accounts of a role, of one unit where it is named."""
    query = select(Account.email).where(Account.role == role, col(Account.active))
    if unit is not None:
        query = query.where(Account.unit_id == unit.id)
    return [one for one in session.exec(query.order_by(col(Account.id))) if one]
