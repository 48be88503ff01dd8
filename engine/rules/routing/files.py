"""Where the routing data lives, and how its YAML is read."""

from pathlib import Path
from typing import Any

import yaml

from engine.errors import RuleError

DATA = Path(__file__).parent.parent / "catalogue"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_text(name: str) -> str:
    """The words of one data file.

    Raises:
        RuleError: the file is missing; the message names it.
    """
    try:
        return (DATA / name).read_text(encoding="utf-8")
    except OSError as missing:
        message = f"缺少规则数据文件 engine/rules/catalogue/{name}"
        raise RuleError(message) from missing


def changed_at(name: str) -> int:
    """When a data file was last written, in nanoseconds; the price of a look at the disk.

    Raises:
        RuleError: the file is missing; the message names it.
    """
    try:
        return (DATA / name).stat().st_mtime_ns
    except OSError as missing:
        message = f"缺少规则数据文件 engine/rules/catalogue/{name}"
        raise RuleError(message) from missing


def read_yaml(name: str) -> dict[str, Any]:
    """One YAML data file as a mapping.

    Raises:
        RuleError: the file is missing, or is not a mapping.
    """
    try:
        content = yaml.load(read_text(name), Loader=_Loader)  # a subclass of SafeLoader
    except yaml.YAMLError as broken:
        message = f"engine/rules/catalogue/{name} 不是有效的 YAML：{broken}"
        raise RuleError(message) from broken
    if not isinstance(content, dict):
        message = f"engine/rules/catalogue/{name} 应当是“键: 值”的 YAML"
        raise RuleError(message)
    return content


def lexicon_files() -> tuple[str, ...]:
    """The lexicon files, one a unit, in a stable order."""
    return tuple(f"lexicon/{path.name}" for path in sorted((DATA / "lexicon").glob("*.yaml")))
