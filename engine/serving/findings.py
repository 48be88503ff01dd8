"""What `hotline check` finds (安装体检): each finding says how it stands and what to do."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad a finding is."""

    FINE = 0
    LOOK = 1
    BROKEN = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its name, how it stands, and what to do about it."""

    what: str
    level: Level
    words: str
    todo: str = ""


def fine(what: str, words: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(what, Level.FINE, words)


def look(what: str, words: str, todo: str) -> Finding:
    """Return a finding somebody should look at."""
    return Finding(what, Level.LOOK, words, todo)


def broken(what: str, words: str, todo: str) -> Finding:
    """Return a finding that keeps the installation from its work."""
    return Finding(what, Level.BROKEN, words, todo)
