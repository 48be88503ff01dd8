"""What is personal in somebody's words: telephone numbers, identity numbers, mail addresses.

The one place that says so, however it is typed: full-width, in groups, with +86 before it.
"""

import re

HIDDEN_NUMBER = "（号码已隐去）"
HIDDEN_ADDRESS = "（邮箱已隐去）"
_WIDE = str.maketrans("０１２３４５６７８９＋－（）＠．　\u00a0", "0123456789+-()@.  ")
_WIDE |= {code + 0xFEE0: code for code in (*range(65, 91), *range(97, 123))}  # ａ, Ｘ
_GAP = r"[ .·\-–—]{0,2}"
_BLANK = r"[ \-]{0,2}"
# A sum of money as long as a number is none; 元旦 is no money.
_NO_SUM = r"(?!\d|元(?!旦)|[万亿]元)"
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{_GAP}|0)?(?:1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d{_GAP}\d{{3}}{_GAP}\d{{5}}|1 {{0,2}}[3-9](?: {{0,2}}\d){{9}}){_NO_SUM}"
)
_LANDLINE = re.compile(
    rf"(?<![\d.])(?:\(0(?:10|2\d|[3-9]\d{{2}})\)|0(?:10|2\d|[3-9]\d{{2}})"
    rf"|(?:\+|00)86{_GAP}\(?0?(?:10|2\d|[3-9]\d{{2}})\)?)"
    rf"{_GAP}[2-9]\d{{2,3}}{_BLANK}\d{{4}}{_NO_SUM}"
)
_FAR = re.compile(  # 港澳台 numbers, as they are dialled from here
    rf"(?<!\d)(?:\+|00)(?:85[23]|886){_GAP}(?:\d{_GAP}){{7,8}}\d{_NO_SUM}"
)
_IDENTITY = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)"
    rf"|(?<!\d)[1-9](?:{_BLANK}\d){{5}}{_BLANK}(?:1{_BLANK}9|2{_BLANK}0)(?:{_BLANK}\d){{2}}"
    rf"{_BLANK}(?:0{_BLANK}[1-9]|1{_BLANK}[0-2]){_BLANK}[0-3]{_BLANK}\d"
    rf"(?:{_BLANK}\d){{3}}{_BLANK}[\dXx](?!\d)"
    rf"|(?<![\dA-Za-z])[1-9]\d{{5}}{_BLANK}\d{{2}}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
    rf"{_BLANK}\d{{3}}{_NO_SUM}"
)
_ADDRESS = re.compile(r"[A-Za-z0-9_.+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_CARD = re.compile(
    rf"(?<![\dA-Za-z])(?:[3-6]\d{{15,18}}"
    rf"|[3-6]\d{{3}}(?:{_BLANK}\d{{4}}){{3}}(?:{_BLANK}\d{{1,3}})?){_NO_SUM}"
    rf"|(?:卡号|[账帐][号户]|银行卡)[^\d，。；\n]{{0,6}}(?P<n>\d(?:{_BLANK}\d){{8,29}}){_NO_SUM}"
)
# Without its area code a landline looks like any number: a word beside it says what it is.
_CALL = r"(?:电话|座机|固话|联系|致电|拨打|来电|回电|打给)"
_DAY = r"(?:19|20)\d{2}[ \-]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_BARE = (
    rf"(?<![\d.A-Za-z第〔])(?<![编单文案票]号)(?<![编单文案票]号：)(?!{_DAY})"
    r"[2-8]\d{2,3}[ \-]?\d{4}(?![\d%号件份]|[.,]\d|[万亿元平吨米])"
)
_LOCAL = re.compile(
    rf"{_CALL}[^\d，。；！？\n]{{0,8}}(?P<n>{_BARE})"
    rf"|(?P<m>{_BARE})[^\d，。；！？\n]{{0,3}}(?:电话|座机|固话)"
)
_KINDS = (("证件号", _IDENTITY), ("银行卡号", _CARD), ("手机号", _MOBILE), ("固定电话", _LANDLINE),
          ("港澳台电话", _FAR), ("固定电话", _LOCAL))  # fmt: skip
# Digits as they are said and as they stand on cheques: one sign for one digit.
_SAID = str.maketrans(
    "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸", "001234567891123456789236"
)
_SIGNS = str.maketrans({**_WIDE, **_SAID})


def without_personal_numbers(text: str) -> str:
    """Return `text` without the numbers of persons somebody typed: telephones, papers, cards.

    They are found in Chinese signs too (一三八…, 壹叁捌…). Sums, days, official numbers and lines
    of few digits (12345) stay.
    """
    for _, pattern in _KINDS:
        text, _ = _hidden(text, pattern, HIDDEN_NUMBER)
    return text


def without_personal_words(text: str, *, own: str = "") -> str:
    """Return `text` without personal numbers and mail addresses; `own`, the office's, stays."""
    parts = text.split(own) if own else [text]
    left = (_hidden(without_personal_numbers(one), _ADDRESS, HIDDEN_ADDRESS)[0] for one in parts)
    return own.join(left)


def personal_kinds(text: str) -> list[str]:
    """Return what is personal in `text`, in Chinese: 证件号, 手机号, 固定电话, 邮箱地址."""
    found = []
    for name, pattern in (*_KINDS, ("邮箱地址", _ADDRESS)):
        text, some = _hidden(text, pattern, HIDDEN_NUMBER)
        found += [name] if some and name not in found else []
    return found


def _hidden(text: str, pattern: re.Pattern[str], instead: str) -> tuple[str, bool]:
    """Return a text without what fits a pattern, and whether there was any.

    It is looked for in the digits first: 之一 before a number is no digit of it.
    """
    before = text
    for signs in (_WIDE, _SIGNS):
        for found in reversed([*pattern.finditer(text.translate(signs))]):
            begin, end = found.span(found.lastgroup or 0)
            text = text[:begin] + instead + text[end:]
    return text, text != before
