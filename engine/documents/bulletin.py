"""The bulletin (通报) as an official document: words from a template, the figures as annexes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.documents.letter_data import UNNUMBERED, Annex, Layout, LetterData, Paragraph
from engine.terms import LetterKind

REPORTS = Path(__file__).resolve().parents[2] / "templates" / "reports"
BREAK, LEAD = "\n", "｜"


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


def bulletin(facts: BulletinFacts) -> BulletinData:
    """Return the bulletin's draft; its number is given outside, when somebody signs it."""
    made = Environment(
        loader=FileSystemLoader(REPORTS), autoescape=False, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    text = made.get_template("bulletin.txt.j2").render(facts.words, period=facts.period)
    return BulletinData(
        kind=LetterKind.SUPERVISION, head=facts.organ, number=UNNUMBERED,
        title_lines=("关于12345优化营商环境专线", f"{facts.period}办理情况的通报"), to="各承办单位",
        body=tuple(_paragraphs(text)), org=facts.organ, date=facts.date,
        attachments=(
            Annex("各项指标", header=("指标", "公式", "n", "原始", "调整后", "目标"),
                  widths=(5, 9, 2, 3, 3, 2), rows=tuple(facts.indicators)),
            Annex("各单位情况",
                  header=("组别", "单位", "n", "按时办结率", "满意率", "综合", "调整后"),
                  widths=(4, 6, 2, 3, 3, 3, 3), rows=tuple(facts.units)),
        ),
    )  # fmt: skip


def _paragraphs(text: str) -> list[Paragraph]:
    found = []
    for line in filter(None, map(str.strip, text.split(BREAK))):
        lead, sign, rest = line.partition(LEAD)
        found.append(Paragraph(rest, lead) if sign else Paragraph(line))
    return found
