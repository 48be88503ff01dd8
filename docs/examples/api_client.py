"""Sends one ticket to the hotline and follows what becomes of it; needs only Python.

HOTLINE_URL=http://127.0.0.1:8000 HOTLINE_KEY=hl_... python docs/examples/api_client.py
"""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

URL = os.environ.get("HOTLINE_URL", "http://127.0.0.1:8000")
KEY = os.environ.get("HOTLINE_KEY", "")
AGAIN = (429, 503)  # called too often, or away: `Retry-After` says for how many seconds


def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Return what the API answers; while it is away or busy, try again: a repeat makes no twin."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{URL}/api/v1{path}", data, sent, method=method)
    for wait in (1, 2, 4, 8, 0):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            if error.code not in AGAIN or not wait:
                raise SystemExit(f"{problem['title']}：{problem['detail']}") from error
            time.sleep(max(0, int(error.headers.get("Retry-After", 0)) - wait))
        except OSError:
            if not wait:
                raise
        time.sleep(wait)
    return None


def events(after: int = 0, ask: Callable[[str, str], Any] = call) -> Iterator[Any]:
    """Give every event after a cursor; the end is where `next` stands still.

    A page may be empty before that: what this key may not see is left out.
    """
    page = ask("GET", f"/events?after={after}")
    while page["next"] != after:
        yield from page["items"]
        after = page["next"]
        page = ask("GET", f"/events?after={after}")


def main() -> None:
    """Take in one ticket, then print where it stands and what happened."""
    ticket = {
        "kind": "求助",
        "content": "我公司申请不动产抵押登记，窗口要求重复提交材料，请协调一次办结。",
        "phone": "0772-2800000",
        "source": "city-12345",
        "external_id": "EXAMPLE-CLIENT-0001",
    }
    taken = call("POST", "/tickets", ticket)
    print(taken["number"], taken["agency_responsible"], taken["expected_datetime"])
    for deadline in taken["deadlines"]:
        print(deadline["reason"])
    for event in events():
        print(event["ticket"], event["at"], event["event"]["label"])


if __name__ == "__main__":
    main()
