"""Tells a ticket's lead unit something by mail."""

from engine.actions import post
from engine.actions.calendar_entries import cancelled_entry, moved_entry
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.models import Ticket, Unit
from engine.store import tickets as store
from engine.terms import NoticeKind, Recipient


def tell_lead(
    step: Step, ticket: Ticket, kind: NoticeKind, key: str, facts: dict[str, object],
    *, leaves: bool = False,
) -> None:  # fmt: skip
    """Owe the lead unit of a ticket one notice; without a lead nobody is told.

    Where its limit has moved the entry in its calendar moves with it; where the ticket leaves its
    hands with this notice (`leaves`) it goes.
    """
    lead = store.current_lead(step.session, ticket)
    if lead is None:
        return
    unit = step.session.get_one(Unit, lead.unit_id)
    to = post.addresses(step.session, unit, (Recipient.UNIT,))
    files = (cancelled_entry if leaves else moved_entry)(step, ticket, unit.id)
    mail = Mail(key=key, kind=kind, facts={"unit": unit.name, **facts}, unit=unit, files=files)
    post.post(step, ticket, mail, to)
