"""What the desks list: pages by key, counts from indexes, nothing that grows with the archive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, text
from sqlmodel import Session, col, select

from engine.models import (
    Account,
    Callback,
    CallbackAttempt,
    Clock,
    Letter,
    Requester,
    ReturnRequest,
    Ticket,
    Unit,
)
from engine.rules.letter_life import UNFINISHED
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store.light import among, light_clocks
from engine.store.mail_trouble import waiting_mails
from engine.terms import (
    CallbackState,
    ClockKind,
    ClockState,
    ReturnRuling,
    Role,
    TicketStatus,
)

PAGE = 30
MOST_IN_MENU = 999  # a menu says 999+
OVERDUE = "overdue"  # in a session: what its page has counted already
_STATUS_COUNTS = text(
    "SELECT s, (SELECT count(*) FROM (SELECT FROM ticket WHERE status = s LIMIT :most) found) "
    "FROM unnest(CAST(:statuses AS text[])) s"
)
LIVE = (ClockState.RUNNING, ClockState.PAUSED)
ANSWERING = (ClockKind.REQUESTER, ClockKind.HANDLING)
STAGE = {
    TicketStatus.DISPATCHED: ClockKind.SIGN_FOR,
    TicketStatus.ANSWERED: ClockKind.REVIEW,
    TicketStatus.CALLBACK_DUE: ClockKind.CALLBACK,
    TicketStatus.RETURNED: ClockKind.RETURN_RULING,
    TicketStatus.IN_ARBITRATION: ClockKind.ARBITRATION,
}


@dataclass(frozen=True)
class Line:
    """One ticket in a list, with what a list shows of it."""

    ticket: Ticket
    requester: Requester | None = None
    unit: Unit | None = None
    clocks: tuple[Clock, ...] = ()
    returned: ReturnRequest | None = None
    callback: Callback | None = None

    @property
    def clock(self) -> Clock | None:
        """Return the clock to watch now: of this stage, else the nearest that still runs."""
        live = [one for one in self.clocks if one.state in LIVE]
        stage = [one for one in live if one.kind is STAGE.get(self.ticket.status)]
        if stage:
            return stage[0]
        if live:
            return min(live, key=lambda one: one.due_at)
        mine = [one for one in self.clocks if one.kind is ClockKind.REQUESTER]
        return mine[-1] if mine else None

    @property
    def answering(self) -> Clock | None:
        """Return the limit of an answer that runs out first: by it the lists of what is due go."""
        mine = [one for one in self.clocks
                if one.kind in ANSWERING and one.state is ClockState.RUNNING]  # fmt: skip
        return min(mine, key=lambda one: one.due_at, default=self.clock)

    def named(self, kind: ClockKind) -> Clock | None:
        """Return the newest clock of a kind."""
        found = [one for one in self.clocks if one.kind is kind]
        return found[-1] if found else None


@dataclass(frozen=True)
class Page:
    """One page of a list and the key of the next (按键翻页)."""

    lines: tuple[Line, ...] = ()
    after: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


def lines_of(session: Session, tickets: Sequence[Ticket]) -> tuple[Line, ...]:
    """Return tickets with requester, unit and clocks: four queries, however many there are."""
    ids = [one.id for one in tickets]
    clocks: dict[int, list[Clock]] = {}
    query = select(Clock).where(among(Clock.ticket_id, ids)).order_by(col(Clock.id))
    for clock in session.exec(query.options(*light_clocks())) if ids else ():
        clocks.setdefault(clock.ticket_id, []).append(clock)
    people = _requesters(session, ids)
    units = units_by_id(session, [one.lead_unit_id for one in tickets])
    return tuple(
        Line(
            one, people.get(one.id), units.get(one.lead_unit_id or 0),
            tuple(clocks.get(one.id, ())),
        )
        for one in tickets
    )  # fmt: skip


def _requesters(session: Session, ids: Sequence[int]) -> dict[int, Requester]:
    if not ids:
        return {}
    query = select(Requester).where(among(Requester.ticket_id, ids))
    return {one.ticket_id: one for one in session.exec(query)}


def units_by_id(session: Session, ids: Iterable[int | None]) -> dict[int, Unit]:
    """Return units by their ids."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    return {one.id: one for one in session.exec(select(Unit).where(among(Unit.id, wanted)))}


def by_status(
    session: Session, statuses: Sequence[TicketStatus], after: int = 0,
    which: Sequence[ColumnElement[bool]] = (), limit: int = PAGE,
) -> Page:  # fmt: skip
    """Return the tickets of some states, oldest first, from a key on."""
    query = select(Ticket).where(col(Ticket.status).in_(statuses), col(Ticket.id) > after, *which)
    found = session.exec(query.order_by(col(Ticket.id)).limit(limit + 1)).all()
    return page_of(session, found, limit)


def accepted_since(
    session: Session, since: datetime, before: int | None = None,
    which: Sequence[ColumnElement[bool]] = (),
) -> Page:  # fmt: skip
    """Return the tickets taken in since a moment, newest first, down from a key."""
    query = select(Ticket).where(Ticket.accepted_at >= since, *which)
    if before is not None:
        query = query.where(col(Ticket.id) < before)
    found = session.exec(query.order_by(col(Ticket.id).desc()).limit(PAGE + 1)).all()
    return page_of(session, found, PAGE)


def page_of(session: Session, found: Sequence[Ticket], limit: int) -> Page:
    """Return a page of what was found; one more than `limit` says that more follow."""
    shown = found[:limit]
    more = shown[-1].id if len(found) > limit else None
    return Page(lines_of(session, shown), more)


def returns_pending(session: Session, page: Page) -> Page:
    """Return a page with the return each ticket waits to have ruled."""
    ids = [line.ticket.id for line in page.lines]
    query = select(ReturnRequest).where(
        col(ReturnRequest.ticket_id).in_(ids), ReturnRequest.ruling == ReturnRuling.PENDING
    )
    found = {one.ticket_id: one for one in session.exec(query)} if ids else {}
    lines = tuple(_with(line, returned=found.get(line.ticket.id)) for line in page.lines)
    units = units_by_id(session, [one.unit_id for one in found.values()]
                        + [one.suggested_unit_id for one in found.values()])  # fmt: skip
    return Page(lines, page.after, {"units": units})


def callbacks_owed(session: Session, page: Page) -> Page:
    """Return a page with the callback duty of each ticket, earliest next attempt first."""
    ids = [line.ticket.id for line in page.lines]
    query = select(Callback).where(
        col(Callback.ticket_id).in_(ids), Callback.state == CallbackState.OWED
    )
    found = {one.ticket_id: one for one in session.exec(query)} if ids else {}
    lines = [_with(line, callback=found.get(line.ticket.id)) for line in page.lines]
    lines.sort(key=lambda one: one.clock.due_at if one.clock else one.ticket.accepted_at)
    return Page(tuple(lines), page.after, {"tries": _tries(session, list(found.values()))})


def _tries(session: Session, callbacks: Sequence[Callback]) -> dict[int, int]:
    """Return how often each of some callbacks has been tried."""
    ids = [one.id for one in callbacks]
    query = select(CallbackAttempt.callback_id, func.count()).where(
        col(CallbackAttempt.callback_id).in_(ids)
    )
    return dict(session.exec(query.group_by(col(CallbackAttempt.callback_id))).all()) if ids else {}


def _with(line: Line, **more: object) -> Line:
    return replace(line, **more)  # type: ignore[arg-type]


def status_counts(
    session: Session, statuses: Sequence[TicketStatus], most: int = MOST_IN_MENU
) -> dict[TicketStatus, int]:
    """Return how many tickets stand in each of some states; counting stops past `most`."""
    values = {"statuses": [one.value for one in statuses], "most": most + 1}
    found = session.connection().execute(_STATUS_COUNTS, values)
    return {TicketStatus.parse(status): count for status, count in found}


def menu_counts(session: Session, account: Account, now: datetime) -> dict[str, int]:
    """Return the numbers in a role's menu; none is counted past what a menu shows."""
    if account.role is Role.ADMINISTRATOR:
        return {"mails": waiting_mails(session)}
    if account.role not in (Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR):
        return {}
    waiting = (
        TicketStatus.ACCEPTED,
        TicketStatus.TO_BE_DISPATCHED,
        TicketStatus.ANSWERED,
        TicketStatus.RETURNED,
        TicketStatus.CALLBACK_DUE,
        TicketStatus.IN_ARBITRATION,
    )
    counts = {status.value: number for status, number in status_counts(session, waiting).items()}
    told = session.info.get(OVERDUE)
    counts["overdue"] = overdue_count(session, now, MOST_IN_MENU) if told is None else told
    counts["letters"] = letters_waiting(session)
    counts["mails"] = waiting_mails(session)
    return counts


def overdue_count(session: Session, now: datetime, most: int | None = None) -> int:
    """Return how many tickets have a running answering clock past its due moment (已超期).

    Counting stops past `most`, where one is given.
    """
    return _tickets_due(session, col(Clock.due_at) <= now, most)


def due_today_count(session: Session, now: datetime, most: int | None = None) -> int:
    """Return how many tickets have an answering clock that ends today (今天到期)."""
    ends = end_of_day(shanghai_date(now))
    return _tickets_due(session, (col(Clock.due_at) > now) & (col(Clock.due_at) <= ends), most)


def _tickets_due(session: Session, when: ColumnElement[bool], most: int | None) -> int:
    """Count tickets, not clocks: one whose both clocks are due counts once."""
    running = (Clock.state == ClockState.RUNNING, col(Clock.kind).in_(ANSWERING), when)
    ids = select(Clock.ticket_id).where(*running).distinct()
    some = ids.limit(most + 1).subquery() if most is not None else ids.subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def letters_waiting(session: Session) -> int:
    """Return how many letters wait for a supervisor; counting stops past what a menu shows."""
    some = select(Letter.id).where(col(Letter.status).in_(UNFINISHED)).limit(MOST_IN_MENU + 1)
    return session.exec(select(func.count()).select_from(some.subquery())).one()


def of_caller(
    session: Session, mark: bytes | None, enterprise: str, now: datetime, limit: int = 8
) -> tuple[Line, ...]:
    """Return a caller's tickets of 90 days, by number (its mark) or enterprise, newest first."""
    ids = _newest_of(session, col(Requester.phone_mark), mark, limit)
    ids |= _newest_of(session, col(Requester.enterprise), enterprise, limit)
    if not ids:
        return ()
    query = (
        select(Ticket)
        .where(col(Ticket.id).in_(ids), col(Ticket.accepted_at) >= now - timedelta(days=90))
        .order_by(col(Ticket.id).desc())
        .limit(limit)
    )
    return lines_of(session, session.exec(query).all())


def _newest_of(session: Session, column: Any, value: str | bytes | None, limit: int) -> set[int]:
    """Return the newest tickets of one number or enterprise: a busy one may have thousands."""
    if not value:
        return set()
    query = select(Requester.ticket_id).where(column == value)
    return set(session.exec(query.order_by(col(Requester.ticket_id).desc()).limit(limit)))
