"""The summary of errors on top of a page (还差几处没填好) lists fields as they stand below it."""

import re

LIST = re.compile(r'(<section class="errsum"[^>]*>.*?<ul>)(.*?)(</ul>)', re.DOTALL)
ITEM = re.compile(r'<li><a href="#([^"]+)">.*?</a></li>', re.DOTALL)


def as_on_the_page(page: str) -> str:
    """Return a page whose summary names the errors in the order of their fields, from the top."""
    found = LIST.search(page)
    if found is None:
        return page
    items = [(_place(page, one[1]), one[0]) for one in ITEM.finditer(found[2])]
    listed = "".join(item for _, item in sorted(items, key=lambda one: one[0]))
    return page[: found.start(2)] + listed + page[found.end(2) :]


def _place(page: str, name: str) -> int:
    """Return where a field stands on a page; one that is not on it comes last."""
    place = page.find(f' id="{name}"')
    return place if place >= 0 else len(page)
