"""What is personal in somebody's words: telephone numbers, identity numbers, mail addresses.

The one place that says so, however it is typed: full-width, in groups, with +86 before it.
"""

import re

HIDDEN_NUMBER = "（号码已隐去）"
HIDDEN_ADDRESS = "（邮箱已隐去）"
_WIDE = str.maketrans("０１２３４５６７８９＋－（）＠．　ｘＸ\u00a0", "0123456789+-()@. xX ")
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
_KINDS = (("证件号", _IDENTITY), ("手机号", _MOBILE), ("固定电话", _LANDLINE),
          ("港澳台电话", _FAR))  # fmt: skip


def without_personal_numbers(text: str) -> str:
    """Return `text` without the telephone and identity numbers somebody typed into it."""
    for _, pattern in _KINDS:
        plain = text.translate(_WIDE)
        for found in reversed([*pattern.finditer(plain)]):
            text = text[: found.start()] + HIDDEN_NUMBER + text[found.end() :]
    return text


def without_personal_words(text: str) -> str:
    """Return `text` without personal numbers and without mail addresses."""
    return _ADDRESS.sub(HIDDEN_ADDRESS, without_personal_numbers(text))


def personal_kinds(text: str) -> list[str]:
    """Return what is personal in `text`, in Chinese: 证件号, 手机号, 固定电话, 邮箱地址."""
    plain, found = text.translate(_WIDE), []
    for name, pattern in (*_KINDS, ("邮箱地址", _ADDRESS)):
        left = pattern.sub(HIDDEN_NUMBER, plain)
        found += [name] if left != plain else []
        plain = left
    return found
