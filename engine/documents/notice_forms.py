"""Notices that go out by the hundred (成批通知): their words are set once, what differs is put in.

A sweep writes the same notice to many units: the same limit, the same steps, another number. Words
with the same other facts are filled by the template once; a hundred more cost a replacement each.
"""

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache

from markupsafe import escape

from engine.documents.templates import fill
from engine.terms import NoticeKind

FORMS = frozenset({
    NoticeKind.WARNING, NoticeKind.BREACH, NoticeKind.REMINDER, NoticeKind.SUPERVISION,
    NoticeKind.INTERVIEW, NoticeKind.LETTER_PROPOSED, NoticeKind.CALLBACK_OWED,
})  # fmt: skip
# What differs between tickets: single lines that templates only print.
OWN = ("number", "link", "unit", "category", "reason", "due_how")
UNUSED = ("items", "task_rows", "written_at")
KEPT_FORMS = 512
SUBJECT_MARK = "主题："
FIRST = 0xE000  # signs of nobody's language (private use) hold the places
PLACES = {name: chr(FIRST + place) for place, name in enumerate(OWN)}
TAKEN = re.compile(f"[{''.join(PLACES.values())}]")
Facts = tuple[tuple[str, type, object], ...]  # True is no 1, and a term no text


def written(kind: NoticeKind, facts: Mapping[str, object]) -> list[str]:
    """Return a notice's text, its first line the subject, and its HTML.

    Raises:
        DocumentError: a fact is missing or the template is wrong; the message names it.
    """
    shown = {name: value for name, value in facts.items() if name not in UNUSED}
    if kind in FORMS and all(_is_plain(value) for value in shown.values()):
        own = {name: shown[name] for name in OWN if _is_line(shown.get(name))}
        set_once = {**shown, **{name: PLACES[name] for name in own}}
        form = _form(kind, tuple((name, type(one), one) for name, one in set_once.items()))
        return [_put(form[0], own), _put(form[1], {name: escape(own[name]) for name in own})]
    return list(_filled(kind, facts))


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return not TAKEN.search(value)
    return isinstance(value, Hashable)


def _is_line(value: object) -> bool:
    """Whether a fact is printed just as it is: one line, no blanks that would be drawn together."""
    if type(value) is not str or not value or not value.isprintable():
        return False
    return "  " not in value and value == value.strip()


@lru_cache(maxsize=KEPT_FORMS)
def _form(kind: NoticeKind, facts: Facts) -> tuple[str, str]:
    return _filled(kind, {name: value for name, _, value in facts})


def _put(form: str, own: Mapping[str, object]) -> str:
    for name, value in own.items():
        form = form.replace(PLACES[name], str(value))
    return form


def _filled(kind: NoticeKind, facts: Mapping[str, object]) -> tuple[str, str]:
    text = fill(f"{kind.value}.txt.j2", facts)
    return text, fill(f"{kind.value}.html.j2", {**facts, "subject": subject_of(text)})


def subject_of(text: str) -> str:
    """Return the subject of a text whose first line it is."""
    return text.lstrip().partition("\n")[0].removeprefix(SUBJECT_MARK).strip()
