"""The bulletin (通报) and the monitoring report (监测报告) as official documents.

Words come from a template, the figures are annexes; both in the general form, unnumbered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from engine.documents.letter_data import UNNUMBERED, Annex, Layout, LetterData
from engine.documents.letter_texts import paragraphs
from engine.documents.templates import fill
from engine.terms import LetterKind, ReportKind

TEMPLATE, MONITORING = "bulletin_letter.txt.j2", "monitoring_letter.txt.j2"
_TABLES = ("indicators", "units", "formulas", "matters")
EVERY_UNIT = "各承办单位"
_UNITS = (
    "组别", "单位", "按时办结率\n原始", "按时办结率\n调整后", "满意率\n原始", "满意率\n调整后",
    "综合\n原始", "综合\n调整后",
)  # fmt: skip


class BulletinData(LetterData):
    """A bulletin: a document in the general form (文件格式), whatever letters look like."""

    @property
    def layout(self) -> Layout:
        """Return the general form of GB/T 9704 §7."""
        return Layout.GENERAL


@dataclass(frozen=True, kw_only=True)
class BulletinFacts:
    """What a bulletin says: whose it is, of which period, and what the template is filled with."""

    organ: str
    period: str
    date: date
    words: Mapping[str, object]
    indicators: Sequence[tuple[str, ...]]
    units: Sequence[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class MonitoringFacts(BulletinFacts):
    """What a monitoring report says besides: to whom, month by month, and what matters are of.

    `columns` head the figures of the annexes: the quarter before, each month, the quarter.
    """

    to: str
    cc: str
    columns: Sequence[str]
    formulas: Sequence[tuple[str, ...]]
    matters: Sequence[tuple[str, ...]]


def bulletin(facts: BulletinFacts) -> BulletinData:
    """Return the bulletin's draft; its number is given when somebody signs it.

    Raises:
        DocumentError: the template misses a fact.
    """
    figures = Annex("各项指标", header=("指标", "公式", "件数", "原始", "调整后", "目标"),
                    widths=(5, 9, 2, 3, 3, 2), rows=tuple(facts.indicators))  # fmt: skip
    return _document(facts, TEMPLATE, EVERY_UNIT, (figures, _units(facts)))


def monitoring_report(facts: MonitoringFacts) -> BulletinData:
    """Return the draft of a quarter's monitoring report (第132项), unnumbered until it is signed.

    Raises:
        DocumentError: the template misses a fact.
    """
    annexes = (
        Annex("各项指标的变化", header=("指标", *facts.columns, "调整后", "目标"),
              widths=(5, *(3 for _ in facts.columns), 3, 2), rows=tuple(facts.indicators)),
        Annex("各项指标的公式", header=("指标", "公式", "按何日归入"), widths=(4, 9, 4),
              rows=tuple(facts.formulas)),
        _units(facts),
        Annex("诉求集中的指标和任务项",
              header=("指标", "上季受理", "本季受理", "本季承办超期", "任务项"),
              widths=(5, 2, 2, 2, 5), rows=tuple(facts.matters)),
    )  # fmt: skip
    return _document(facts, MONITORING, facts.to, annexes, facts.cc)


def kept_facts(facts: BulletinFacts) -> dict[str, Any]:
    """Return what a draft was made from, as it is kept; the day comes when it is signed."""
    return {name: value for name, value in vars(facts).items() if name != "date"}


def document_of(kind: ReportKind, kept: Mapping[str, Any], on: date) -> BulletinData:
    """Return the document of kept facts, dated `on`; what was kept besides is left out.

    Raises:
        DocumentError: the template misses a fact.
    """
    if kind is ReportKind.MONITORING:
        return monitoring_report(MonitoringFacts(date=on, **_kept(MonitoringFacts, kept)))
    return bulletin(BulletinFacts(date=on, **_kept(BulletinFacts, kept)))


def _kept(facts: type[BulletinFacts], kept: Mapping[str, Any]) -> dict[str, Any]:
    names = [one.name for one in fields(facts) if one.name != "date"]
    return {
        name: [tuple(row) for row in kept[name]] if name in _TABLES else kept[name]
        for name in names
    }


def _units(facts: BulletinFacts) -> Annex:
    return Annex("各单位情况", header=_UNITS, widths=(4, 5, 3, 3, 3, 3, 3, 3),
                 rows=tuple(facts.units))  # fmt: skip


def _document(
    facts: BulletinFacts, template: str, to: str, annexes: tuple[Annex, ...], cc: str = ""
) -> BulletinData:
    words = {**facts.words, "period": facts.period, "issuer": facts.organ}
    title, _, body = fill(template, words).strip().partition("\n\n")
    return BulletinData(
        kind=LetterKind.SUPERVISION, head=facts.organ, number=UNNUMBERED,
        title_lines=tuple(title.splitlines()), to=to, cc=cc,
        body=paragraphs(body), org=facts.organ, date=facts.date, attachments=annexes,
    )  # fmt: skip
