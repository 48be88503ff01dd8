"""The page of clauses (docs/clauses.md): every clause's words, and which code answers for it."""

from itertools import groupby

from engine.rules.citations import Clause, load_clauses

_HEAD = """# 条款与规则

本页由 `hotline rules clauses` 生成，列出 `engine/rules/sources/` 的每一条：
原文、由哪段程序执行，或为何不执行。
文件原文与本区设定（H-nn）分开列示，不混用。
"""


def clause_page() -> str:
    """Return the whole page as Markdown; a test keeps docs/clauses.md equal to it."""
    clauses = load_clauses().values()
    parts = [_HEAD]
    for source, group in groupby(clauses, key=lambda clause: clause.citation.source):
        parts.append(f"\n## {source}\n\n| 条款 | 标题 | 原文 | 由谁执行 |\n|---|---|---|---|\n")
        parts.extend(_line(clause) for clause in group)
    return "".join(parts)


def _line(clause: Clause) -> str:
    citation = clause.citation
    answer = f"`{clause.answered_by.replace('、', '` `')}`"
    if not clause.modelled:
        answer = f"不建模：{clause.answered_by}"
    return f"| {citation.clause} | {citation.title} | {citation.words} | {answer} |\n"
