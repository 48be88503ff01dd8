"""Pictures of every page, to be looked at: `python -m tests.pages.pictures DIRECTORY [ROLE ...]`.

Each page as wide as an operator's screen and as a telephone, with a year of work on it. A page
wider than its window is named at the end: on a telephone nobody scrolls sideways.
"""

import re
import sys
import tempfile
from pathlib import Path

from engine import clock
from engine.actions.figure_keeping import keep
from engine.actions.setup import demo_accounts, load_reference_data
from engine.store.database import use
from engine.store.embedded import embedded_server
from engine.store.migrate import migrate
from engine.terms import Role
from tests.pages.busy import WHO, addresses, busy
from tests.pages.screens import chromium, free_port, serving, sign_in, width_of

SIZES = {"screen": (1366, 768), "telephone": (390, 844)}
TALL = "return document.documentElement.scrollHeight"


def main(directory: Path, wanted: set[Role]) -> None:
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as running:
        database = use(running.database)
        migrate(database)
        load_reference_data(clock.now())
        demo_accounts(clock.now())
        made = busy(database, 3000)
        keep(clock.now())
        with serving(database, free_port()) as site:
            for name, size in SIZES.items():
                for role in sorted(wanted):
                    look(site, directory / name / role.value, size, role, addresses(made, role))


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


if __name__ == "__main__":
    main(Path(sys.argv[1]), {Role.parse(one) for one in sys.argv[2:]} or set(Role))
