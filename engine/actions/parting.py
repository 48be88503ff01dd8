"""What a unit is told when a ticket leaves its hands (改派、撤回); its calendar entry goes too."""

from collections.abc import Collection

from engine.actions import post
from engine.actions.calendar_entries import cancelled_entry
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.actions.told_units import assignment_key
from engine.models import Ticket, Unit
from engine.store import held_mails
from engine.store import tickets as store
from engine.store.row_security import as_house
from engine.terms import NoticeKind, Recipient

NOT_SENT = "工单已不在该单位"


def tell_units(
    step: Step, ticket: Ticket, ended: str, *, moved: bool = False, but: Collection[int] = ()
) -> None:
    """Owe every unit that has the ticket in hand one mail: how it ended, no work is left.

    `moved`: it goes on elsewhere. Those in `but` have it still, or are told of it otherwise. An
    assignment mail that is still held (H-50) is taken back: it is not true any more, and who
    neither had it nor signed is told of no end.
    """
    for part in store.open_assignments(step.session, ticket):
        with as_house(step.session):
            unheard = held_mails.take_back(step.session, assignment_key(part.id), NOT_SENT)
        if (unheard and part.signed_at is None) or part.unit_id in but:
            continue
        unit = step.session.get_one(Unit, part.unit_id)
        facts = {"unit": unit.name, "role": part.role.label, "ended": ended, "moved": moved}
        mail = Mail(key=f"withdrawn:{part.id}", kind=NoticeKind.WITHDRAWN, facts=facts, unit=unit,
                    files=cancelled_entry(step, ticket, unit.id))  # fmt: skip
        post.post(step, ticket, mail, post.addresses(step.session, unit, (Recipient.UNIT,)))
