"""Reasons that people type (理由): asked for wherever the rules want one."""

from engine.errors import BadInputError

ATTACH = "长材料请作附件"


def stated(
    text: str, field: str, words: str, most: int | None = None, instead: str = ATTACH
) -> str:
    """Return what somebody typed into a field, tidy; `instead` says where what is too long goes.

    Raises:
        BadInputError: nothing was typed; says `words` of the field. Or it is longer than `most`.
    """
    if not text.strip():
        raise BadInputError(words, fields={field: words})
    return text.strip() if most is None else within(text, field, most, instead)


def within(text: str, field: str, most: int, instead: str = ATTACH) -> str:
    """Return what somebody typed, tidy: nobody's words are cut without their knowing.

    Raises:
        BadInputError: it is longer than `most`, whose number it says.
    """
    if said := too_long(text, most, instead):
        raise BadInputError(said, fields={field: said})
    return text.strip()


def too_long(text: str, most: int, instead: str = ATTACH) -> str:
    """Return what to say of words that are more than is kept, or nothing."""
    given = len(text.strip())
    return f"写了 {given} 字，最多 {most} 字；{instead}。" if given > most else ""
