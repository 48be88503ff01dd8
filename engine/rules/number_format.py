"""How official numbers are written (发文字号的格式): one by which every letter is told apart."""

import re
from string import Formatter

from engine.rules.citations import cites

FIELDS = ("organ", "year", "number")
EXPECTED = (
    "{organ}（机关代字）、{year}（年份）、{number}（顺序号）各写一次的格式，"
    "如 {organ}〔{year}〕{number}号"
)
LONGEST_TEXT = 10  # technical: with the organ's code the whole still fits its column
SHIPPED = "{organ}〔{year}〕{number}号"
_PADDED = re.compile(r"0[2-6]d?")
_UNFIT = frozenset('\\/:*?"<>|{}')  # the number names the letter's files, too
_Part = tuple[str, str | None, str | None, str | None]


@cites("house/H-48")
def format_problem(form: str) -> str:
    """Return why official numbers cannot be written so; empty when they can.

    Two letters never get one number, and nothing fails at signing, whatever organ, year and number.
    """
    try:
        parts: list[_Part] = list(Formatter().parse(form))
    except ValueError:
        return "的花括号没有成对"
    named = [name for _, name, _, _ in parts if name is not None]
    if unknown := [name for name in named if name not in FIELDS]:
        return f"里有不认识的“{{{unknown[0]}}}”"
    if missing := [name for name in FIELDS if named.count(name) != 1]:
        return f"里的“{{{missing[0]}}}”{'写了不止一次' if missing[0] in named else '没有写'}"
    return _wrong_spec(parts) or _wrong_text("".join(text for text, *_ in parts)) or _touched(form)


def _wrong_spec(parts: list[_Part]) -> str:
    for _, name, spec, conversion in parts:
        padded = name == "number" and _PADDED.fullmatch(spec or "")
        if conversion or (spec and not padded):
            return f"里的“{{{name}}}”带了别的写法，只有顺序号可以补零，如 {{number:03d}}"
    return ""


def _wrong_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"的固定文字多于 {LONGEST_TEXT} 个字"
    unfit = next((one for one in text if one in _UNFIT or not _common(one)), "")
    return f"里有不能用的字符“{unfit}”" if unfit else ""


def _common(char: str) -> bool:
    """Return whether every font draws a character: it stands in the oldest of the standards."""
    if char.isspace() or not char.isprintable():
        return False
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _touched(form: str) -> str:
    """Return what is wrong where the number runs into digits or a part: 2026 and 1 is 20261."""
    before, _, rest = form.partition("{number")
    after = rest.partition("}")[2]
    near = (before[-1:], after[:1])
    if any(one.isdigit() or one in ("{", "}") for one in near if one):
        return "里的“{number}”紧挨着数字或另一项，分不清顺序号"
    return ""


@cites("house/H-48")
def number_as(form: str, *, organ: str, year: int, number: int) -> str:
    """Return an official number in a format, or as shipped in one that cannot be used."""
    used = SHIPPED if format_problem(form) else form
    return used.format(organ=organ, year=year, number=number)
