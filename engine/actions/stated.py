"""Reasons that people type (理由): asked for wherever the rules want one."""

from engine.errors import BadInputError


def stated(text: str, field: str, words: str) -> str:
    """Return what somebody typed into a field, tidy.

    Raises:
        BadInputError: nothing was typed; says `words` of the field.
    """
    if not text.strip():
        raise BadInputError(words, fields={field: words})
    return text.strip()
