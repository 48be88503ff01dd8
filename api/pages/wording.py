"""Finds the Chinese of a template, script or stylesheet and puts other words in its place.

Templates stay readable: their Chinese stands where it is shown, without a mark around it. A
message is what stands between two tags or `{% … %}`, with `{0}`, `{1}` for each `{{ … }}` inside;
the value of an attribute that people read; or a quoted text within an expression.
"""

import re
from collections.abc import Callable

Say = Callable[[str], str]
HAN = re.compile(r"[\u4e00-\u9fff]")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
# What stands for an expression (shown) and for a statement (ends a message) while we look.
SHOWN = re.compile("\ue000(\\d+)\ue001")
ENDS = re.compile("(\ue002\\d+\ue003)")
APART = re.compile("(<pre>.*?</pre>|<[^<>]*>|\ue002\\d+\ue003)", re.DOTALL)
READ = re.compile(
    r"(\s(?:placeholder|aria-label|title|alt|label|data-th)=\")([^\"]*[\u4e00-\u9fff][^\"]*)(\")"
)
IN_SCRIPT = re.compile(r"\"([^\"\n]*[\u4e00-\u9fff][^\"\n]*)\"|`([^`\n]*[\u4e00-\u9fff][^`\n]*)`")
FILLED = re.compile(r"\$\{[^{}]*\}")


def reworded(source: str, say: Say) -> str:
    """Return a template with every message replaced by what `say` returns for it."""
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(QUOTED.sub(lambda one: _quoted(one, say), found[0]))
        first, last = "\ue000\ue001" if found[0].startswith("{{") else "\ue002\ue003"
        return f"{first}{len(kept) - 1}{last}"

    parts = APART.split(JINJA.sub(hide, source))
    said = "".join(_part(one, say) for one in parts)
    return re.sub("[\ue000\ue002](\\d+)[\ue001\ue003]", lambda one: kept[int(one[1])], said)


def _part(part: str, say: Say) -> str:
    if part.startswith("<"):
        return READ.sub(lambda one: one[1] + _attribute(one[2], say) + one[3], part)
    return _message(part, say)


def _attribute(value: str, say: Say) -> str:
    said = "".join(_message(one, say) for one in ENDS.split(value))
    return said.replace('"', "&quot;")


def _message(text: str, say: Say) -> str:
    """Return one text reworded; blanks around it stay, expressions inside it may change places."""
    if not HAN.search(text):
        return text
    shown: list[str] = []

    def number(found: re.Match[str]) -> str:
        shown.append(found[0])
        return f"{{{len(shown) - 1}}}"

    asked = " ".join(SHOWN.sub(number, text).split())
    said = _filled(say(asked), shown)
    lead = text[: len(text) - len(text.lstrip())]
    tail = text[len(text.rstrip()) :]
    return f"{lead}{said}{tail}"


def _filled(said: str, shown: list[str]) -> str:
    return re.sub(r"\{(\d+)\}", lambda one: shown[int(one[1])], said)


def _quoted(found: re.Match[str], say: Say) -> str:
    text = found[1] if found[1] is not None else found[2]
    if not HAN.search(text):
        return found[0]
    mark = found[0][0]
    return mark + _message(text, say).replace(mark, f"\\{mark}") + mark


def reworded_script(source: str, say: Say) -> str:
    """Return a script or stylesheet with its quoted Chinese replaced."""

    def put(found: re.Match[str]) -> str:
        text = found[1] or found[2]
        shown: list[str] = FILLED.findall(text)
        places = iter(range(len(shown)))
        asked = FILLED.sub(lambda _: f"{{{next(places)}}}", text)
        said = say(asked.strip())
        return found[0][0] + asked.replace(asked.strip(), _filled(said, shown)) + found[0][-1]

    return IN_SCRIPT.sub(put, source)
