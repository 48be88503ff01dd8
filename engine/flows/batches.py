"""Cuts a batch of ids into named pieces of work, and adds up what became of them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# A piece of work: what it is called, what it does with ids, and how it is carried out. `Run` either
# calls the work as it is or records it as a Prefect task run.
Ids = list[int]
Work = Callable[[Ids], Mapping[str, int]]


@dataclass(frozen=True)
class Kind:
    """How one kind of work is cut and tried again.

    A batch of up to `single_up_to` ids gets one piece an id; a longer one gets pieces of `chunk`.
    """

    verb: str
    single_up_to: int = 50
    chunk: int = 200
    retry_after_seconds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A part of a batch with the name under which people find its run."""

    name: str
    ids: Ids


Run = Callable[[Kind, Piece, Work], Mapping[str, int]]


@dataclass(frozen=True)
class Outcome:
    """What a batch came to: how many ids, what became of them, and whether more may wait."""

    found: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    truncated: bool = False

    def as_details(self) -> dict[str, object]:
        """Return the outcome as plain values, for a log line or a heartbeat."""
        return {"found": self.found, "counts": dict(self.counts), "truncated": self.truncated}


def plainly(kind: Kind, piece: Piece, work: Work) -> Mapping[str, int]:
    """Carry a piece out here and now, recorded nowhere but in our own tables."""
    return work(piece.ids)


def pieces(kind: Kind, ids: Sequence[int]) -> list[Piece]:
    """Return the named pieces of a batch."""
    size = 1 if len(ids) <= kind.single_up_to else kind.chunk
    parts = [list(ids[start : start + size]) for start in range(0, len(ids), size)]
    return [Piece(_name(kind.verb, part), part) for part in parts]


def _name(verb: str, ids: Ids) -> str:
    if len(ids) == 1:
        return f"{verb}-{ids[0]}"
    return f"{verb}-{ids[0]}..{ids[-1]}-({len(ids)})"


def carry_out(kind: Kind, ids: Sequence[int], limit: int, work: Work, run: Run) -> Outcome:
    """Carry out every piece of a batch, one after the other, and add up."""
    counts: Counter[str] = Counter()
    for piece in pieces(kind, ids):
        counts.update(run(kind, piece, work))
    return Outcome(len(ids), dict(counts), truncated=len(ids) >= limit)
