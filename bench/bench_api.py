"""What taking a ticket in costs over HTTP, beside a FastAPI and PostgreSQL floor in the same run.

    python -m bench.bench_api [TICKETS]

CPU is that of the server and of the database (the client is not counted), one worker, commits
flushed to disk. Texts are the router's own cases, so that every ticket is routed and compared.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import yardstick
from bench.servers import FLOOR_TABLE, Meter, post_all, server, waits

CASES = Path(__file__).parents[1] / "tests" / "rules" / "routing" / "own_cases.jsonl"
TICKETS, CLIENTS, WARM_UP = 1000, 8, 50
TARGET = 6.0  # milliseconds of CPU a POST, server and database


def bodies(count: int, tag: str, *, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Return tickets with unlike texts, from the `first` on: halves of two different cases each."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [
        {
            "kind": cases[place % len(cases)]["kind"],
            "content": _half(cases, place, 0) + _half(cases, place * 7 + place // len(cases), 1),
            "phone": f"0772-28{place % 100_000:05d}",
            "enterprise": f"示例企业{place % 5000}",
            "source": "bench",
            "external_id": f"{tag}-{place}",
            **more,
        }
        for place in range(first, first + count)
    ]


def _half(cases: list[dict[str, Any]], place: int, which: int) -> str:
    text: str = cases[place % len(cases)]["text"]
    middle = len(text) // 2
    return text[middle:] if which else text[:middle]


@contextmanager
def database() -> Iterator[tuple[str, int, str]]:
    """Yield the address of a migrated database, its server's process, and an API key."""
    import psycopg

    from engine.actions.people import create_api_key
    from engine.actions.setup import SCOPES, demo_accounts, load_reference_data
    from engine.clock import now
    from engine.store.database import use, work
    from engine.store.embedded import embedded_server
    from engine.store.migrate import migrate

    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as running:
        migrate(use(running.database))
        load_reference_data(now())
        demo_accounts(now())
        with work() as session:
            _, key = create_api_key(session, "bench", list(SCOPES), now())
        with psycopg.connect(running.database.url) as owner:
            owner.execute(FLOOR_TABLE)
        yield running.database.url, running.server.get_pid(), key


@dataclass(frozen=True)
class Target:
    """Where requests go: port, process of the server, process of PostgreSQL, path, headers."""

    port: int
    process: int
    postgres: int
    path: str
    headers: dict[str, str]

    def post(self, sent: list[Any], clients: int = 1) -> float:
        """Post every body and return the seconds it took."""
        return post_all(self.port, self.path, sent, self.headers, clients)


def measured(label: str, to: Target, sent: list[Any]) -> float:
    """Print CPU a request with one client, and requests a second with several."""
    half = len(sent) // 2
    to.post(sent[:WARM_UP])
    server, database = Meter(to.process), Meter(to.postgres)
    seconds = to.post(sent[WARM_UP:half])
    count = half - WARM_UP
    ours, theirs = server.cpu() / count * 1e3, database.cpu() / count * 1e3
    rate = (len(sent) - half) / to.post(sent[half:], CLIENTS)
    print(f"{label:<36}{ours + theirs:6.2f} ms CPU ({ours:.2f} server + {theirs:.2f} database)"
          f"{seconds / count * 1e3:7.2f} ms wall, {rate:5.0f}/s with {CLIENTS} clients",
          flush=True)  # fmt: skip
    return ours + theirs


def suggested(to: Target, count: int) -> None:
    """Print how long a proposal takes that takes nothing in: what an operator waits for."""
    sent = [{"content": one["content"], "kind": one["kind"]} for one in bodies(count, "s")]
    took = waits(to.port, "/api/v1/routing/suggest", sent, to.headers)
    half, most = took[len(took) // 2] * 1e3, took[len(took) * 95 // 100] * 1e3
    print(f"{'POST routing/suggest':<36}{half:6.2f} ms wall p50, {most:.2f} ms p95", flush=True)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS
    path = "/api/v1/tickets"
    with database() as (url, postgres, key):
        headers = {"Authorization": f"Bearer {key}"}
        words, slower = yardstick.line(url, postgres)
        print(words, flush=True)
        with server("floor", url) as (port, process):
            floor = measured("floor: one INSERT, one commit",
                             Target(port, process, postgres, "/tickets", {}),
                             bodies(count, "floor"))  # fmt: skip
        with server("ours", url) as (port, process):
            to = Target(port, process, postgres, path, headers)
            ours = measured("POST, routing proposes", to, bodies(count, "a"))
            named = bodies(count, "b", first=count, lead_unit="shijianguan")
            sure = measured("POST, unit named: dispatched, mailed", to, named)
            suggested(to, count)
    print(f"{'over the floor':<36}{ours / floor:6.1f} × and {sure / floor:.1f} ×")
    told = f"{TARGET * slower:.2f} at the speed of this machine now; ours at that of the targets'"
    print(f"{'target':<36}{TARGET:6.2f} ms CPU, {told} {ours / slower:.2f}")


if __name__ == "__main__":
    main()
