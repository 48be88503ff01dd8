"""Reads every stored certificate, page by page, for `hotline deadline verify`."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from engine.models import Clock, Ticket

PAGE = 500


def every_clock(session: Session) -> Iterator[tuple[Clock, Ticket]]:
    """Yield every clock ever started with its ticket, oldest first, a page in memory at a time."""
    after = 0
    while True:
        query = select(Clock, Ticket).join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        page = query.where(col(Clock.id) > after).order_by(col(Clock.id)).limit(PAGE)
        found = session.exec(page).all()
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1][0].id
        session.expunge_all()
