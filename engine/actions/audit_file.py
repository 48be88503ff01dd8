"""Checks an exported audit log (审计导出) by itself: no database is asked."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.actions.audit_export import FORMAT
from engine.actions.audit_key import is_signed
from engine.actions.audit_succession import Succession, line_to, signer
from engine.errors import BadInputError
from engine.store import chain


class Checked(NamedTuple):
    """What an export holds, the first thing that is wrong with it, and whose it says it is."""

    rows: int
    fault: str
    key: bytes
    line: frozenset[bytes]  # the key and those before it that vouched for it


@dataclass
class _File:
    """What was read so far."""

    whole: Any = field(default_factory=hashlib.sha256)
    key: bytes = b""
    keys: dict[bytes, int | None] = field(default_factory=dict)
    ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    rows: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    seals: dict[str, bytes] = field(default_factory=dict)
    signed: bool = False

    def header(self, line: dict[str, Any]) -> str:
        """Take the key in."""
        self.key = bytes.fromhex(line["public_key"])
        changes = [Succession.from_json(one) for one in line.get("successions", ())]
        self.keys = line_to(self.key, changes)
        return "" if line["format"] == FORMAT else f"不认识的格式 {line['format']}。"

    def row(self, line: dict[str, Any]) -> str:
        """Return what is wrong with the next row."""
        stream, seq = line["stream"], line["seq"]
        last, previous = self.ends.get(stream, (0, chain.BEGINNING))
        words, link = bytes.fromhex(line["words_digest"]), bytes.fromhex(line["link"])
        self.ends[stream] = (seq, link)
        self.rows.setdefault(line["log"], []).append((line["id"], link))
        if seq != last + 1:
            return f"{stream} 缺第 {last + 1} 条。"
        altered = "words" in line and chain.words_digest(line["words"]) != words
        if altered or chain.link(previous, stream, seq, line["facts"], words) != link:
            return f"{stream} 第 {seq} 条被改过。"
        return ""

    def seal(self, line: dict[str, Any]) -> str:
        """Return what is wrong with the next seal."""
        log, span = line["log"], (line["from"], line["to"])
        name = f"封存（{log} id {span[0]} 至 {span[1]}）"
        link, root = bytes.fromhex(line["link"]), bytes.fromhex(line["root"])
        inside = [one for row, one in self.rows.get(log, []) if span[0] <= row <= span[1]]
        previous, self.seals[log] = self.seals.get(log, chain.BEGINNING), link
        if (len(inside), chain.root(b"".join(inside))) != (line["rows"], root):
            return f"{name}里的记录被删、被换或被插入。"
        linked = chain.seal_link(previous, log, span, line["rows"], root) == link
        signature = bytes.fromhex(line["signature"])
        if not linked or signer(self.keys, line.get("id", 0), signature, link) is None:
            return f"{name}被改过，或不是用这把密钥签的。"
        return ""

    def signature(self, line: dict[str, Any]) -> str:
        """Return what is wrong with the end."""
        self.signed = is_signed(bytes.fromhex(line["signature"]), self.whole.digest(), self.key)
        return "" if self.signed else "文件的签名不对：内容被改过。"


def check_file(lines: Iterable[bytes]) -> Checked:
    """Return what an export holds; that it fits says nothing yet of who made it: see its key.

    Raises:
        BadInputError: this is no export of an audit log.
    """
    file = _File()
    readers = {"header": file.header, "row": file.row, "seal": file.seal,
               "signature": file.signature}  # fmt: skip
    try:
        for raw in lines:
            if file.signed:
                return _checked(file, "签名之后还有内容：不是原来的导出文件。")
            line = json.loads(raw)
            fault = readers[line["type"]](line)
            if fault:
                return _checked(file, fault)
            file.whole.update(raw)
    except (ValueError, KeyError, TypeError) as error:
        message = "这不是审计导出文件：每行应为一个 JSON 对象，由 hotline audit export 写出。"
        raise BadInputError(message) from error
    return _checked(file, "" if file.signed else "文件被截断：缺最后一行签名。")


def _checked(file: _File, fault: str) -> Checked:
    rows = sum(len(one) for one in file.rows.values())
    return Checked(rows, fault, file.key, frozenset(file.keys))
