"""Gives official numbers (取号): at signing, in the signing's transaction, and none twice."""

from engine.actions.step import Step
from engine.errors import ConflictError
from engine.models import Bulletin, Letter
from engine.rules.number_format import format_problem, number_as
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import letters as store

ANOTHER_FORMAT = "不能签发；请在“规则”里另提一版发文字号的格式。"


def take_number(step: Step, letter: Letter | Bulletin) -> str:
    """Give a letter or a bulletin the next number of the year.

    Raises:
        ConflictError: the format in force cannot be used, or gives a number that was given before.
    """
    organ, day = load_settings().organ_code, shanghai_date(step.now)
    form = step.rules.parameters["documents.number_format"].on(day).value
    if problem := format_problem(form):
        message = f"发文字号的格式“{form}”{problem}，{ANOTHER_FORMAT}"
        raise ConflictError(message)
    letter.organ_code, letter.year = organ, day.year
    letter.serial = store.next_serial(step.session, organ, day.year)
    number = number_as(form, organ=organ, year=day.year, number=letter.serial)
    if store.is_given(step.session, number):
        message = f"按现行格式应取的{number}已经用过，{ANOTHER_FORMAT}"
        raise ConflictError(message)
    return number
