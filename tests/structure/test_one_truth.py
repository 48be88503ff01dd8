"""A rule that only tests call is a second truth: what is decided elsewhere may differ from it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.structure.test_house_rules import ROOT, name_of, sources, tree_of

RULES = "engine.rules"
# Asked by tools of the house itself, not by the engine: which rule answers for a clause.
FOR_TOOLS = {"engine.rules.citations.cited_by"}


def module_of(path: Path) -> str:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return dotted.removesuffix(".__init__")


def defined(path: Path) -> Iterator[str]:
    """Yield the public functions of a module of rules."""
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield f"{module_of(path)}.{node.name}"


def used(path: Path) -> Iterator[str]:
    """Yield the names a module reads of the rules, by import and by attribute of a module."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(RULES):
            for one in node.names:
                full = f"{node.module}.{one.name}"
                modules[one.asname or one.name] = full
                yield full
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{modules.get(node.value.id, '')}.{node.attr}"


def called_at_home(path: Path) -> Iterator[str]:
    """Yield the functions of a module that another statement of it reads."""
    for statement in tree_of(path).body:
        own = getattr(statement, "name", "")
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id != own:
                yield f"{module_of(path)}.{node.id}"


def rules() -> list[Path]:
    return [path for path in sources("engine/rules") if path.parent.name == "rules"]


def test_every_rule_is_asked_by_something_else_than_a_test():
    asked = {name for room in ("engine", "api") for path in sources(room) for name in used(path)}
    asked |= {name for path in rules() for name in called_at_home(path)}

    unasked = [
        f"{name_of(path)}: {name.rpartition('.')[2]}"
        for path in rules() for name in defined(path)
        if name not in asked | FOR_TOOLS
    ]  # fmt: skip
    assert unasked == []
