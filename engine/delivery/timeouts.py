"""How long a mail server may be silent, as its address says it (?timeout=10), and take in all."""

from engine.errors import BadInputError

DEFAULT_TIMEOUT_SECONDS = 10.0
# Technical: all that passes about one mail. The mark that keeps other senders off it stands for a
# minute more when the last mail of a batch is begun (engine/actions/delivering.py).
WHOLE_MAIL_SECONDS = 50.0


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
