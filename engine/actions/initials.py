"""Pinyin initials for finding names by a few keys (拼音首字母): 区市场监管局 → qscjgj."""

from pypinyin import Style, lazy_pinyin


def initials(name: str) -> str:
    """Return the lower-case pinyin initials of a name; letters and digits stay."""
    letters = "".join(lazy_pinyin(name.strip(), style=Style.FIRST_LETTER))
    return "".join(letter for letter in letters.lower() if letter.isalnum() and letter.isascii())
