"""A ticket in progress, and what the sweep did to it."""

from engine.actions import unit_work
from engine.terms import ClockKind
from tests.builders import (
    MARKET,
    a_signed_ticket,
    on_ticket,
)
from tests.looking import (
    clock_of,
    mails_of,
    rungs_of,
)

NOW = "Mon 2026-11-23 09:00"


def in_progress(now=NOW, **changes):
    """A signed ticket whose requester was contacted: only its own limit runs."""
    number = a_signed_ticket(now, **changes)
    on_ticket(number, now, MARKET, unit_work.first_contact)
    return number


def climbed(number, kind=ClockKind.HANDLING):
    clock = clock_of(number, kind)
    return [row.rung.value for row in rungs_of(number) if row.clock_id == clock.id]


def new_mails(number, before):
    return [mail for mail in mails_of(number) if mail.id not in {one.id for one in before}]
