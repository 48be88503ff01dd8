"""Learning from confirmed dispatches (派单修正): small points per unit, kept only if no worse."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.rules.routing.router import Router
from engine.terms import RoutingDecision, TicketKind

_TEACHING = (RoutingDecision.DISPATCH, RoutingDecision.CHOOSE)


@dataclass(frozen=True)
class Confirmed:
    """A ticket whose handling unit is settled (已确认的派单): `unit` kept it or was designated."""

    text: str
    unit: str
    title: str = ""
    kind: TicketKind | None = None


@dataclass(frozen=True)
class Replay:
    """How the router does on confirmed tickets (回放): shares of 0 to 1.

    `units` counts for each unit how many of its tickets it was proposed first for.
    """

    tickets: int
    first: float
    first_three: float
    units: Mapping[str, int] = field(default_factory=dict)


def learn(
    router: Router, confirmed: Sequence[Confirmed], returned: Sequence[Confirmed] = ()
) -> dict[str, float]:
    """Points per unit: up when it was missed, down when it was proposed wrongly, within the limit.

    A proposal that was right moves nothing, and one without evidence or beside a conflict teaches
    nothing. `returned` are tickets whose `unit` rightly sent them
    back (退单获准) and for which nobody is confirmed yet: proposing it again was wrong.
    """
    moves: Counter[str] = Counter()
    for ticket in confirmed:
        proposed = _lead(router, ticket)
        if proposed and proposed != ticket.unit:
            moves[ticket.unit] += 1
            moves[proposed] -= 1
    moves.subtract(one.unit for one in returned if _lead(router, one) == one.unit)
    step, limit = router.tuning.learning_step, router.tuning.correction_limit
    points = {unit: max(-limit, min(limit, step * times)) for unit, times in moves.items()}
    return {unit: round(score, 4) for unit, score in sorted(points.items()) if score}


def _lead(router: Router, ticket: Confirmed) -> str:
    """The unit proposed on evidence; empty when there was none, or somebody else's turn."""
    routing = router.route(ticket.text, title=ticket.title, kind=ticket.kind)
    meant = routing.decision in _TEACHING and routing.candidates and routing.candidates[0].evidence
    return routing.lead if meant else ""


def replay(
    router: Router, confirmed: Sequence[Confirmed], corrections: Mapping[str, float] | None = None
) -> Replay:
    """Route confirmed tickets again, with or without corrections, and count the right ones."""
    three = 0
    units: Counter[str] = Counter()
    for ticket in confirmed:
        routing = router.route(
            ticket.text, title=ticket.title, kind=ticket.kind, corrections=corrections
        )
        units[ticket.unit] += routing.lead == ticket.unit
        three += ticket.unit in {one.unit for one in routing.candidates[:3]}
    count = len(confirmed)
    first = units.total()
    return Replay(count, first / max(count, 1), three / max(count, 1), dict(units))


def is_no_worse(old: Replay, new: Replay) -> bool:
    """Whether a new version may replace the old: no share has fallen, and no unit's either."""
    fallen = any(new.units.get(unit, 0) < right for unit, right in old.units.items())
    return new.first >= old.first and new.first_three >= old.first_three and not fallen
