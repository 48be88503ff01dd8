"""The rectification letter (整改函): grounds, who may sign, and what follows it.

The engine proposes, with evidence; whether a letter is sent is a named supervisor's decision.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.rules.citations import Citation, cites, clause
from engine.rules.rule_set import RuleSet
from engine.terms import RectificationGround, Role

_GROUNDS = {ground.value: ground for ground in RectificationGround}


@dataclass(frozen=True)
class Conduct:
    """What the record says of a unit's conduct on one ticket; judgements are a named person's."""

    overdue_working_days: int = 0
    deemed_signed_times: int = 0
    dissatisfied_after_rework: bool = False
    claimed_solved_but_not: bool = False


@cites("chengzhong-2023-19/113/rectification", "house/H-32")
def grounds(rules: RuleSet, on: date) -> tuple[tuple[RectificationGround, Citation], ...]:
    """Return the grounds for a letter, each with its source: the document or this house."""
    setting = rules.parameters["rectification.grounds"].on(on)
    document = rules.parameters["rectification.document_grounds"].on(on)
    return tuple(
        (_GROUNDS[name], document.citation if name in document.value else setting.citation)
        for name in setting.value
    )


@cites("chengzhong-2023-19/113/rectification", "house/H-32")
def letter_grounds(conduct: Conduct, rules: RuleSet, on: date) -> dict[RectificationGround, str]:
    """Return the grounds a record speaks for, each with its reason; empty when it speaks for none.

    态度恶劣 and 泄露诉求人信息 are never computed: they are a named person's judgement.
    """
    known = dict(grounds(rules, on))
    found = _grounds_in(conduct, rules, on)
    return {ground: why for ground, why in found if ground in known}


@cites("house/H-32")
def signing_refusal(
    drafter: int | None, signer: int | None, signer_role: Role, rules: RuleSet, on: date
) -> str | None:
    """Return why somebody may not approve a letter, in Chinese; None when they may.

    Two people, by account: whoever drafted it never approves it (拟稿与批准分开).
    """
    signers = rules.parameters["rectification.signers"].on(on).value
    if signer_role not in signers:
        return "只有主管可以批准函件。"
    own = signer is not None and signer == drafter
    return "拟稿人不能批准自己拟的函，须由另一位主管批准。" if own else None


@cites("house/H-90")
def supervision_level(earlier_letters: int, *, interviewed: bool) -> str:
    """Return how high a ticket is supervised (督办级别); more once it was, and after a talk."""
    return "重点督办" if earlier_letters or interviewed else "一般督办"


@cites("house/H-33")
def referral_due(
    letters: Sequence[date],
    today: date,
    *,
    reply_overdue: bool,
    rules: RuleSet,
    on: date | None = None,
) -> tuple[str, Citation] | None:
    """Return why a referral should be proposed for a unit, with the clause; None when not.

    `letters` are the Shanghai days on which letters were sent to that unit. The window counts
    back from `today`, its first day included.
    """
    house = clause("house/H-33")
    times: int = rules.parameters["rectification.referral_letters"].on(on or today).value
    window: int = rules.parameters["rectification.referral_window"].on(on or today).value
    if reply_overdue:
        return "整改函逾期未反馈", house
    since = today - timedelta(days=window)
    recent = [sent for sent in letters if since < sent <= today]
    return (f"{window} 日内第 {len(recent)} 份整改函", house) if len(recent) >= times else None


def _grounds_in(
    conduct: Conduct, rules: RuleSet, on: date
) -> Iterable[tuple[RectificationGround, str]]:
    if conduct.overdue_working_days:
        overdue = f"超期 {conduct.overdue_working_days} 个工作日仍未办结答复"
        yield RectificationGround.DUTY_NOT_PERFORMED, overdue
    if conduct.claimed_solved_but_not:
        yield RectificationGround.FALSE_REPORT, "自报已解决，回访查明未解决"
    refused: int = rules.parameters["rectification.deemed_signed_times"].on(on).value
    if conduct.deemed_signed_times >= refused:
        yield (
            RectificationGround.REFUSED_TO_SIGN,
            f"{conduct.deemed_signed_times} 次逾期未签收、视为签收",
        )
    if conduct.dissatisfied_after_rework:
        yield RectificationGround.DISSATISFIED_TWICE, "重办后仍未解决或不满意"
