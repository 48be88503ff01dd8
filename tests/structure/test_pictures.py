"""docs/pages.md shows every page there is, and every picture it shows is there."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_every_page_has_its_picture_in_the_docs():
    from tests.pages.pictures import FORMS, PAGES, name_of, seen_by

    shown = re.findall(r"pictures/pages/([\w-]+)\.png", (DOCS / "pages.md").read_text("utf-8"))
    kept = {one.stem for one in (DOCS / "pictures" / "pages").glob("*.png")}
    pages = {name_of(one) for one in PAGES if seen_by(one)}

    assert pages | {f"form-{name}" for _, name in FORMS} == set(shown) == kept
