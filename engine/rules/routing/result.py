"""What routing gives back (派单建议)."""

from dataclasses import dataclass
from typing import Any

from engine.terms import AssignmentRole, RoutingDecision


@dataclass(frozen=True)
class Candidate:
    """A unit that may handle the ticket (候选单位), with what speaks for it.

    `score` is 0 to 100, for display; `tasks` are the fitting rows, best first; `supports` the other
    units of the best row.
    """

    unit: str
    role: AssignmentRole
    score: float
    tasks: tuple[int, ...]
    evidence: tuple[str, ...]
    why: str
    supports: tuple[str, ...]


@dataclass(frozen=True)
class Routing:
    """A proposal and how sure it is (派单建议); `rule` is the hard rule that fired, or empty."""

    decision: RoutingDecision
    confidence: float
    candidates: tuple[Candidate, ...]
    reason: str
    not_ours: str | None
    rule: str
    catalogue_version: str
    lexicon_version: str

    @property
    def lead(self) -> str:
        """The first candidate's unit; empty when there is none."""
        return self.candidates[0].unit if self.candidates else ""

    def to_json(self) -> dict[str, Any]:
        """The proposal as plain JSON."""
        candidates = [_candidate(one) for one in self.candidates]
        return {**vars(self), "decision": self.decision.value, "candidates": candidates}


def _candidate(one: Candidate) -> dict[str, Any]:
    content = {**vars(one), "role": one.role.value}
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in content.items()
    }
