"""Where every rule and value comes from: a document's own words, or a decision of this district.

`sources/*.md` holds the documents cut into anchors (`## anchor | clause | title`). Each section
quotes the words (`>`), and ends with "modelled in …" or "not modelled, because …".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from engine.errors import RuleError

SOURCES = Path(__file__).parent / "sources"
HOUSE = "本区设定"

_Rule = TypeVar("_Rule", bound=Callable[..., Any])
_HEADING = re.compile(r"^## (?P<anchor>\S+) \| (?P<clause>[^|]*?) \| (?P<title>.+)$")
_TITLE = re.compile(r"《[^》]+》")
_ANSWER = re.compile(r"^(modelled in|not modelled, because) (?P<text>.+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Citation:
    """The authority behind a rule or value: a document's clause, or a house decision (本区设定)."""

    source: str
    clause: str
    title: str
    words: str
    house: bool
    anchor: str = ""

    @property
    def label(self) -> str:
        """Return how it is cited on a screen: 城中政办〔2023〕19号 附件第113项, 本区设定 H-03."""
        return f"{self.source} {self.clause}"

    def to_json(self) -> dict[str, Any]:
        """Return the citation as JSON-safe data, with its label."""
        return {**asdict(self), "label": self.label}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Citation":
        """Return the citation that `to_json` wrote."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Clause:
    """One anchored section of a source: its citation, and which code answers for it."""

    citation: Citation
    modelled: bool
    answered_by: str


def cites(*anchors: str) -> Callable[[_Rule], _Rule]:
    """Name the clauses a rule carries out; the structure test checks that they exist."""

    def mark(rule: _Rule) -> _Rule:
        vars(rule)["cited_anchors"] = anchors
        return rule

    return mark


def cited_by(rule: Callable[..., Any]) -> tuple[str, ...]:
    """Return the anchors named by a rule's `@cites`, none if it has no such mark."""
    anchors: tuple[str, ...] = getattr(rule, "cited_anchors", ())
    return anchors


def clause(anchor: str) -> Citation:
    """Return the citation of an anchor such as "chengzhong-2023-19/113/time-limits".

    Raises:
        RuleError: no source has that anchor.
    """
    found = load_clauses().get(anchor)
    if found is None:
        document = anchor.partition("/")[0]
        msg = f"没有条款“{anchor}”：请在 engine/rules/sources/{document}.md 补上该条"
        raise RuleError(msg)
    return found.citation


def cited_in_full(anchor: str) -> str:
    """Return a clause as an official letter cites it: the title first, then the number.

    《2023年城中区优化营商环境工作要点》（城中政办〔2023〕19号）附件第113项

    Raises:
        RuleError: no source has that anchor.
    """
    found = clause(anchor)
    path = SOURCES / f"{anchor.partition('/')[0]}.md"
    title = _TITLE.search(path.read_text(encoding="utf-8").partition("\n## ")[0])
    source = f"{title[0]}（{found.source}）" if title else found.source
    return f"{source}{found.clause}"


def cited_by_number(anchor: str) -> str:
    """Return a clause by the number of its document: 城中政办〔2023〕19号附件第113项.

    Raises:
        RuleError: no source has that anchor.
    """
    found = clause(anchor)
    return f"{found.source}{found.clause}"


@cache
def load_clauses(directory: Path = SOURCES) -> Mapping[str, Clause]:
    """Return every clause of the sources by its anchor.

    Raises:
        RuleError: a section has no words or no answer, or an anchor is used twice.
    """
    clauses: dict[str, Clause] = {}
    for path in sorted(directory.glob("*.md")):
        for found in _clauses_in(path):
            if found.citation.anchor in clauses:
                msg = f"sources/{path.name}：条款“{found.citation.anchor}”写了两次"
                raise RuleError(msg)
            clauses[found.citation.anchor] = found
    return MappingProxyType(clauses)


def _clauses_in(path: Path) -> list[Clause]:
    head, *sections = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    source = head.splitlines()[0].removeprefix("# ").strip()
    return [_clause_from(section, source, path) for section in sections]


def _clause_from(section: str, source: str, path: Path) -> Clause:
    lines = section.strip().splitlines()
    heading = _HEADING.match(lines[0])
    answer = _ANSWER.match(lines[-1])
    words = "".join(line.removeprefix(">").strip() for line in lines if line.startswith(">"))
    if heading is None or answer is None or not words:
        msg = (
            f"sources/{path.name}：“{lines[0]}”不完整；应有“## 锚点 | 条款 | 标题”、引文（>）"
            "和末行“modelled in …”或“not modelled, because …”"
        )
        raise RuleError(msg)
    citation = Citation(
        source=source,
        clause=heading["clause"],
        title=heading["title"],
        words=words,
        house=source == HOUSE,
        anchor=f"{path.stem}/{heading['anchor']}",
    )
    return Clause(citation, answer[1].lower() == "modelled in", answer["text"])
