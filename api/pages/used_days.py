"""Whose working days a ticket used (谁用了几天), ready to be drawn as one strip."""

from dataclasses import dataclass

from engine.actions.day_ledger import DaysUsed, Share, Stay
from engine.terms import DayHolder

WIDTH = 600
# Colour and words tell holders apart, so that a black-and-white print says the same.
FILLS = {DayHolder.HOTLINE: "#9db4cf", DayHolder.REQUESTER: "#d9a23b", DayHolder.PAUSE: "#b9bfc9"}
UNIT_FILLS = ("#2f6db3", "#3d8f76", "#7a5aa6", "#a2603b")


@dataclass(frozen=True)
class Part:
    """One stretch of the strip: who, how many days, and where it lies in a width of 600."""

    name: str
    days: int
    fill: str
    x: float
    width: float
    stay: Stay


@dataclass(frozen=True)
class Strip:
    """The strip, its legend in the order of first holding, and the whole."""

    whole: int
    legend: tuple[tuple[str, int, str], ...]
    parts: tuple[Part, ...]


def strip_of(used: DaysUsed | None) -> Strip | None:
    """Return the days a ticket used as a strip; None where there is nothing to draw."""
    if used is None:
        return None
    fills = _fills(used)
    parts, x = [], 0.0
    for stay in used.stays:
        width = WIDTH * stay.working_days / used.whole if used.whole else 0.0
        name = name_of(stay)
        parts.append(Part(name, stay.working_days, fills[_owner(stay)], x, width, stay))
        x += width
    legend = tuple((name_of(one), one.working_days, fills[name_of(one)]) for one in used.shares)
    return Strip(used.whole, legend, tuple(parts))


def name_of(one: Share | Stay) -> str:
    """Return who held the ticket: the unit by name, or 热线, 待诉求人, 停表."""
    return one.unit.name if one.unit else one.holder.label


def _owner(stay: Stay) -> str:
    return DayHolder.HOTLINE.label if stay.wrongly_sent else name_of(stay)


def _fills(used: DaysUsed) -> dict[str, str]:
    held: list[Share | Stay] = [
        *used.stays,
        *used.shares,
    ]  # a share may be of a unit that held it for no whole day
    units = dict.fromkeys(name_of(one) for one in held if one.unit)
    named = {name: UNIT_FILLS[place % len(UNIT_FILLS)] for place, name in enumerate(units)}
    return {**{holder.label: fill for holder, fill in FILLS.items()}, **named}
