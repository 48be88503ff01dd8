"""Reads the bytes of a file with a holiday notice as text, or says what the file is instead."""

from types import MappingProxyType

from engine.errors import RuleError

_KINDS = MappingProxyType({
    b"PK\x03\x04": " Excel 工作簿或压缩包",
    b"\xd0\xcf\x11\xe0": "旧版 Excel 或 Word 文件",
    b"%PDF-": " PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
})  # fmt: skip
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which Excel calls Unicode text
_HOW = "请在 Excel 或 WPS 里另存为“CSV UTF-8（逗号分隔）”再选，或把内容粘贴到“放假安排”一栏。"


def text_of(data: bytes, name: str) -> str:
    """Return a file's text: UTF-8, or what Excel in China saves (GB18030, UTF-16).

    Raises:
        RuleError: it is no text; the words say what it is and what to do.
    """
    kind = next((said for start, said in _KINDS.items() if data.startswith(start)), "")
    if kind:
        msg = f"{name} 是{kind}，不是文本，读不出放假安排。{_HOW}"
        raise RuleError(msg)
    coding = "utf-16" if data.startswith(_MARKS) else ""
    for one in filter(None, (coding, "utf-8-sig", "gb18030")):
        try:
            text = data.decode(one)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    msg = f"{name} 不是文本，或编码认不出来，读不出放假安排。{_HOW}"
    raise RuleError(msg)
