"""Which unit somebody means: its name, a spelling of it, or pinyin initials."""

from sqlmodel import Session

from engine.errors import BadInputError, NotFoundError
from engine.models import Unit
from engine.store import tickets
from engine.store.search import half_width


def unit_named(session: Session, text: str, field: str) -> str:
    """Return the name of the unit meant; nothing typed stays nothing.

    Raises:
        BadInputError: the initials fit several units; they are named.
    """
    wanted = half_width(text).strip()
    if not wanted or not wanted.isascii():
        return wanted
    known = tickets.units(session)
    exact = [one.name for one in known if wanted.lower() in (one.initials, one.slug)]
    fits = exact or [one.name for one in known if wanted.lower() in one.initials]
    if len(fits) > 1:
        words = f"“{wanted}”可以是{'、'.join(fits)}，请写名称。"
        raise BadInputError(words, fields={field: words})
    return fits[0] if fits else wanted


def unit_meant(session: Session, text: str, field: str) -> Unit:
    """Return the unit meant, for a field of a form.

    Raises:
        BadInputError: nothing was typed, no unit is called so, or several are.
    """
    name = unit_named(session, text, field)
    if not name:
        words = "请选承办单位。"
        raise BadInputError(words, fields={field: words})
    try:
        return tickets.unit_by_name(session, name)
    except NotFoundError as error:
        raise BadInputError(str(error), fields={field: str(error)}) from error
