"""Learning from confirmed dispatches (派单修正): small points per unit, kept only if no worse."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.rules.routing.router import Router
from engine.terms import TicketKind


@dataclass(frozen=True)
class Confirmed:
    """A ticket whose handling unit is settled (已确认的派单): `unit` kept it or was designated."""

    text: str
    unit: str
    title: str = ""
    kind: TicketKind | None = None


@dataclass(frozen=True)
class Replay:
    """How the router does on confirmed tickets (回放): shares of 0 to 1."""

    tickets: int
    first: float
    first_three: float


def learn(
    router: Router, confirmed: Sequence[Confirmed], returned: Sequence[Confirmed] = ()
) -> dict[str, float]:
    """Points per unit: up when it was missed, down when it was proposed wrongly, within the limit.

    A proposal that was right moves nothing. `returned` are tickets whose `unit` rightly sent them
    back (退单获准) and for which nobody is confirmed yet: proposing it again was wrong.
    """
    moves: Counter[str] = Counter()
    for ticket in confirmed:
        proposed = _lead(router, ticket)
        if proposed != ticket.unit:
            moves[ticket.unit] += 1
            moves[proposed] -= 1
    moves.subtract(one.unit for one in returned if _lead(router, one) == one.unit)
    step, limit = router.tuning.learning_step, router.tuning.correction_limit
    points = {unit: max(-limit, min(limit, step * times)) for unit, times in moves.items()}
    return {unit: round(score, 4) for unit, score in sorted(points.items()) if score}


def _lead(router: Router, ticket: Confirmed) -> str:
    return router.route(ticket.text, title=ticket.title, kind=ticket.kind).lead


def replay(
    router: Router, confirmed: Sequence[Confirmed], corrections: Mapping[str, float] | None = None
) -> Replay:
    """Route confirmed tickets again, with or without corrections, and count the right ones."""
    first = three = 0
    for ticket in confirmed:
        routing = router.route(
            ticket.text, title=ticket.title, kind=ticket.kind, corrections=corrections
        )
        first += routing.lead == ticket.unit
        three += ticket.unit in {one.unit for one in routing.candidates[:3]}
    count = len(confirmed)
    return Replay(count, first / count if count else 0.0, three / count if count else 0.0)


def is_no_worse(old: Replay, new: Replay) -> bool:
    """Whether a new version may replace the old: neither share has fallen."""
    return new.first >= old.first and new.first_three >= old.first_three
