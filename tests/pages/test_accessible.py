"""axe-core on every page, for everybody who may open it, with a district's work on it."""

import pytest
from selenium_axe_python import Axe

from engine.terms import Role
from tests.pages.busy import WHO, addresses, busy
from tests.pages.screens import IN_A_BROWSER, chromium, sign_in

pytestmark = IN_A_BROWSER


def violations(browser):
    """Return what axe finds wrong, and text of its background's colour, which axe skips."""
    axe = Axe(browser)
    axe.inject()
    said = axe.run(options={"resultTypes": ["violations", "incomplete"]})
    unseen = [
        f"invisible: {node['target'][0]}" for one in said["incomplete"] for node in one["nodes"]
        if any((check["data"] or {}).get("messageKey") == "equalRatio" for check in node["any"])
    ]  # fmt: skip
    return unseen + [
        f"{one['id']}: {node['target'][0]}"
        for one in said["violations"]
        for node in one["nodes"][:3]
    ]


def looked_at(site, size, role, paths):
    """Return what is wrong with which page."""
    with chromium(*size) as browser:
        sign_in(browser, site, WHO[role])
        found = {}
        for path in paths:
            browser.get(f"{site}{path}")
            found[path] = violations(browser)
    return [f"{role.value} {path}: {one}" for path, wrong in found.items() for one in wrong]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["screen", "telephone"])
def test_axe_finds_nothing_on_any_page_of_anybody(site, database, size, role):
    made = busy(database, 60)

    wrong = looked_at(site, size, role, addresses(made, role))

    assert "\n".join(wrong) == ""
