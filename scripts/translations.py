"""Brings templates/pages/en.po up to date: `python -m scripts.translations`.

New messages come in with an empty English, those that no template has any more go. What programs
say (context "words") is written by hand and stays.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from api.pages.english import CATALOGUE, WORDS
from api.pages.rendering import STATIC, TEMPLATES, TRANSLATED
from api.pages.wording import reworded, reworded_script

HEAD = "# The desks in English, written by hand; brought up to date by scripts/translations.py.\n\n"


def wanted() -> dict[str, set[str]]:
    """Return every message of templates, script and stylesheet, with the files it stands in."""
    found: dict[str, set[str]] = {}

    def noting(path: Path):  # noqa: ANN202 - what it returns is only handed on
        def note(message: str) -> str:
            found.setdefault(message, set()).add(path.name)
            return message

        return note

    for path in sorted(TEMPLATES.rglob("*.html")):
        reworded(path.read_text(encoding="utf-8"), noting(path))
    for name in sorted(TRANSLATED.values()):
        reworded_script((STATIC / name).read_text(encoding="utf-8"), noting(STATIC / name))
    return found


def renewed(old: Catalog, messages: dict[str, set[str]]) -> Catalog:
    """Return a catalogue of the messages wanted, with the English there was."""
    made = Catalog(locale="en")
    for message, files in messages.items():
        known = old.get(message)
        places = [(name, None) for name in sorted(files)]
        made.add(message, known.string if known else "", locations=places)
    for one in old:
        if one.context == WORDS:
            made.add(one.id, one.string, context=WORDS)
    return made


def main() -> None:
    """Write the catalogue anew."""
    with CATALOGUE.open("rb") as file:
        old = read_po(file, locale="en")
    with CATALOGUE.open("wb") as file:
        file.write(HEAD.encode())
        write_po(file, renewed(old, wanted()), width=0, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    main()
