"""Whose working days a ticket used (占用时间): they add up to the whole, whoever held it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from engine.errors import BadInputError
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date

HOTLINE = "hotline"
REQUESTER = "requester"
PAUSE = "pause"


@dataclass(frozen=True)
class Segment:
    """A stretch in which one holder had the ticket: a unit's code, hotline, requester or pause.

    `wrongly_sent` marks a unit that sent it back with right: its days are the hotline's.
    """

    holder: str
    start: datetime
    end: datetime
    wrongly_sent: bool = False


@dataclass(frozen=True)
class DayLedger:
    """Working days by holder, in the order of first holding; `whole` is their sum."""

    used: tuple[tuple[str, int], ...]
    whole: int

    def of(self, holder: str) -> int:
        """Return the working days one holder used."""
        return dict(self.used).get(holder, 0)


@cites("house/H-16", "house/H-17")
def day_ledger(segments: Sequence[Segment], rules: RuleSet) -> DayLedger:
    """Return the working days each holder used between the first start and the last end.

    Each segment owns the working days after its first day up to and including its last, as in
    every count, so that a day of hand-over is counted once and the shares add up exactly.

    Raises:
        BadInputError: the segments leave a gap, overlap, or run backwards.
    """
    _check(segments)
    used: dict[str, int] = {}
    for segment in segments:
        holder = HOTLINE if segment.wrongly_sent else segment.holder
        days = rules.calendar.working_days_between(
            shanghai_date(segment.start), shanghai_date(segment.end)
        )
        used[holder] = used.get(holder, 0) + days
    return DayLedger(tuple(used.items()), sum(used.values()))


def _check(segments: Sequence[Segment]) -> None:
    if any(segment.end < segment.start for segment in segments):
        msg = "占用时间的止早于起"
        raise BadInputError(msg)
    if any(not _meet(one, next_) for one, next_ in pairwise(segments)):
        msg = "占用时间的各段须首尾相接，不能重叠或中断"
        raise BadInputError(msg)


def _meet(one: Segment, next_: Segment) -> bool:
    return one.end == next_.start


@cites("house/H-16")
def merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return the segments with neighbours of one holder joined into one."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        same = last and (last.holder, last.wrongly_sent) == (segment.holder, segment.wrongly_sent)
        if last and same and _meet(last, segment):
            joined[-1] = Segment(last.holder, last.start, segment.end, last.wrongly_sent)
        else:
            joined.append(segment)
    return tuple(joined)
