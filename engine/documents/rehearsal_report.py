"""The report of a rehearsal (推演报告) as one HTML file: tables, and charts that say the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.documents.charts import Bar, bars
from engine.rules.indicators import FORMULAS, Figure, in_words
from engine.rules.rehearsal import NOT_REHEARSED, Moved, Outcome, Rerouted
from engine.terms import Indicator, Rung

REPORTS = Path(__file__).resolve().parents[2] / "templates" / "reports"
MOST_UNITS = 15


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What a report tells: both outcomes, what moved, the draft, and why it may be believed.

    `untold` are figures that nothing was rehearsed for: they are named and have no value.
    """

    before: Outcome
    after: Outcome
    moved: Sequence[Moved]
    changes: Sequence[tuple[str, str, str]]
    source: str
    proof: str
    made_at: str
    rules_version: str
    calendar_version: str
    draft_calendar: str
    figures: Sequence[tuple[Figure, Figure]] = ()
    untold: frozenset[Indicator] = NOT_REHEARSED
    words: Rerouted | None = None
    word_draft: Sequence[str] = ()


def rehearsal_report(told: Rehearsed) -> str:
    """Return the report as HTML that needs no other file."""
    environment = Environment(
        loader=FileSystemLoader(REPORTS), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True,
    )  # fmt: skip
    units = _units(told)
    before, after = told.before, told.after
    months = sorted(_by_month(after).items())
    rungs = [one for one in Rung if before.rungs[one] or after.rungs[one]]
    return environment.get_template("rehearsal.html.j2").render(
        **{name: getattr(told, name) for name in Rehearsed.__dataclass_fields__},
        units=units, rungs=rungs, months=months, in_words=in_words, formulas=FORMULAS,
        rung_chart=_chart([Bar(one.label, before.rungs[one], after.rungs[one]) for one in rungs],
                          "升级阶梯各级件数，现行和草案"),
        unit_chart=_chart([Bar(one, before.escalated[one], after.escalated[one])
                           for one in units], "各单位被催办督办的件数，现行和草案"),
        call_chart=_chart([Bar(name, number) for name, number in months],
                          "草案各月人工回访件数"),
    )  # fmt: skip


def _units(told: Rehearsed) -> list[str]:
    both = told.before.escalated + told.after.escalated
    return [name for name, _ in both.most_common(MOST_UNITS)]


def _by_month(outcome: Outcome) -> Counter[str]:
    found: Counter[str] = Counter()
    for day, number in outcome.calls.items():
        found[f"{day:%Y-%m}"] += number
    return found


def _chart(rows: Sequence[Bar], label: str) -> Markup:
    return Markup(bars(rows, label))
