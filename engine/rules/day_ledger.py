"""Whose working days a ticket used (占用时间): they add up to the whole, whoever held it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from engine.errors import BadInputError
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import DayHolder

HOTLINE = DayHolder.HOTLINE.value
REQUESTER = DayHolder.REQUESTER.value
PAUSE = DayHolder.PAUSE.value
_AN_INSTANT = timedelta(microseconds=1)


class Segment(NamedTuple):
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

    Raises:
        BadInputError: the segments leave a gap, overlap, or run backwards.
    """
    used: dict[str, int] = {}
    for segment, days in zip(segments, days_by_segment(segments, rules), strict=True):
        holder = HOTLINE if segment.wrongly_sent else segment.holder
        used[holder] = used.get(holder, 0) + days
    return DayLedger(tuple(used.items()), sum(used.values()))


@cites("house/H-16")
def days_by_segment(segments: Sequence[Segment], rules: RuleSet) -> tuple[int, ...]:
    """Return the working days of each segment, in order; together they are the whole.

    Each owns the working days after its first day up to and including its last, as in every
    count, so that a day of hand-over is counted once. A hand-over at 24:00 belongs to the day
    that ends.

    Raises:
        BadInputError: the segments leave a gap, overlap, or run backwards.
    """
    _check(segments)
    bounds = _bounds(segments)
    return tuple(rules.calendar.working_days_between(*pair) for pair in pairwise(bounds))


def _bounds(segments: Sequence[Segment]) -> list[date]:
    """Return the day before the first that counts, and the last day of each segment."""
    if not segments:
        return []
    bounds = [shanghai_date(segments[0].start)]
    for segment in segments[:-1]:
        bounds.append(max(bounds[-1], shanghai_date(segment.end - _AN_INSTANT)))
    return [*bounds, max(bounds[-1], shanghai_date(segments[-1].end))]


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
