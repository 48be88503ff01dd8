"""What `hotline check` finds (安装体检): each finding says how it stands and what to do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from engine.errors import EngineError


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


def apart(what: str, probe: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a probe finds; where it fails itself, that, so that the others go on."""
    try:
        yield from probe()
    except Exception as error:
        # The outermost place of this probe: what nobody foresaw is what a check is there for.
        yield failed(what, error)


def failed(what: str, error: Exception) -> Finding:
    """Return that something could not be looked at: our own sentence, or the kind of the error."""
    said = str(error) if isinstance(error, EngineError) else f"没有看成（{_kind(error)}）"
    return broken(what, said, "照所说的修好，再运行一次 hotline check；其余各项照常看过。")


def _kind(error: Exception) -> str:
    """Return the kind of an error; of the system's the reason too, which is about files."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} {error.filename or ''}".strip()
    return type(error).__name__
