"""Early sight (未诉先办): who is likely to be late this week, which words come up more often."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from engine.rules.citations import cites
from engine.rules.indicators import Count
from engine.rules.rule_set import RuleSet

# A unit with little history is judged as the district is, until it has about this many cases.
WEIGHT_OF_DISTRICT = 5
IN_TITLES = 3
# A unit is named in the forecast of a week when at least this many are likely to be late.
_NAMED = 0.5
_WHOLE = 100
_ERRORS = 2  # beyond which a difference is seldom chance (one in forty)


@dataclass(frozen=True)
class History:
    """Of matters open when a week began and due in it: how many there were, how many late."""

    open: int = 0
    late: int = 0


def of_all(past: Mapping[str, History]) -> History:
    """Return the district's history: that of its units together."""
    return History(sum(one.open for one in past.values()), sum(one.late for one in past.values()))


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
    whole = of_all(past)
    district = whole.late / whole.open if whole.open else 0.0
    found = [_of(unit, number, past.get(unit, History()), district, least)
             for unit, number in due.items()]  # fmt: skip
    return sorted(found, key=lambda one: (not one.enough, -one.expected, -one.due, one.unit))


def _of(unit: str, due: int, past: History, district: float, least: int) -> Forecast:
    weighed = past.late + WEIGHT_OF_DISTRICT * district
    risk = weighed / (past.open + WEIGHT_OF_DISTRICT)
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
class Sample:
    """Of how many titles, and in how many of them each word is."""

    texts: int
    words: Counter[str]

    def share(self, word: str) -> float:
        """Return in how many of a hundred titles a word is."""
        return _WHOLE * self.words[word] / self.texts


@dataclass(frozen=True)
class Risen:
    """A word with its share of a hundred titles lately and before, and in how many it was."""

    word: str
    share: float
    share_before: float
    texts: int
    texts_before: int


@cites("house/H-46")
def risen(now: Sample, before: Sample, least: int) -> list[Risen]:
    """Return the words with a clearly larger share of titles than before, the steepest first.

    Clearly is by more than chance explains. Of fewer titles than are compared in this district,
    lately or before, nothing is told.
    """
    if min(now.texts, before.texts) < least:
        return []
    found = [Risen(word, now.share(word), before.share(word), count, before.words[word])
             for word, count in now.words.items() if count >= IN_TITLES]  # fmt: skip
    return sorted((one for one in found if _clearly(one, now.texts, before.texts)),
                  key=lambda one: (one.share_before - one.share, one.word))  # fmt: skip


def _clearly(one: Risen, texts: int, texts_before: int) -> bool:
    """Return whether two shares differ by more than twice the standard error of chance."""
    both = (one.texts + one.texts_before) / (texts + texts_before)
    error = sqrt(both * (1 - both) * (1 / texts + 1 / texts_before))
    return one.share - one.share_before > _WHOLE * _ERRORS * error


@dataclass(frozen=True)
class Returning:
    """A unit that sends back a larger share of its tickets than in as many days before."""

    unit: str
    now: Count
    before: Count

    @property
    def shares(self) -> tuple[float, float]:
        """Return of a hundred dispatched tickets how many were sent back, lately and before."""
        return _share(self.now), _share(self.before)


def _share(count: Count) -> float:
    return _WHOLE * count.hit / count.n


@cites("house/H-46")
def returning_more(
    now: Mapping[str, Count], before: Mapping[str, Count], least: int
) -> list[Returning]:
    """Return the units whose share of returns (退单率) grew, the steepest first.

    One with fewer tickets than are compared in this district, lately or before, is left out.
    """
    none = Count()
    found = [Returning(unit, one, before.get(unit, none)) for unit, one in now.items()
             if min(one.n, before.get(unit, none).n) >= least]  # fmt: skip
    return sorted((one for one in found if one.shares[0] > one.shares[1]),
                  key=lambda one: (one.shares[1] - one.shares[0], one.unit))  # fmt: skip


def counted(found: Iterable[Iterable[str]]) -> Sample:
    """Return in how many texts each word is, however often in one."""
    words: Counter[str] = Counter()
    texts = 0
    for one in found:
        words.update(set(one))
        texts += 1
    return Sample(texts, words)
