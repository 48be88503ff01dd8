"""Whether the sending of a letter can still be taken back (能否撤回发送), and why not."""

from engine.actions.actor import SYSTEM
from engine.actions.step import Step
from engine.models import Letter
from engine.store import held_mails
from engine.store import letters as store
from engine.terms import LetterStatus

LEFT = "邮件已经送出、可能已送出或正在送出，不能撤回发送；函里有误的，请发更正函。"
ANOTHER = "本工单已另有一份{}在办，不能撤回发送；请先处理那一份。"


def may_recall(step: Step, letter: Letter) -> bool:
    """Return whether none of the mails of a sent letter has left."""
    return letter.status is LetterStatus.SENT and held_mails.all_held(step.session, letter.id)


def why_not_recalled(step: Step, letter: Letter) -> str:
    """Return why a person can't take the sending of such a letter back; else nothing.

    A unit has one of a kind in hand. What the engine proposed meanwhile, and nobody has drafted,
    makes way; what people are at work on does not.
    """
    if not may_recall(step, letter):
        return LEFT
    other = another_in_hand(step, letter)
    if other is None or (other.proposed_by == SYSTEM.name
                         and other.status is LetterStatus.PROPOSED):  # fmt: skip
        return ""
    return ANOTHER.format(letter.kind.label)


def another_in_hand(step: Step, letter: Letter) -> Letter | None:
    """Return the letter of that kind to that unit which is in hand, if there is one."""
    return store.in_hand(step.session, letter.ticket_id, letter.kind, letter.unit_id)
