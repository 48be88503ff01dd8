"""The life of an official letter (函件): one table of what may be done to it and where it leads.

A letter has a number from signing on. A signed letter is sent or voided; the number of a voided one
stays its own. What was sent is never edited: another letter corrects it (更正函). While none of its
mails has left, sending can be taken back (撤回发送).
"""

from dataclasses import dataclass

from engine.rules.citations import cites
from engine.terms import LetterAct, LetterStatus

A, S = LetterAct, LetterStatus

IN_HAND = (S.PROPOSED, S.DRAFTED, S.REVIEWED, S.REJECTED)
NUMBERED = (S.SIGNED, S.SENT, S.ANSWERED, S.ACCEPTED, S.INSUFFICIENT, S.VOIDED)
UNFINISHED = (*IN_HAND, S.SIGNED)
GONE_OUT = (S.SENT, S.ANSWERED, S.ACCEPTED, S.INSUFFICIENT)
OPEN_REPLY = (S.SENT, S.INSUFFICIENT)

MOVES: dict[LetterAct, tuple[tuple[LetterStatus, ...], LetterStatus]] = {
    A.DRAFT: ((S.PROPOSED, S.REJECTED), S.DRAFTED),
    A.REVIEW: ((S.DRAFTED, S.REVIEWED), S.REVIEWED),
    A.REJECT: (IN_HAND, S.REJECTED),
    A.DROP: (IN_HAND, S.DROPPED),
    A.SIGN: ((S.REVIEWED,), S.SIGNED),
    A.VOID: ((S.SIGNED,), S.VOIDED),
    A.SEND: ((S.SIGNED,), S.SENT),
    A.RECALL: ((S.SENT,), S.SIGNED),
    A.ANSWER: (OPEN_REPLY, S.ANSWERED),
    A.ACCEPT: ((S.ANSWERED,), S.ACCEPTED),
    A.FIND_INSUFFICIENT: ((S.ANSWERED,), S.INSUFFICIENT),
}
NOT_BY_THE_DRAFTER = frozenset({A.REVIEW, A.SIGN})
# Why the limit of a reply ended that nobody was ever asked for.
RECALLED, FELL = "发送已撤回", "依据已不成立"
WHILE_HELD = frozenset({A.RECALL})  # its mails decide that, not its state


@dataclass(frozen=True)
class LetterRefused:
    """Why something may not be done to a letter; `by_person` when another person may do it."""

    reason: str
    by_person: bool = False


@cites("house/H-32", "house/H-48")
def letter_move(
    status: LetterStatus, act: LetterAct, *, own_draft: bool = False
) -> LetterStatus | LetterRefused:
    """Return where `act` leads a letter, or why not; `own_draft`: the actor wrote the draft."""
    sources, target = MOVES[act]
    if status not in sources:
        open_ = letter_acts(status, own_draft=own_draft, unit=act is A.ANSWER)
        can = f"；您现在可以：{'、'.join(one.label for one in open_)}" if open_ else ""
        return LetterRefused(f"现为“{status.label}”，不能{act.label}{can}。")
    if own_draft and act in NOT_BY_THE_DRAFTER:
        words = f"拟稿人不能{act.label}自己拟的函，须由另一位主管{act.label}。"
        return LetterRefused(words, by_person=True)
    return target


@cites("house/H-32", "house/H-48")
def letter_acts(
    status: LetterStatus, *, own_draft: bool = False, unit: bool = False
) -> tuple[LetterAct, ...]:
    """Return what somebody may do to a letter in that state, in the table's order.

    `own_draft`: who asks wrote the draft, and neither checks nor signs it; `unit`: it is the unit
    the letter went to, which only answers, and nobody else does.
    """
    barred = WHILE_HELD | (NOT_BY_THE_DRAFTER if own_draft else frozenset())
    return tuple(
        act for act, (sources, _) in MOVES.items()
        if status in sources and act not in barred and (act is A.ANSWER) is unit
    )  # fmt: skip
