"""What a letter stands for whose grounds fell (依据全部不成立的函)."""

from engine.rules.citations import cites

NOTHING_STANDS, ASKED_NO_MORE = "依据已全部不成立", "不再要求反馈"


@cites("house/H-96")
def nothing_stands(grounds: int, bare: int) -> bool:
    """Return whether a letter that named so many grounds counts no more: all of them are bare.

    A ground that a person judged is never bare. A letter that claims none has none to lose.
    """
    return 0 < grounds == bare


@cites("house/H-96")
def is_asked_no_more(stop_reason: str) -> bool:
    """Return whether a reply's limit ended because nothing stands of its letter: no reply came."""
    return stop_reason == ASKED_NO_MORE
