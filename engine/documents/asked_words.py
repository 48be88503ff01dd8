"""Words of the record to a body that is only asked (商请), by letter or mail: no red card."""

SAID: tuple[tuple[str, str], ...] = (
    ("黄牌：", ""),
    ("红牌催办", "提醒办理"),
    ("提示发督办函", "提示发函商请"),
    ("提请约谈或者挂牌督办", "提示再次商请"),
    ("督办函反馈时限", "函件反馈时限"),
    ("督办阶梯", "提醒"),
    ("经催办、督办仍未办结", "经商请仍未办结"),
    ("督办函", "商请函"),
    ("催办通知书", "商请函"),
    ("催办", "提醒"),
)


def asked_words(line: str) -> str:
    """Return a line of the record without what a hotline does only to bodies under it."""
    for told, asked in SAID:
        line = line.replace(told, asked)
    return line
