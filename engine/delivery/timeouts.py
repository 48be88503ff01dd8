"""How long a mail server may be silent, as its address says it: ?timeout=10."""

from engine.errors import BadInputError

DEFAULT_TIMEOUT_SECONDS = 10.0


def seconds_of(text: str | None, wrong: str) -> float:
    """Return the seconds a text names, or the default without one.

    Raises:
        BadInputError: it is no positive number; says `wrong`.
    """
    try:
        seconds = float(text) if text else DEFAULT_TIMEOUT_SECONDS
    except ValueError as error:
        raise BadInputError(wrong) from error
    if not 0 < seconds < float("inf"):
        raise BadInputError(wrong)
    return seconds
