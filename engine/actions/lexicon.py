"""Supervisors change the duty words (词库修改): at once, with a reason, and never for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions.actor import require_role
from engine.actions.audit import Note, note
from engine.actions.routing_in_force import InForce, in_force
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError
from engine.models import RoutingVersion
from engine.rules.routing.catalogue import Catalogue, load_catalogue, version_for
from engine.rules.routing.changes import RoutingChange
from engine.rules.routing.edits import REMOVED, Edit, Edits, digest, with_edit
from engine.rules.routing.lexicon import TIERS, unit_words
from engine.rules.routing.text import fold
from engine.rules.shanghai import shanghai_date
from engine.store import routing_versions as store
from engine.terms import Role

SHORTEST, LONGEST = 2, 20  # technical limits: the matcher looks up pairs of characters
MOST_EDITS = 2000
PAIR = "…"
REASON = 300
TIER_NAMES = {"strong": "强", "usual": "常用", "weak": "弱"}
WHO = (Role.SUPERVISOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Word:
    """An expression of a unit (职责用语) as a supervisor writes it."""

    unit: str
    expression: str
    tier: str = "usual"
    reason: str = ""


def add_expression(step: Step, word: Word) -> RoutingVersion:
    """Give a unit an expression, or move one to another tier; in force at once.

    Raises:
        NotPermittedError: only supervisors and administrators may.
        BadInputError: unit, expression, tier or reason cannot be used; all are named.
        ConflictError: the unit has that expression in that tier already.
    """
    tidy, state = _ready(step, word)
    if _tier(step, tidy, state.edits) == tidy.tier:
        message = f"{tidy.unit}的词库里已有“{tidy.expression}”。"
        raise ConflictError(message)
    return _write(step, state, Edit(tidy.unit, tidy.expression, tidy.tier), tidy.reason)


def remove_expression(step: Step, word: Word) -> RoutingVersion:
    """Take an expression from a unit; in force at once.

    Raises:
        NotPermittedError: only supervisors and administrators may.
        BadInputError: unit, expression or reason cannot be used; all are named.
        ConflictError: the unit has no such expression.
    """
    tidy, state = _ready(step, word)
    if not _tier(step, tidy, state.edits):
        message = f"{tidy.unit}的词库里没有“{tidy.expression}”。"
        raise ConflictError(message)
    return _write(step, state, Edit(tidy.unit, tidy.expression, REMOVED), tidy.reason)


def restore(step: Step, number: int, reason: str) -> RoutingVersion:
    """Go back to an earlier version (恢复旧版), words and corrections; 0 is as shipped.

    Raises:
        NotPermittedError: only supervisors and administrators may.
        BadInputError: no reason was given.
        NotFoundError: there is no such version.
        ConflictError: routing is like that already.
    """
    require_role(step.actor, *WHO)
    _need_reason(reason)
    store.lock(step.session)
    old = store.version(step.session, number) if number else None
    edits, corrections = (old.edits, old.corrections) if old else ([], {})
    now = store.in_force(step.session)
    if (now.edits, now.corrections) == (edits, corrections) if now else not (edits or corrections):
        message = f"现行派单规则与第 {number} 版相同，不必恢复。"
        raise ConflictError(message)
    state = InForce(0, tuple(Edit(*one) for one in edits), corrections)
    fresh = Fresh(RoutingChange.RESTORED, reason.strip(), {"from": number})
    return new_version(step, state, fresh)


ACTS = {
    RoutingChange.WORDS: "edit_lexicon", RoutingChange.LEARNED: "learn_routing",
    RoutingChange.RESTORED: "restore_routing",
}  # fmt: skip


@dataclass(frozen=True)
class Fresh:
    """What a new version says of itself."""

    change: RoutingChange
    reason: str
    details: Mapping[str, Any]
    scores: Mapping[str, Any] | None = None
    kept: bool = True


def new_version(step: Step, state: InForce, fresh: Fresh) -> RoutingVersion:
    """Write a version of routing; kept, it is in force when the transaction commits."""
    version = RoutingVersion(
        change=fresh.change, kept=fresh.kept, made_at=step.now, made_by=step.actor.name,
        made_by_id=step.actor.account_id, reason=fresh.reason, details=dict(fresh.details),
        edits=[list(one) for one in state.edits], corrections=dict(state.corrections),
        scores=dict(fresh.scores or {}), digest=digest(state.edits, state.corrections),
    )  # fmt: skip
    step.session.add(version)
    step.session.flush()
    about = {"version": version.id, "reason": fresh.reason, **fresh.details}
    note(step.session, step.actor, step.now, Note("routing", ACTS[fresh.change], about))
    return version


def _ready(step: Step, word: Word) -> tuple[Word, InForce]:
    require_role(step.actor, *WHO)
    tidy = _checked(step, word)
    store.lock(step.session)
    state = in_force(step.session)
    if len(state.edits) >= MOST_EDITS:
        message = f"词库修改已有 {MOST_EDITS} 处，请先并入词库文件。"
        raise ConflictError(message)
    return tidy, state


def _checked(step: Step, word: Word) -> Word:
    names = {name: unit.name for unit in _catalogue(step).units
             for name in (unit.name, unit.slug, *unit.aliases)}  # fmt: skip
    expression = fold(word.expression)
    fields = {}
    if word.unit.strip() not in names:
        fields["unit"] = "请选任务清单里的承办单位。"
    if not SHORTEST <= len(expression) <= LONGEST:
        fields["expression"] = f"用语要有 {SHORTEST} 到 {LONGEST} 个字。"
    elif PAIR in word.expression or fold(PAIR) in expression:
        fields["expression"] = f"“{PAIR}”隔开的搭配写在 cues.yaml 里；这里请分别写一个词。"
    elif not any(one.isalnum() for one in expression) or not expression.isprintable():
        fields["expression"] = "用语里没有字。"
    if word.tier not in TIERS:
        fields["tier"] = "强弱请选：强、常用、弱。"
    if not 0 < len(word.reason.strip()) <= REASON:
        fields["reason"] = f"请写明修改理由，不超过 {REASON} 字。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    return Word(names[word.unit.strip()], expression, word.tier, word.reason.strip())


def _catalogue(step: Step) -> Catalogue:
    return load_catalogue(version_for(shanghai_date(step.now)))


def _tier(step: Step, word: Word, edits: Edits) -> str:
    """Return the tier an expression has in a unit's lexicon now, or nothing."""
    unit = _catalogue(step).unit(word.unit)
    tiers = unit_words(unit, edits)
    return next((tier for tier in TIERS for one in tiers[tier] if fold(one) == word.expression), "")


def _write(step: Step, state: InForce, edit: Edit, reason: str) -> RoutingVersion:
    after = InForce(0, with_edit(state.edits, edit), state.corrections)
    details = {"unit": edit.unit, "expression": edit.expression, "tier": edit.tier}
    return new_version(step, after, Fresh(RoutingChange.WORDS, reason, details))


def _need_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= REASON:
        words = f"请写明理由，不超过 {REASON} 字。"
        raise BadInputError(words, fields={"reason": words})
