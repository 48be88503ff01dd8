"""Referral of clues (线索移交): to whom, and what the engine leaves to a named person.

Whether conduct is "情况恶劣、造成不良影响", and whether to refer at all ("视情况"), is judgement:
the engine offers the step with its evidence; a supervisor decides and signs.
"""

from dataclasses import dataclass
from datetime import date

from engine.rules.citations import Citation, cites, clause
from engine.rules.rule_set import RuleSet
from engine.terms import Role

_KINDS = {
    "business_environment": "营商环境管理",
    "supervision": "督查部门",
    "discipline": "纪检监察机关",
}


@dataclass(frozen=True)
class ReferralTarget:
    """A body a clue may be handed to: its kind in the document's words, and its name."""

    key: str
    kind: str
    unit: str
    citation: Citation


@cites(
    "chengzhong-2023-19/113/referral",
    "chengzhong-2023-19/113/units",
    "chengzhong-2023-19/102/appraisal",
    "house/H-34",
)
def referral_targets(rules: RuleSet, on: date) -> tuple[ReferralTarget, ...]:
    """Return the bodies a clue may be handed to, in the document's order."""
    setting = rules.parameters["referral.targets"].on(on)
    return tuple(
        ReferralTarget(key, _KINDS.get(key, key), unit, setting.citation)
        for key, unit in setting.value.items()
    )


@cites("chengzhong-2023-19/113/referral", "house/H-34")
def referral_refusal(
    proposer: str, signer: str, signer_role: Role, judgement: str, rules: RuleSet, on: date
) -> tuple[str, Citation] | None:
    """Return why a clue may not be handed over yet, with the clause; None when it may.

    It takes a supervisor other than the proposer, and their judgement in words.
    """
    law = clause("chengzhong-2023-19/113/referral")
    if signer_role not in rules.parameters["referral.signers"].on(on).value:
        return "只有主管可以批准移交", law
    if signer == proposer:
        return "提议人不能批准自己提议的移交", law
    if not judgement.strip():
        return "须写明情况恶劣、造成不良影响的判断理由", law
    return None
