"""What the reply to a letter is called (函件回复): each kind asks for something else.

A body that a clue was handed to says what became of it; nobody judges that. The others report how
a matter was handled or mended, and a supervisor finds whether it is enough.
"""

from dataclasses import dataclass

from engine.rules.citations import cites
from engine.terms import LetterKind


@dataclass(frozen=True)
class ReplyWords:
    """How one kind of letter speaks of its reply; `enough` and `short` are what is found of it."""

    about: str
    enough: str = "认可反馈"
    short: str = "反馈不到位"
    judged: bool = True


_HANDLED = ReplyWords("办理情况")
_OF_KIND = {
    LetterKind.RECTIFICATION: ReplyWords("整改情况", "认可整改", "整改不到位"),
    LetterKind.REFERRAL: ReplyWords("接收、办理情况", judged=False),
}
ENOUGH = frozenset(one.enough for one in (_HANDLED, *_OF_KIND.values()))
SHORT = frozenset(one.short for one in (_HANDLED, *_OF_KIND.values()))


@cites("chengzhong-2023-19/113/referral", "house/H-32")
def reply_words(kind: LetterKind) -> ReplyWords:
    """Return how a letter of a kind speaks of its reply."""
    return _OF_KIND.get(kind, _HANDLED)


@cites("chengzhong-2023-19/113/rectification")
def found_words(found: str) -> str:
    """Return a finding as a sentence has it: 认可整改, but 认定整改不到位."""
    return found if found in ENOUGH else f"认定{found}"


@cites("house/H-95")
def is_short(found: str) -> bool:
    """Return whether a finding, with its reason or without, says that a reply is not enough."""
    return found.partition("：")[0] in SHORT


@cites("house/H-95")
def falls_with_its_letter(*, groundless: bool, kept_in: bool) -> bool:
    """Return whether what was found short of a reply is withdrawn as its letter loses a ground.

    It is where none is left, or where the mails that ask to reply again were kept in.
    """
    return groundless or kept_in
