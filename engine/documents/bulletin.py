"""The bulletin (通报) as an official document: words from a template, the figures as annexes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.documents.letter_data import UNNUMBERED, Annex, Layout, LetterData
from engine.documents.letter_texts import paragraphs
from engine.documents.templates import fill
from engine.terms import LetterKind

TEMPLATE = "bulletin_letter.txt.j2"


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
    """Return the bulletin's draft; its number is given outside, when somebody signs it.

    Raises:
        DocumentError: the template misses a fact.
    """
    words = {**facts.words, "period": facts.period, "issuer": facts.organ}
    title, _, body = fill(TEMPLATE, words).strip().partition("\n\n")
    return BulletinData(
        kind=LetterKind.SUPERVISION, head=facts.organ, number=UNNUMBERED,
        title_lines=tuple(title.splitlines()), to="各承办单位",
        body=paragraphs(body), org=facts.organ, date=facts.date,
        attachments=(
            Annex("各项指标", header=("指标", "公式", "件数", "原始", "调整后", "目标"),
                  widths=(5, 9, 2, 3, 3, 2), rows=tuple(facts.indicators)),
            Annex("各单位情况",
                  header=("组别", "单位", "件数", "按时办结率", "满意率", "综合", "调整后"),
                  widths=(4, 6, 2, 4, 3, 2, 3), rows=tuple(facts.units)),
        ),
    )  # fmt: skip
