"""Early sight (未诉先办): who is likely to be late this week, which words come up more often."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet

# A unit with little history is judged as the district is, until it has about this many cases.
_WEIGHT_OF_DISTRICT = 5
_AT_LEAST = 3
# A unit is named in the forecast of a week when at least this many are likely to be late.
_NAMED = 0.5
_WHOLE = 100


@dataclass(frozen=True)
class History:
    """Of matters open when a week began and due in it: how many there were, how many late."""

    open: int = 0
    late: int = 0


@dataclass(frozen=True)
class Forecast:
    """A unit's matters due this week, how likely each is late, and from what that is told.

    `enough` is whether there is history enough to tell anything (资料不足 where there is not).
    """

    unit: str
    due: int
    risk: float
    history: History
    enough: bool

    @property
    def expected(self) -> float:
        """Return how many are likely to be late."""
        return self.due * self.risk

    @property
    def named(self) -> bool:
        """Return whether the unit is named as one that will be late (点名)."""
        return self.enough and self.expected >= _NAMED


@cites("house/H-89")
def least_history(rules: RuleSet, on: date) -> int:
    """Return of how many matters in its history a unit's forecast is told at least."""
    least: int = rules.parameters["scoring.forecast_least"].on(on).value
    return least


def forecast(due: Mapping[str, int], past: Mapping[str, History], least: int) -> list[Forecast]:
    """Return the units with matters due this week, those with most likely to be late first.

    Units with less history than `least` matters come last: of them nothing is told.
    """
    whole = History(sum(one.open for one in past.values()), sum(one.late for one in past.values()))
    district = whole.late / whole.open if whole.open else 0.0
    found = [_of(unit, number, past.get(unit, History()), district, least)
             for unit, number in due.items()]  # fmt: skip
    return sorted(found, key=lambda one: (not one.enough, -one.expected, -one.due, one.unit))


def _of(unit: str, due: int, past: History, district: float, least: int) -> Forecast:
    weighed = past.late + _WEIGHT_OF_DISTRICT * district
    risk = weighed / (past.open + _WEIGHT_OF_DISTRICT)
    return Forecast(unit, due, risk, past, past.open >= least)


WEEKS_OF_HISTORY = 13


@dataclass(frozen=True)
class Backtest:
    """How good the forecast was in weeks that are over: what it caught, and false alarms.

    `late` are all matters that were late, `caught` those of units it had named; `named` counts
    units a week it named, `false` those of them without anything late.
    """

    weeks: int = 0
    late: int = 0
    caught: int = 0
    named: int = 0
    false: int = 0
    expected: float = 0.0

    @property
    def share_caught(self) -> float | None:
        """Return the share caught in percent; None where nothing was late."""
        return _WHOLE * self.caught / self.late if self.late else None

    @property
    def share_false(self) -> float | None:
        """Return the share of false alarms in percent; None where nobody was named."""
        return _WHOLE * self.false / self.named if self.named else None


def together(weeks: Iterable[Mapping[str, History]]) -> dict[str, History]:
    """Return some weeks' history as one, by unit."""
    found: dict[str, History] = {}
    for week in weeks:
        for unit, one in week.items():
            before = found.get(unit, History())
            found[unit] = History(before.open + one.open, before.late + one.late)
    return found


def backtest(weeks: Sequence[Mapping[str, History]], least: int) -> Backtest:
    """Return how the forecast would have done, each week told from the weeks before it alone.

    `weeks` are weeks that are over, the newest first. The oldest are history only. Who had less
    history than `least` is named in no week, and what was late of them counts as not caught.
    """
    tested = range(max(0, len(weeks) - WEEKS_OF_HISTORY))
    late = caught = named = false = 0
    expected = 0.0
    for at in tested:
        told = forecast(
            {unit: one.open for unit, one in weeks[at].items()},
            together(weeks[at + 1 : at + 1 + WEEKS_OF_HISTORY]),
            least,
        )
        alarms = {one.unit for one in told if one.named}
        late += sum(one.late for one in weeks[at].values())
        caught += sum(weeks[at][unit].late for unit in alarms)
        named += len(alarms)
        false += sum(not weeks[at][unit].late for unit in alarms)
        expected += sum(one.expected for one in told if one.enough)
    return Backtest(len(tested), late, caught, named, false, expected)


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
