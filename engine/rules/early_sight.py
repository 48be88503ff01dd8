"""Early sight (未诉先办): who is likely to be late this week, which words come up more often."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A unit with little history is judged as the district is, until it has about this many cases.
_WEIGHT_OF_DISTRICT = 5
_AT_LEAST = 3


@dataclass(frozen=True)
class History:
    """Of matters still unanswered a day before their limit: how many there were, how many late."""

    open: int = 0
    late: int = 0


@dataclass(frozen=True)
class Forecast:
    """A unit's matters due this week, how likely each is late, and from what that is told."""

    unit: str
    due: int
    risk: float
    history: History

    @property
    def expected(self) -> float:
        """Return how many are likely to be late."""
        return self.due * self.risk


def forecast(due: Mapping[str, int], past: Mapping[str, History]) -> list[Forecast]:
    """Return the units with matters due this week, those with most likely to be late first."""
    whole = History(sum(one.open for one in past.values()), sum(one.late for one in past.values()))
    district = whole.late / whole.open if whole.open else 0.0
    found = [_of(unit, number, past.get(unit, History()), district) for unit, number in due.items()]
    return sorted(found, key=lambda one: (-one.expected, -one.due, one.unit))


def _of(unit: str, due: int, past: History, district: float) -> Forecast:
    weighed = past.late + _WEIGHT_OF_DISTRICT * district
    return Forecast(unit, due, weighed / (past.open + _WEIGHT_OF_DISTRICT), past)


@dataclass(frozen=True)
class Risen:
    """A word with the number of tickets that had it lately, and before in as long a time."""

    word: str
    now: int
    before: float


def risen(now: Counter[str], before: Counter[str], times_longer: float) -> list[Risen]:
    """Return the words that come up more often than before, the steepest first."""
    found = [Risen(word, count, before[word] / times_longer) for word, count in now.items()
             if count >= _AT_LEAST and count > before[word] / times_longer]  # fmt: skip
    return sorted(found, key=lambda one: (-(one.now - one.before), one.word))


def counted(found: Iterable[Iterable[str]]) -> Counter[str]:
    """Return in how many texts each word is."""
    words: Counter[str] = Counter()
    for one in found:
        words.update(set(one))
    return words
