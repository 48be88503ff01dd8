"""For what a clue is handed over (移交的理由), by what is so of it now, not when proposed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.actions.earlier_letters import no_evidence
from engine.actions.late_replies import sent_on, words_of
from engine.actions.step import Step
from engine.actions.told_units import asked_in_time
from engine.models import Clock, Letter
from engine.rules.rectification import referral_due
from engine.terms import ClockState

UNASKED = "的反馈期限已取消"
Stored = Mapping[str, Any]
"""A reason as it is kept with a referral, or with what another ticket added to it (并入)."""


def counted(letters: Sequence[Letter], last: Letter, on: date) -> dict[str, object]:
    """Return what is kept of a reason that counts letters: which, the last one last, and when."""
    before = [one.id for one in letters if one.id != last.id]
    return {"counted": [*before, last.id], "on": on.isoformat()}


def by_engine(stored: Stored) -> bool:
    """Return whether the engine drew a reason from the record; else it is a person's own words."""
    own = "proposed_by_id" in stored and stored["proposed_by_id"] is None
    return own or bool(stored.get("by_engine") or stored.get("reply_clock"))


def reason_now(step: Step, stored: Stored) -> str:
    """Return a reason by what is so now; nothing where the letters behind it count no more."""
    if found := _late(step, stored):
        return "" if no_evidence(step, [found[0]]) else _of_reply(step, *found)
    return _counted_now(step, stored) if "counted" in stored else str(stored["reason"])


def _of_reply(step: Step, letter: Letter, clock: Clock) -> str:
    if not asked_in_time(step.session, clock):
        return f"{letter.kind.label}没有送达（{letter.number}）"
    if clock.state is ClockState.SUPERSEDED:
        return f"{letter.kind.label}{UNASKED}（{letter.number}）"
    return words_of(letter, clock)


def moot(step: Step, referral: Letter) -> str:
    """Return why nothing stands any more of what a referral was proposed for; else nothing.

    What a person said stands.
    """
    reasons: list[Stored] = [referral.facts, *referral.facts.get("joined", ())]
    gone = [_gone(step, one) for one in reasons]
    said = (f"“{one['reason']}”已不成立：{why}" for one, why in zip(reasons, gone, strict=True))
    return f"{'；'.join(said)}。" if all(gone) else ""


def _gone(step: Step, stored: Stored) -> str:
    """Return why the engine's reason is none any more: of the letters it rests on; else nothing."""
    if not by_engine(stored):
        return ""
    if found := _late(step, stored):
        letter, clock = found
        ended = UNASKED if clock.state is ClockState.SUPERSEDED else ""
        why = no_evidence(step, [letter]).get(letter.id, ended)
        return f"{letter.number}{why}" if why else ""
    if "counted" not in stored or _counted_now(step, stored):
        return ""
    letters = _counted(step, stored)
    gone = no_evidence(step, letters)
    return "，".join(f"{one.number}{gone[one.id]}" for one in letters if one.id in gone)


def _late(step: Step, stored: Stored) -> tuple[Letter, Clock] | None:
    clock = step.session.get(Clock, stored.get("reply_clock", 0))
    if clock is None or clock.letter_id is None:
        return None
    return step.session.get_one(Letter, clock.letter_id), clock


def _counted(step: Step, stored: Stored) -> list[Letter]:
    return [step.session.get_one(Letter, one) for one in stored["counted"]]


def _counted_now(step: Step, stored: Stored) -> str:
    """Return a reason that counts letters without those that count no more; nothing: too few."""
    letters = _counted(step, stored)
    gone = no_evidence(step, letters)
    standing = [one for one in letters if one.id not in gone]
    days, on = [sent_on(one) for one in standing], date.fromisoformat(stored["on"])
    due = referral_due(days, on, reply_overdue=False, rules=step.rules)
    return f"{due[0]}（{standing[-1].number}）" if due else ""
