"""Mails of what is none any more (超期已撤销、不再要求反馈、提议已作罢): nobody reads them.

What was written at night leaves in the morning; by then its breach may be withdrawn. A mail that
left, or may have, is left; another says what changed.
"""

from collections.abc import Set as AbstractSet

from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.rules.standing import ASKED_NO_MORE
from engine.store import clocks as clock_store
from engine.store import held_mails, outbox
from engine.store import tickets as ticket_store
from engine.terms import TicketEvent

NO_BREACH, NO_PROPOSAL = "不再发：超期已撤销", "不再发：这份提议已作罢"
NOT_ASKED = f"不再发：{ASKED_NO_MORE}"
PROPOSES = (TicketEvent.PROPOSE_LETTER, TicketEvent.PROPOSE_REFERRAL)


def take_back_breach(step: Step, ticket: Ticket, clock_id: int) -> None:
    """Take back what has not left of a limit whose breach was just withdrawn: 超期、催办、待审.

    A mail of another limit that had become part of one of these waits again by itself.
    """
    _take_back(step, ticket, clock_id, NO_BREACH)


def take_back_asking(step: Step, ticket: Ticket, clock_id: int) -> None:
    """Take back what has not left and asks for a reply that is asked no more (H-96).

    That the limit was missed before stands, and is told by the record.
    """
    _take_back(step, ticket, clock_id, NOT_ASKED)


def _take_back(step: Step, ticket: Ticket, clock_id: int, why: str) -> None:
    step.session.flush()
    taken = held_mails.take_back_ladder(step.session, ticket.id, clock_id, why)
    gone = _reminded_of_no_more(step, ticket) if taken else frozenset()
    for mail in taken:
        held_mails.unfold(step.session, mail, lambda one: outbox.ladder_clock(one) not in gone)


def _reminded_of_no_more(step: Step, ticket: Ticket) -> AbstractSet[int]:
    of = (step.session, ticket.id)
    return clock_store.withdrawn(*of) | clock_store.asked_no_more(*of)


def take_back_proposal(step: Step, letter: Letter) -> None:
    """Take back what tells supervisors of a proposal that was dropped, where it has not left."""
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    for record in ticket_store.events(step.session, ticket):
        if record.event in PROPOSES and record.at == letter.proposed_at:
            held_mails.take_back_event(step.session, ticket.id, record.id, NO_PROPOSAL)
