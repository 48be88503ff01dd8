"""Mails of what is none any more (超期已撤销、提议已作罢): taken back before anybody reads them.

What was written at night leaves in the morning; by then its breach may be withdrawn. A mail that
left, or may have, is left; another says what changed.
"""

from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.store import clocks as clock_store
from engine.store import held_mails, outbox
from engine.store import tickets as ticket_store
from engine.terms import TicketEvent

NO_BREACH, NO_PROPOSAL = "不再发：超期已撤销", "不再发：这份提议已作罢"
PROPOSES = (TicketEvent.PROPOSE_LETTER, TicketEvent.PROPOSE_REFERRAL)


def take_back_breach(step: Step, ticket: Ticket, clock_id: int) -> None:
    """Take back what has not left of a limit whose breach was just withdrawn: 超期、催办、待审.

    A mail of another limit that had become part of one of these waits again by itself.
    """
    step.session.flush()
    taken = held_mails.take_back_ladder(step.session, ticket.id, clock_id, NO_BREACH)
    gone = clock_store.withdrawn(step.session, ticket.id) if taken else frozenset()
    for mail in taken:
        held_mails.unfold(step.session, mail, lambda one: outbox.ladder_clock(one) not in gone)


def take_back_proposal(step: Step, letter: Letter) -> None:
    """Take back what tells supervisors of a proposal that was dropped, where it has not left."""
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    for record in ticket_store.events(step.session, ticket):
        if record.event in PROPOSES and record.at == letter.proposed_at:
            held_mails.take_back_event(step.session, ticket.id, record.id, NO_PROPOSAL)
