"""Fills the page templates: one Jinja environment, strict about missing facts."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.pages import words
from engine.rules.parameter_words import in_words
from engine.rules.shanghai import spoken_date

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "pages"
STATIC = ROOT / "api" / "static"
BLANKS = re.compile(r"\n\s*\n+")


@cache
def environment() -> Environment:
    """Return the environment of the page templates."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        masked=words.masked,
        due=words.due_words,
        day=words.day_words,
        clock_name=words.clock_name,
        map_terms=lambda kinds: [(one.value, one.label) for one in kinds],
        map_pairs=lambda words: [(one, one) for one in words],
        spoken=spoken_date,
        in_words=lambda value, parameter: in_words(parameter, value),
        browser=words.browser_name,
        counted=words.counted,
        filesize=words.file_size,
        clock=words.clock_words,
    )
    made.globals["asset"] = asset
    return made


def render(template: str, facts: dict[str, Any]) -> str:
    """Return a filled page or partial."""
    return BLANKS.sub("\n", environment().get_template(template).render(facts))


@cache
def asset(name: str) -> str:
    """Return the address of a static file; it changes whenever the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"
