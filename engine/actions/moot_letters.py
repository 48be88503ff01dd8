"""Letters proposed for what is no longer so (提议已无依据): said where they wait, or dropped."""

from dataclasses import replace

from engine.actions.actor import SYSTEM
from engine.actions.ground_evidence import earlier_letters, refusal_of, unproved
from engine.actions.letters import drop_letter, known_evidence
from engine.actions.proofs import proofs_of
from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.store import letters as store
from engine.terms import LetterKind, LetterStatus, RectificationGround

UNDRAFTED = (LetterStatus.PROPOSED, LetterStatus.REJECTED)
GROUNDLESS = (LetterKind.REMINDER, LetterKind.CORRECTION, LetterKind.REFERRAL)


def nothing_behind(step: Step, letter: Letter) -> str:
    """Return why no draft can be made of a proposal on what the record shows now; else nothing.

    While one of its grounds is proved, or is a person's judgement, a draft can.
    """
    grounds = [RectificationGround.parse(one) for one in letter.grounds]
    if letter.status not in UNDRAFTED or letter.kind in GROUNDLESS or not grounds:
        return ""
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    lines = known_evidence(step, ticket, letter)
    bare = unproved(grounds, lines, proofs_of(step, ticket), earlier_letters(step, lines))
    return refusal_of(bare) if len(bare) == len(grounds) else ""


def drop_moot(step: Step, ticket: Ticket, reason: str) -> None:
    """Drop what the engine proposed for a ticket and nothing stands behind any more; say why.

    What a person proposed or somebody has drafted is for people to decide.
    """
    step = replace(step, actor=SYSTEM)
    for letter in store.of_ticket(step.session, ticket.id):
        own = letter.proposed_by == SYSTEM.name and letter.status is LetterStatus.PROPOSED
        if own and nothing_behind(step, letter):
            words = f"{reason}，自动提议的{letter.kind.label}不再需要。"
            drop_letter(step, letter, words)
