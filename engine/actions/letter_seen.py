"""Which state of a letter somebody read (看过的稿): nobody passes a letter that he did not read."""

import hashlib

from engine.actions.letter_facts import digest_of
from engine.actions.step import Step
from engine.errors import ConflictError, EngineError
from engine.models import Account, Letter

PASSING = {
    "review": "核稿", "approve": "签发", "send": "发出", "reject": "退回", "drop": "决定不发",
    "refer": "建议移交", "judge": "认定",
}  # fmt: skip


BEFORE_A_NUMBER = frozenset({"review", "approve", "reject", "drop"})


def seen_of(step: Step, letter: Letter) -> str:
    """Return a digest of a letter as it stands: with its words, every draft and reply it changes.

    A signed letter has that of its PDF; one that cannot be put together has that of its draft.
    """
    if letter.pdf_sha256:
        replied = letter.replied_at.isoformat() if letter.replied_at else ""
        return hashlib.sha256(f"{letter.pdf_sha256}{replied}".encode()).hexdigest()
    try:
        said = digest_of(step, letter)
    except (EngineError, ValueError):
        said = ""
    drafted = letter.drafted_at.timestamp() if letter.drafted_at else 0
    return hashlib.sha256(f"{said}{drafted}".encode()).hexdigest()


def check_seen(step: Step, letter: Letter, what: str, seen: str) -> None:
    """Refuse to decide on a letter (核稿、签发、退回) that is not the one on the page.

    Raises:
        ConflictError: it was changed since that page was opened; nothing is done.
    """
    if what in PASSING and seen != seen_of(step, letter):
        if what in BEFORE_A_NUMBER and letter.number:
            message = f"{_signed(step, letter)}没有{PASSING[what]}，什么也没有改动。"
            raise ConflictError(message)
        message = (
            f"您打开页面以后，这份函的内容改过了，没有{PASSING[what]}，什么也没有改动。"
            f"请看过现在的内容再{PASSING[what]}。"
        )
        raise ConflictError(message)


def _signed(step: Step, letter: Letter) -> str:
    """Return that a letter has its number by now, and by whom."""
    signer = step.session.get(Account, letter.approved_by_id or 0)
    who = f"由{signer.name}" if signer else ""
    return f"您打开页面以后，这份函已{who}签发，编号 {letter.number}；"
