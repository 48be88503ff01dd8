"""The one Jinja2 environment of letters and notices, with the filters their words use."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, UndefinedError
from markupsafe import Markup

from engine.documents.told_days import EXPLAINED, ToldDay
from engine.errors import DocumentError
from engine.rules.shanghai import SHANGHAI, shanghai_date, spoken_date
from engine.terms import Term, TicketKind

DIRECTORY = Path(__file__).resolve().parents[2] / "templates" / "notices"
BREAKS = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")


def fill(name: str, facts: Mapping[str, object]) -> str:
    """Return the template `name` filled with `facts`.

    Raises:
        DocumentError: a fact is missing or the template is wrong; the message names it.
    """
    try:
        return environment().get_template(name).render(facts)
    except UndefinedError as error:
        message = f"文书模板 {name} 缺少内容：{error.message}"
        raise DocumentError(message) from error
    except TemplateError as error:
        message = f"文书模板 {name} 有误：{error}"
        raise DocumentError(message) from error


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment: HTML is escaped, a missing fact is an error, a fact is one line."""
    made = Environment(
        loader=FileSystemLoader(DIRECTORY),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        finalize=_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # five looks at the disk a mail, for words that come with the program
    )
    made.filters.update(day=spoken_day, moment=spoken_moment, written=written_day)
    made.filters.update(explained_day=explained_day)
    made.filters.update(written_moment=written_moment, written_after=written_after)
    made.filters.update(next_day=next_written_day, written_moment_after=written_moment_after)
    made.filters.update(order=chinese_number, bare=without_closing_marks)
    made.filters.update(full_moment=full_moment, quoted=quoted)
    return made


def spoken_day(value: object) -> object:
    """Return a date as notices say it, 10月9日（周五）, or （周五，暂定）; text stays as it is."""
    if isinstance(value, ToldDay):
        return value.reserved(str(spoken_moment(value.ends)))
    return spoken_date(_day(value)) if isinstance(value, date) else value


def explained_day(value: object) -> object:
    """Return a date as `spoken_day` has it, saying what 暂定 means: once in a notice."""
    if isinstance(value, ToldDay):
        return value.reserved(str(spoken_day(value.ends)), EXPLAINED)
    return spoken_day(value)


def spoken_moment(value: object) -> object:
    """Return a moment as notices say it in Shanghai time, 10月9日（周五）18:00.

    Midnight is the end of the day before (24:00), as limits that end with a day mean it.
    """
    if not isinstance(value, datetime):
        return spoken_day(value)
    local = value.astimezone(SHANGHAI)
    if local.time() == time(0):
        return f"{spoken_date(local.date() - timedelta(days=1))}24:00"
    return f"{spoken_date(local.date())}{local:%H:%M}"


def written_day(value: object) -> object:
    """Return a date as official documents write it, 2026年10月9日."""
    if not isinstance(value, date):
        return value
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日"


def written_after(value: date, earlier: date) -> str:
    """Return a date after another one of the same sentence: the year only when it is another."""
    day, before = _day(value), _day(earlier)
    short = f"{day.month}月{day.day}日"
    return short if day.year == before.year else f"{day.year}年{short}"


def next_written_day(value: date, before: date) -> str:
    """Return a day right after another one in a sentence: 29日 in the same month, 同日 on it."""
    day, earlier = _day(value), _day(before)
    if day == earlier:
        return "同日"
    same_month = (day.year, day.month) == (earlier.year, earlier.month)
    return f"{day.day}日" if same_month else written_after(day, earlier)


def written_moment(value: object) -> object:
    """Return a moment as official documents write it, 2026年10月9日18:00, in Shanghai time.

    Midnight is 24:00 of the day before, as `spoken_moment` has it.
    """
    if isinstance(value, ToldDay):
        return f"{written_moment(value.ends)}{'（暂定）' if value.provisional else ''}"
    if not isinstance(value, datetime):
        return written_day(value)
    local = value.astimezone(SHANGHAI)
    if local.time() == time(0):
        return f"{written_day(local.date() - timedelta(days=1))}24:00"
    return f"{written_day(value)}{local:%H:%M}"


def written_moment_after(value: datetime, earlier: date) -> str:
    """Return a moment after another one of the same sentence; midnight is 24:00 of the day before.

    The year stands with it only when it is another.
    """
    year = f"{_day(earlier).year}年"
    return str(written_moment(value)).removeprefix(year)


def full_moment(value: datetime) -> str:
    """Return a moment with year and weekday, 2026年10月9日（周五）18:00, as forms show it."""
    year = str(written_moment(value)).partition("年")[0]
    return f"{year}年{spoken_moment(value)}"


def quoted(value: object) -> Markup:
    """Return a text as one YAML string, so that no word of it is read as a row of the form.

    Lines stay lines; what no font draws is a blank.
    """
    plain = "".join(c if c.isprintable() or c in "\n\u3000" else " " for c in str(value).strip())
    return Markup(json.dumps(plain, ensure_ascii=False))


def chinese_number(value: int) -> str:
    """Return 一 … 九十九 for the order of paragraphs."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(value, 10)
    ten = {0: "", 1: "十"}.get(tens, f"{digits[tens % 10]}十")
    return ten + (digits[ones] if ones or not tens else "")


def without_closing_marks(text: str) -> str:
    """Return `text` without the marks at its ends, for a sentence that brings its own 。."""
    return text.strip().strip("。；，;,. 、")


def without_kind(sentence: str) -> str:
    """Return how a date was counted without the kind of ticket: a 举报 must not be hinted at."""
    for kind in TicketKind:
        sentence = sentence.replace(kind.label, "本件")
    return sentence


def _day(value: date) -> date:
    return shanghai_date(value) if isinstance(value, datetime) else value


def _one_line(value: object) -> object:
    # A fact with a line break could otherwise pass for a paragraph or a mail header of its own.
    if isinstance(value, Term):
        return value.label
    if type(value) is not str or (value.isprintable() and "  " not in value):
        return value
    return BREAKS.sub(" ", value)
