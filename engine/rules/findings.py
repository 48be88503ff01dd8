"""Who must agree to a finding (认定), until when it may be appealed, and what may be left out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from engine.rules.citations import cites
from engine.rules.finding_evidence import evidence_lacks, reason_lacks
from engine.rules.indicators import OF_THE_HOTLINE
from engine.rules.rule_set import RuleSet
from engine.terms import FindingKind, FindingState, Indicator

# Nobody agrees to their own finding, so what must be agreed to takes two.
LEAST = 2
CHANGING = (FindingKind.EXCUSED, FindingKind.EXCLUDED)  # figures


@cites("house/H-47")
def persons_needed(kind: FindingKind, rules: RuleSet, on: date) -> int:
    """Return how many persons must agree, who proposes it included: one where figures stay.

    What changes figures is never one person's alone, whatever a district sets.
    """
    if kind is FindingKind.CONFIRMED:
        return 1
    persons: int = rules.parameters["scoring.exclusion_approvals"].on(on).value
    return max(persons, LEAST)


@cites("house/H-47")
def may_agree(person: int, agreed: Collection[int]) -> str | None:
    """Return why a person may not agree to a finding; nobody agrees twice, nor to their own."""
    return "提出人不能复核自己提出的认定，请另一位主管复核。" if person in agreed else None


@cites("house/H-47")
def may_rule(person: int, decided: Collection[int | None]) -> str | None:
    """Return why a person may not rule on an appeal: nobody does on what they took part in."""
    if person not in decided:
        return None
    return "提出、复核这条认定的人不能裁定对它的申诉，请另一位主管裁定。"


@cites("house/H-47")
def favours_the_unit(kind: FindingKind, state: FindingState) -> bool:
    """Return whether a decision takes a breach off its unit: there is nothing to appeal (申诉)."""
    return kind is FindingKind.EXCUSED and state is FindingState.IN_FORCE


@cites("house/H-47")
def appeal_until(decided_on: date, rules: RuleSet) -> date:
    """Return the last day on which the unit may appeal a decision (申诉截止日)."""
    window: int = rules.parameters["scoring.appeal_window"].on(decided_on).value
    return rules.calendar.nth_working_day_after(decided_on, window)


@cites("house/H-47")
def said_of(kind: FindingKind, state: FindingState) -> str:
    """Return what was decided, in words: an excuse that was refused is none (不同意免责)."""
    return f"不同意{kind.label}" if state is FindingState.REFUSED else kind.label


@cites("house/H-47")
def exclusion_grounds(rules: RuleSet, on: date) -> Mapping[str, str]:
    """Return the grounds for leaving a ticket out of the figures, with their Chinese words."""
    grounds: Mapping[str, str] = rules.parameters["scoring.exclusion_reasons"].on(on).value
    return grounds


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody typed of a finding, and what there is on its ticket to look up.

    `own` is whether the breach is the hotline's own.
    """

    kind: str
    reason: str
    evidence: str
    events: Collection[int] = ()
    files: Collection[str] = ()
    own: bool = False


@cites("house/H-47")
def missing_in_finding(said: Said) -> dict[str, str]:
    """Return the fields a finding lacks.

    What changes a figure needs a real reason, and evidence that can be looked up.
    """
    fields: dict[str, str | None] = {}
    if said.kind not in {one.value for one in FindingKind}:
        fields["judgement"] = "请选“确认超期”或“免责”。"
    if said.kind in CHANGING:
        fields["reason"] = reason_lacks(said.reason, own=said.own)
        fields["evidence"] = evidence_lacks(said.evidence, said.events, said.files)
    elif not said.reason.strip():
        fields["reason"] = "请写明理由和依据。"
    return {name: words for name, words in fields.items() if words}


@cites("house/H-47", "chengzhong-2023-19/113/callback")
def excludable() -> tuple[Indicator, ...]:
    """Return from which indicators a ticket may be left out: never from what callbacks are owed."""
    return tuple(one for one in Indicator if one not in OF_THE_HOTLINE)
