"""Nightly learning (派单学习): small corrections from what was confirmed, kept only if no worse."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from engine.actions.actor import SYSTEM
from engine.actions.lexicon import Fresh, new_version
from engine.actions.routing_in_force import InForce, in_force
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.models import RoutingVersion
from engine.rules.routing import Router
from engine.rules.routing.changes import RoutingChange
from engine.rules.routing.learning import Confirmed, Replay, is_no_worse, learn, replay
from engine.rules.shanghai import shanghai_date
from engine.store import routing_versions as store
from engine.store.database import work
from engine.store.routing_versions import Settled

OUTCOMES = {
    "too_few": "太少，没有学习。",
    "unchanged": "没有新的修正。",
    "kept": "新的修正不比现行版本差，已启用。",
    "not_kept": "新的修正比现行版本差，记下但不启用。",
}


@dataclass(frozen=True)
class Learned:
    """What a night's learning came to: too_few, unchanged, kept or not_kept."""

    outcome: str
    tickets: int = 0
    version: int = 0


def learn_now(now: datetime) -> tuple[str, int]:
    """Learn in a transaction of its own; return what came of it and from how many tickets."""
    with work() as session:
        learned = retrain(Step(session, SYSTEM, now, rules_in_force(session)))
        return learned.outcome, learned.tickets


def retrain(step: Step) -> Learned:
    """Learn from older settled tickets, replay the newest, and keep what is not worse there.

    Closed tickets whose lead stayed say who was right: an operator's override and a return that
    was upheld show there as a unit other than the one proposed.
    """
    state = in_force(step.session)
    router = state.router(shanghai_date(step.now))
    settled = store.confirmed(step.session, int(router.tuning.learning_from))
    if len(settled) < router.tuning.learning_least:
        return Learned("too_few", len(settled))
    recent, older = _held_out(settled, int(router.tuning.replay_tickets))
    points = _points(step, router, older)
    if points == state.corrections or _tried(step, points):
        return Learned("unchanged", len(settled))
    tickets = [_confirmed(one) for one in recent]
    old, new = replay(router, tickets, state.corrections), replay(router, tickets, points)
    version = _write(step, points, old, new)
    return Learned("kept" if version.kept else "not_kept", len(settled), version.id)


def _held_out(settled: Sequence[Settled], most: int) -> tuple[Sequence[Settled], Sequence[Settled]]:
    """The newest tickets for the replay, the older for learning: none is in both.

    While there are few tickets the newer half is replayed.
    """
    newest = min(most, len(settled) // 2)
    return settled[:newest], settled[newest:]


def _points(step: Step, router: Router, settled: Sequence[Settled]) -> dict[str, float]:
    known = {one.ticket_id for one in settled}
    returned = store.upheld_returns(step.session, int(router.tuning.learning_from))
    waiting = [_confirmed(one) for one in returned if one.ticket_id not in known]
    return learn(router, [_confirmed(one) for one in settled], waiting)


def _confirmed(one: Settled) -> Confirmed:
    return Confirmed(one.content, one.unit, one.title, one.kind)


def _tried(step: Step, points: Mapping[str, float]) -> bool:
    """Whether these corrections were worse before, or a supervisor went back from them."""
    return any(
        one.change is RoutingChange.LEARNED and one.corrections == points
        for one in store.versions(step.session)
    )


def _write(step: Step, points: Mapping[str, float], old: Replay, new: Replay) -> RoutingVersion:
    store.lock(step.session)
    after = InForce(0, in_force(step.session).edits, points)
    kept = is_no_worse(old, new)
    reason = f"最近 {new.tickets} 件已确认工单重派：首位 {_told(old.first, new.first)}，前三 "
    reason += _told(old.first_three, new.first_three)
    reason += "；不比现行版本差，启用" if kept else "；比现行版本差，不启用"
    scores: dict[str, object] = {"before": asdict(old), "after": asdict(new)}
    fresh = Fresh(RoutingChange.LEARNED, reason, {"units": len(points)}, scores, kept)
    return new_version(step, after, fresh)


def _told(before: float, after: float) -> str:
    return f"{before:.1%} → {after:.1%}"
