"""`make check-security`: bandit over our code, pip-audit over what is installed.

Every finding of bandit is either repaired or stands below with the reason why it is none. Where
the service of known vulnerabilities can't be reached, as in a closed network, that is said, and the
check of dependencies is left out.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
CONSTANTS = "SQL put together from constants of this file; values are always bound"
LOOPBACK = "the address is the installation's own setting, http(s) or refused; not a caller's"
# (test, file): how many, and why each is no weakness.
KNOWN = {
    ("B310", "api/pages/admin.py"): (1, LOOPBACK),
    ("B310", "engine/flows/door.py"): (1, LOOPBACK),
    ("B310", "engine/serving/examination.py"): (1, LOOPBACK),
    ("B506", "engine/rules/routing/files.py"): (1, "_Loader is a SafeLoader; reads shipped files"),
    ("B608", "engine/store/app_roles.py"): (1, CONSTANTS),
    ("B608", "engine/store/audit.py"): (1, CONSTANTS),
    ("B608", "engine/store/matters.py"): (2, CONSTANTS),
    ("B608", "engine/store/search.py"): (3, CONSTANTS),
    ("B608", "engine/store/writing.py"): (1, "table and column names of our own models"),
    ("B701", "api/pages/rendering.py"): (1, "autoescape=True is among its options; tested"),
    ("B701", "engine/documents/templates.py"): (1, "HTML is escaped by name; the rest is no HTML"),
}
AWAY = ("ConnectionError", "Max retries", "ProxyError", "timed out", "Temporary failure",
        "NameResolutionError", "ServiceError")  # fmt: skip


def main() -> int:
    """Run both checks and return 1 if either found something."""
    return max(_code(), _dependencies())


def _code() -> int:
    command = [BIN / "bandit", "-q", "-r", "engine", "api", "--severity-level", "medium"]
    told = subprocess.run(
        [*command, "-f", "json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    results = json.loads(told.stdout)["results"]
    found = Counter((one["test_id"], one["filename"].removeprefix("./")) for one in results)
    fresh = {key: n for key, n in found.items() if n > KNOWN.get(key, (0, ""))[0]}
    for one in results:
        if (one["test_id"], one["filename"].removeprefix("./")) in fresh:
            print(f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}")
    gone = [key for key, (n, _) in KNOWN.items() if found.get(key, 0) < n]
    for test, name in gone:
        print(f"{name}: {test} is no longer found; take it out of scripts/check_security.py")
    print(f"bandit: {sum(found.values())} known and explained, {len(fresh)} new")
    return 1 if fresh or gone else 0


def _dependencies() -> int:
    told = subprocess.run(
        [BIN / "pip-audit", "--local", "--skip-editable", "--progress-spinner", "off",
         "--timeout", "10"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = f"{told.stdout}{told.stderr}"
    if told.returncode and any(word in said for word in AWAY):
        print("pip-audit: the service can't be reached; dependencies were not checked")
        return 0
    print(said.strip())
    return 1 if told.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
