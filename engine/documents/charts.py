"""Charts as SVG (图): bars, drawn by ourselves so that they print and need no program."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROW, LETTER, GAP, RIGHT = 26, 12, 16, 90


@dataclass(frozen=True)
class Bar:
    """One bar: its name, how long it is, and a second length to compare with."""

    name: str
    value: float
    other: float | None = None


def bars(rows: Sequence[Bar], label: str, width: int = 640) -> str:
    """Return a bar chart; a second value stands below the first in another shade.

    Names have the room the longest needs. It always stands beside a table with the same numbers;
    `label` says what it shows.
    """
    top = max((max(one.value, one.other or 0) for one in rows), default=0) or 1
    left = GAP + LETTER * max((len(one.name) for one in rows), default=0)
    scale = (width - left - RIGHT) / top
    drawn = "".join(_bar(one, place * ROW, left, scale) for place, one in enumerate(rows))
    height = len(rows) * ROW + 4
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}">{drawn}</svg>'
    )


def _bar(one: Bar, y: int, left: int, scale: float) -> str:
    tall = 18 if one.other is None else 9
    long = one.value * scale
    said = _number(one.value) if one.other is None else (
        f"{_number(one.value)} → {_number(one.other)}")  # fmt: skip
    end = max(long, (one.other or 0) * scale)
    second = "" if one.other is None else (
        f'<rect class="r" x="{left}" y="{y + 13}" width="{one.other * scale:.1f}" height="9" '
        f'rx="2"/>')  # fmt: skip
    return (
        f'<text x="{left - 8}" y="{y + 17}" text-anchor="end">{escape(one.name)}</text>'
        f'<rect class="b" x="{left}" y="{y + 4}" width="{long:.1f}" height="{tall}" rx="2"/>'
        f'{second}<text x="{left + end + 8:.1f}" y="{y + 17}">{said}</text>'
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"
