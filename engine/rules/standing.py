"""What a letter stands for whose grounds fell (依据全部不成立的函)."""

from engine.rules.citations import cites


@cites("house/H-96")
def nothing_stands(grounds: int, bare: int) -> bool:
    """Return whether a letter that named so many grounds counts no more: all of them are bare.

    A ground that a person judged is never bare. A letter that claims none has none to lose.
    """
    return 0 < grounds == bare
