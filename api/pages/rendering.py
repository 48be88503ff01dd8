"""Fills the page templates: one Jinja environment a language, strict about missing facts."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.pages import words
from api.pages.english import English, in_english, said_in_english
from api.pages.language import spoken
from api.pages.wording import reworded_script
from engine.documents.personal_words import without_personal_numbers
from engine.documents.workbook import MOST_ROWS
from engine.rules.parameter_words import in_words
from engine.rules.shanghai import spoken_date

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "pages"
STATIC = ROOT / "api" / "static"
FILTERS: dict[str, Callable[..., Any]] = {
    "masked": words.masked,
    "calendar_name": words.calendar_name,
    "due": words.due_words,
    "day": words.day_words,
    "clock_name": words.clock_name,
    "map_people": lambda people: [(str(one.id), one.name) for one in people],
    "map_terms": lambda kinds: [(one.value, one.label) for one in kinds],
    "map_pairs": lambda words: [(one, one) for one in words],
    "spoken": spoken_date,
    "say": str,
    "lines": str,
    "in_words": lambda value, parameter: in_words(parameter, value),
    "browser": words.browser_name,
    "counted": words.counted,
    "filesize": words.file_size,
    "clock": words.clock_words,
    "impersonal": without_personal_numbers,
    "invented": words.is_invented,
    "coded": words.coded,
}
TRANSLATED = {"desk.en.js": "desk.js", "desk.en.css": "desk.css"}
BLANKS = re.compile(r">\n\s*\n+")  # the template's: in what people typed > is written &gt;


@cache
def environment(code: str = "zh") -> Environment:
    """Return the environment of the page templates in a language."""
    options: dict[str, Any] = {
        "loader": FileSystemLoader(TEMPLATES), "undefined": StrictUndefined,
        "autoescape": select_autoescape(default=True), "trim_blocks": True, "lstrip_blocks": True,
    }  # fmt: skip
    made = English(**options) if code == "en" else Environment(**options)
    made.filters.update({name: one for name, one in FILTERS.items() if name not in made.filters})
    made.globals["excel_rows"] = MOST_ROWS
    made.globals["asset"] = lambda name: asset(name, code)
    return made


def render(template: str, facts: dict[str, Any]) -> str:
    """Return a filled page or partial."""
    language = spoken()
    made = environment(language.code).get_template(template)
    return BLANKS.sub(">\n", made.render({"language": language, **facts}))


def said(text: str) -> str:
    """Return what a program says to the script, in the language of the request."""
    return said_in_english(text) if spoken().code == "en" else text


@cache
def asset(name: str, code: str = "zh") -> str:
    """Return the address of a static file in a language; it changes whenever the file does."""
    there = name if code == "zh" or "." not in name else name.replace(".", f".{code}.")
    shown = there if there in TRANSLATED else name
    return f"/static/{shown}?v={hashlib.sha256(content(shown)).hexdigest()[:10]}"


@cache
def content(name: str) -> bytes:
    """Return a static file; those of another language are the Chinese ones reworded."""
    source = STATIC / TRANSLATED.get(name, name)
    if name not in TRANSLATED:
        return source.read_bytes()
    return reworded_script(source.read_text(encoding="utf-8"), in_english).encode()
