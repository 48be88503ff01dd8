"""YAML with line numbers, so that a mistake in rule data is named by file and line."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.errors import RuleError

_ROOT = Path(__file__).resolve().parents[2]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Located:
    """One node of a YAML file: its plain value, its line, and its children by key."""

    value: Any
    line: int
    file: str
    children: dict[Any, "Located"] = field(default_factory=dict)

    def wrong(self, found: str, expected: str) -> RuleError:
        """Return the error that names this node's file and line, what is there, what should be."""
        return RuleError(f"{self.file} 第 {self.line} 行：{found}；应为{expected}")


def shown(path: Path) -> str:
    """Return `path` as people are told it: from the project's root, or its last two parts."""
    try:
        return path.resolve().relative_to(_ROOT).as_posix()
    except ValueError:
        return "/".join(path.parts[-2:])


def read_yaml(path: Path) -> Located:
    """Return the content of a rule file with the line of every entry.

    Raises:
        RuleError: the file is missing, is not YAML, or says the same key twice.
    """
    file = shown(path)
    return read_yaml_text(_text(path, file), file)


def read_yaml_text(text: str, file: str) -> Located:
    """Return what a text in YAML says, with the line of every entry; `file` is its name in errors.

    Raises:
        RuleError: it is not YAML, or says the same key twice.
    """
    _check_plain(text, file)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return _located(node, loader, file) if node is not None else Located({}, 1, file)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "无法解析"
        msg = f"{file} 第 {line} 行：不是有效的 YAML（{problem}）"
        raise RuleError(msg) from error
    except RecursionError as error:
        msg = f"{file} 第 1 行：不是有效的 YAML（层次太深）"
        raise RuleError(msg) from error
    finally:
        loader.dispose()


def located(value: Any, file: str) -> Located:
    """Return a plain value as if it had been read: the same checks fit it; it has no lines."""
    if isinstance(value, dict):
        return Located(value, 1, file, {key: located(one, file) for key, one in value.items()})
    if isinstance(value, list):
        return Located(value, 1, file, {place: located(x, file) for place, x in enumerate(value)})
    return Located(value, 1, file)


def _text(path: Path, file: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"缺少规则文件 {file}：请补上该文件"
        raise RuleError(msg) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        msg = f"{file} 第 {line} 行：不是 UTF-8 编码；应为 UTF-8 文本"
        raise RuleError(msg) from error
    return text


def _check_plain(text: str, file: str) -> None:
    odd = _CONTROL.search(text)
    if odd:
        line = text[: odd.start()].count("\n") + 1
        msg = f"{file} 第 {line} 行：有控制字符 U+{ord(odd[0]):04X}；应为纯文本"
        raise RuleError(msg)


def _located(node: yaml.Node, loader: Any, file: str) -> Located:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _located_mapping(node, loader, file)
    if isinstance(node, yaml.SequenceNode):
        items = [_located(item, loader, file) for item in node.value]
        values = [item.value for item in items]
        return Located(values, line, file, dict(enumerate(items)))
    return Located(_plain(node, loader, file), line, file)


def _plain(node: yaml.Node, loader: Any, file: str) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:
        line = node.start_mark.line + 1
        msg = f"{file} 第 {line} 行：有不存在的日期或数值（{error}）"
        raise RuleError(msg) from error


def _located_mapping(node: yaml.MappingNode, loader: Any, file: str) -> Located:
    children: dict[Any, Located] = {}
    for key_node, value_node in node.value:
        key = _plain(key_node, loader, file)
        line = key_node.start_mark.line + 1
        if isinstance(key, dict | list | set):
            msg = f"键“{key}”不对"
            raise Located(key, line, file).wrong(msg, "文字、数字或日期")
        if key in children:
            msg = f"“{key}”写了两次"
            raise Located(key, line, file).wrong(msg, "每个键只写一次")
        child = _located(value_node, loader, file)
        children[key] = Located(child.value, line, file, child.children)
    plain = {key: child.value for key, child in children.items()}
    return Located(plain, node.start_mark.line + 1, file, children)
