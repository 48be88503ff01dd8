"""Pictures of every page, to be looked at: `python -m tests.pages.pictures DIRECTORY [ROLE ...]`.

Each page as wide as an operator's screen and as a telephone, with a year of work on it. A page
wider than its window is named at the end: on a telephone nobody scrolls sideways.

`python -m tests.pages.pictures docs` takes those of docs/pages.md anew: each page once, before
anybody scrolls; pages of the units on a telephone.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome

from engine import clock
from engine.actions.setup import demo_accounts, load_reference_data
from engine.store.database import use
from engine.store.embedded import embedded_server
from engine.store.migrate import migrate
from engine.terms import Role
from tests.pages.busy import ACTS, DOES, FILES, WHO, Busy, addresses, busy, filled
from tests.pages.screens import chromium, free_port, serving, sign_in, width_of
from tests.structure.page_roles import OPEN, PAGES, roles

SIZES = {"screen": (1366, 768), "telephone": (390, 844)}
TALL = "return document.documentElement.scrollHeight"
KEPT = Path(__file__).parents[2] / "docs" / "pictures" / "pages"
COLOURS, WIDE = 16, 900  # a picture takes a tenth of what it would
# Those that cannot be done on these tickets have no form to show.
FORMS = [one for one in ACTS if one[1] not in ("assist", "convene", "propose-refusal", "spot")]
SEEN_BY = (Role.SUPERVISOR, Role.HANDLER, Role.OPERATOR, Role.ADMINISTRATOR)
# Ways on, other names of a list, and what is there in earnest or by an identity provider only.
WITHOUT = frozenset({
    "GET /", "GET /login/oidc", "GET /login/oidc/back", "GET /login/oidc/leave",
    "GET /bulletins/{bulletin_id}", "GET /supervise/today", "GET /supervise/callbacks",
    "GET /supervise/overdue", "GET /admin/mailbox/{name}", "GET /tickets/{number}/{name}",
    "GET /mails/{reply_id}", "GET /tickets/{number}/replies/{reply_id}",
})  # fmt: skip


def main(directory: Path, wanted: set[Role]) -> None:
    with at_work() as (site, made):
        for name, size in SIZES.items():
            for role in sorted(wanted):
                look(site, directory / name / role.value, size, role, addresses(made, role))


@contextmanager
def at_work() -> Iterator[tuple[str, Busy]]:
    """Yield the address of a district in the middle of its work, and what is to be seen there."""
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as running:
        database = use(running.database)
        migrate(database)
        load_reference_data(clock.now())
        demo_accounts(clock.now())
        made = busy(database, 3000)
        with serving(database, free_port()) as site:
            yield site, made


def look(site: str, into: Path, size: tuple[int, int], role: Role, paths: list[str]) -> None:
    into.mkdir(parents=True, exist_ok=True)
    with chromium(*size) as browser:
        sign_in(browser, site, WHO[role])
        for path in paths:
            browser.get(f"{site}{path}")
            if (wide := width_of(browser)) > size[0]:
                print(f"{wide} px wide: {role.value} {path}")
            tall = min(browser.execute_script(TALL), 3000)
            whole = {"width": size[0], "height": max(tall, size[1]), "deviceScaleFactor": 1,
                     "mobile": size[0] < 500}  # fmt: skip
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", whole)
            browser.save_screenshot(into / (re.sub(r"[^\w]+", "_", path).strip("_") + ".png"))
            browser.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride", {**whole, "height": size[1]}
            )


def document() -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    with at_work() as (site, made):
        for role in SEEN_BY:
            mine = [one for one in PAGES if seen_by(one) is role]
            forms = [f"/tickets/{made.tickets[which]}/{name}" for which, name in FORMS
                     if DOES.get(name, (Role.SUPERVISOR,))[0] is role]  # fmt: skip
            size = SIZES["telephone" if role is Role.HANDLER else "screen"]
            with chromium(*size) as browser:
                for page in (one for one in mine if PAGES[one] == OPEN):
                    take(browser, f"{site}{best_of(made, page)}", name_of(page))
                sign_in(browser, site, WHO[role])
                for page in (one for one in mine if PAGES[one] != OPEN):
                    take(browser, f"{site}{best_of(made, page)}", name_of(page))
                for address in forms:
                    take(browser, f"{site}{address}", f"form-{address.rsplit('/')[-1]}")


def seen_by(page: str) -> Role | None:
    """Return who is seen on the picture of a page; nobody where it has none."""
    if not page.startswith("GET ") or page in WITHOUT or any(one in page for one in FILES):
        return None
    return next(role for role in SEEN_BY if role in roles(page))


def name_of(page: str) -> str:
    """Return the name of a page's picture: GET /tickets/{number} is tickets-number."""
    return re.sub(r"[^a-z_]+", "-", page.removeprefix("GET ")).strip("-")


def best_of(made: Busy, page: str) -> str:
    """Return the example of a page that has most on it."""
    if page.endswith("/answer-note"):
        return page.removeprefix("GET ").format(number=made.tickets["promised"])
    found = filled(made, page)
    return next((one for one in found if f"/{made.letters['sent']}" in one), found[0])


def take(browser: Chrome, address: str, name: str) -> None:
    """Keep a page as small as a few colours make it."""
    browser.get(address)
    seen = Image.open(BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    seen.thumbnail((WIDE, WIDE), Image.Resampling.LANCZOS)
    few = seen.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(KEPT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["docs"]:
        document()
        sys.exit()
    main(Path(sys.argv[1]), {Role.parse(one) for one in sys.argv[2:]} or set(Role))
