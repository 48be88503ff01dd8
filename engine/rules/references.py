"""What a value's reference cites: the clause must exist and the quoted words stand in it."""

from typing import Any

from engine.errors import RuleError
from engine.rules.citations import HOUSE, Citation, clause, load_clauses
from engine.rules.located_yaml import Located

_DOCUMENT_REFERENCE_PARTS = 3


def cited(entry: Located) -> Citation:
    """Return what a `reference` cites: [document, clause, its words] or house/H-nn.

    Raises:
        RuleError: there is no such clause, or the words do not stand in it.
    """
    reference = entry.value
    if isinstance(reference, str) and reference.startswith("house/"):
        try:
            return clause(reference)
        except RuleError as error:
            expected = f"house.md 中的条目（{error}）"
            msg = f"依据“{reference}”不存在"
            raise entry.wrong(msg, expected) from error
    if _is_document_reference(reference):
        source, section, words = reference
        _check_quoted(entry, source, section, words)
        return Citation(source, section, words, words, house=source == HOUSE)
    msg = f"依据“{reference}”不完整"
    raise entry.wrong(msg, "[文件, 条款, 原文] 或 house/H-nn")


def _check_quoted(entry: Located, source: str, section: str, words: str) -> None:
    """Refuse a clause that the sources do not have, or words that do not stand in it."""
    cited = [one.citation for one in load_clauses().values()]
    said = [one.words for one in cited if (one.source, one.clause) == (source, section)]
    if not said:
        msg = f"依据“{source} {section}”不在 engine/rules/sources/ 中"
        raise entry.wrong(msg, f"已收录的文件和条款（{'、'.join({one.source for one in cited})}）")
    if not any(words in text for text in said):
        msg_0 = f"{section}没有“{words}”这句话"
        raise entry.wrong(msg_0, f"原文中的话：{'；'.join(said)}")


def _is_document_reference(reference: Any) -> bool:
    return (
        isinstance(reference, list)
        and len(reference) == _DOCUMENT_REFERENCE_PARTS
        and all(isinstance(part, str) and part.strip() for part in reference)
    )
