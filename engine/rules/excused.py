"""Which missed limits may be held against a unit in a letter (免责的超期不作依据)."""

from engine.rules.citations import cites
from engine.terms import BreachJudgement


@cites("house/H-94")
def is_evidence(judgement: str) -> bool:
    """Return whether a breach with that judgement may be a ground or evidence of a letter.

    One that nobody has judged may; one judged excused (免责) is told as a fact, and proves nothing.
    One that was withdrawn (撤销) is none any more.
    """
    return judgement != BreachJudgement.EXCUSED
