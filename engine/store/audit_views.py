"""What the audit page shows (审计核验): rows of both logs, newest first, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from engine.models import Account, AuditEntry, Ticket, TicketEventRecord
from engine.rules.shanghai import end_of_day
from engine.store.paging import key_of, newest_first
from engine.terms import TicketEvent

PAGE = 50
SYSTEM = "系统"
OF_ACCOUNT = "account:"


@dataclass(frozen=True)
class Search:
    """What is looked for; empty fields do not narrow."""

    ticket: str = ""
    person: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    before: str = ""


def events(session: Session, search: Search) -> Sequence[tuple[TicketEventRecord, str, bool]]:
    """Return ticket events with their ticket's number and whether it is confidential."""
    joined = col(Ticket.id) == col(TicketEventRecord.ticket_id)
    query = select(TicketEventRecord, Ticket.number, Ticket.confidential).join(Ticket, joined)
    if search.ticket:
        query = query.where(Ticket.number == search.ticket.strip().upper())
    event = next((one for one in TicketEvent if one.value == search.action), None)
    if event is not None:  # word for word, so that PostgreSQL sees which partial index has it
        query = query.where(text(f"ticket_event.event = '{event.value}'"))
    if search.person and search.person.strip() != SYSTEM:
        query = query.where(text("ticket_event.actor_kind <> 'system'"))
    return list(session.exec(_narrowed(query, TicketEventRecord, search)))


def entries(session: Session, search: Search) -> Sequence[AuditEntry]:
    """Return changes outside tickets, newest first."""
    query = select(AuditEntry)
    if search.action:
        query = query.where(AuditEntry.action == search.action)
    return list(session.exec(_narrowed(query, AuditEntry, search)))


def accounts_of(session: Session, streams: Iterable[str]) -> dict[str, str]:
    """Return the user names of those streams that are accounts' ("account:7")."""
    ids = {int(one.removeprefix(OF_ACCOUNT)) for one in streams if one.startswith(OF_ACCOUNT)}
    query = select(Account.id, Account.username).where(col(Account.id).in_(ids))
    return {f"{OF_ACCOUNT}{one}": name for one, name in session.exec(query)} if ids else {}


def _narrowed(query: Any, table: Any, search: Search) -> Any:
    if search.person:
        query = query.where(col(table.actor_name) == search.person.strip())
    if search.since:
        query = query.where(col(table.at) >= end_of_day(search.since - timedelta(days=1)))
    if search.until:
        query = query.where(col(table.at) <= end_of_day(search.until))
    return newest_first(query, col(table.at), col(table.id), search.before).limit(PAGE)


def next_key(rows: Sequence[TicketEventRecord | AuditEntry]) -> str:
    """Return the key of the page after these rows; nothing where they are the last."""
    return key_of(rows[-1].at, rows[-1].id) if len(rows) == PAGE else ""
