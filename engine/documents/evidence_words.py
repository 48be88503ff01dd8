"""Lines of evidence as a sentence: what happened again is said once, with its days and numbers."""

import re
from collections.abc import Sequence
from itertools import groupby

from engine.documents.templates import without_closing_marks

LINE = re.compile(
    r"^(?P<month>(?:\d+年)?\d+月)(?P<day>\d+日)(?P<words>\D.*?)（事件第(?P<number>\d+)号）$"
)


def said_once(lines: Sequence[str]) -> list[str]:
    """Return the lines, neighbours that differ in day and number alone as one of them.

    11月2日、12日回访：未解决、不满意（事件第14、31号）
    """
    bare = [without_closing_marks(line) for line in lines]
    return [_together(list(same)) for _, same in groupby(bare, key=_words)]


def _words(line: str) -> str:
    found = LINE.match(line)
    return found["words"] if found else line


def _together(lines: list[str]) -> str:
    found = [one for one in map(LINE.match, lines) if one]
    if len(found) < 2:  # noqa: PLR2004 - one line stays as it is
        return lines[0]
    months = [one["month"] for one in found]
    days = [one["day"] if month == before else month + one["day"]
            for one, month, before in zip(found, months, ["", *months], strict=False)]  # fmt: skip
    numbers = "、".join(one["number"] for one in found)
    return f"{'、'.join(days)}{found[0]['words']}（事件第{numbers}号）"
