"""Words of the record in a letter to a body that is only asked (商请): no red card, no summons."""

SAID: tuple[tuple[str, str], ...] = (
    ("黄牌：", ""),
    ("红牌催办", "提醒办理"),
    ("提示发督办函", "提示发函商请"),
    ("提请约谈或者挂牌督办", "提示再次商请"),
)


def asked_words(line: str) -> str:
    """Return a line of the record without what a hotline does only to bodies under it."""
    for told, asked in SAID:
        line = line.replace(told, asked)
    return line
