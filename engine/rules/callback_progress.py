"""How far a human callback has come (回访进度): what still counts, said before anybody dials."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.rules.callback import Attempt, band_of, counts_as_human, openings
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date

BANDS = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}
OUTSIDE = "时段外，不计"


@dataclass(frozen=True)
class Progress:
    """The counted attempts, and how many more it takes at least before 已尽力未接通."""

    counted: int
    left: int
    attempts: int
    days: int
    bands: int

    def rule(self) -> str:
        """Return the rule in one sentence."""
        return f"不同 {self.days} 天、{self.bands} 个时段共 {self.attempts} 次未接通，可记为已尽力"


@cites("house/H-29")
def callback_progress(attempts: Sequence[Attempt], rules: RuleSet, on: date) -> Progress:
    """Return how far the attempts of a person have come; only those inside a band count."""
    human = [one for one in attempts if counts_as_human(one.channel, rules, on)]
    slots = [
        (shanghai_date(one.at), band) for one in human
        if (band := band_of(one.at, rules, on)) is not None
    ]  # fmt: skip
    known = rules.parameters
    needed: int = known["callback.attempts"].on(on).value
    days: int = known["callback.days"].on(on).value
    bands: int = known["callback.bands"].on(on).value
    missing = (
        needed - len(slots),
        days - len({day for day, _ in slots}),
        bands - len({band for _, band in slots}),
    )
    return Progress(len(slots), max(0, *missing), needed, days, bands)


@cites("house/H-29")
def band_words(moment: datetime, rules: RuleSet, on: date) -> str:
    """Return in which band of the day a moment lies, as people say it."""
    band = band_of(moment, rules, on)
    return BANDS.get(band, band) if band is not None else OUTSIDE


@cites("house/H-29")
def next_band_at(moment: datetime, rules: RuleSet, on: date) -> datetime | None:
    """Return when the next band opens on a working day; None inside a band."""
    if band_of(moment, rules, on) is not None:
        return None
    return next((opens for _, _, opens in openings(moment, rules, on) if opens > moment), None)
