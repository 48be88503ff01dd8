"""A real server, fifty clients, cut connections and a server killed in the middle: each once."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from engine.clock import now
from engine.models import Ticket, TicketEventRecord
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import TicketEvent
from tests.builders import LICENCE, an_api_key
from tests.serving.test_process_tree import data, start, wait_for

__all__ = ("data",)
pytestmark = pytest.mark.slow
CLIENTS, EACH, CUT = 50, 8, 0.25
KILLS = (0.25, 0.6)  # of the tickets, when the server is killed
PATIENCE = 300
NOWHERE = "http://127.0.0.1:9/api"


class Soak:
    """What clients send, what was acknowledged, and where the server is just now."""

    def __init__(self, var, key):
        self.var, self.key = var, key
        self.serve = start(var, PATIENCE)
        self.acknowledged: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.until = time.monotonic() + PATIENCE

    def client(self, which):
        """Send tickets one after another, each until it is acknowledged."""
        chance = random.Random(which)
        for place in range(EACH):
            name = f"soak-{which}-{place}"
            while name not in self.acknowledged:
                assert time.monotonic() < self.until, f"{name} was never acknowledged"
                self._once(name, which, cut=chance.random() < CUT)

    def _once(self, name, which, *, cut):
        body = {
            "kind": "complaint", "content": f"{LICENCE}，{name}", "phone": "0772-2800000",
            "enterprise": f"演示企业{which}", "source": "soak", "external_id": name,
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
                   "Idempotency-Key": name}  # fmt: skip
        line = http.client.HTTPConnection("127.0.0.1", self.serve.port, timeout=30)
        try:
            line.request("POST", "/api/v1/tickets", json.dumps(body), headers)
            if cut:
                self.counts["cut"] += 1
                return
            answer = line.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.counts["lost"] += 1
            time.sleep(0.5)
            return
        finally:
            line.close()
        self.counts[answer.status] += 1
        if answer.status in (200, 201):
            self.acknowledged[name] = told["number"]

    def killer(self):
        """Kill the server, and start it again, each time enough tickets are acknowledged."""
        for share in KILLS:
            assert wait_for(lambda: len(self.acknowledged) >= share * CLIENTS * EACH, PATIENCE)  # noqa: B023
            self.serve.process.kill()
            self.serve.process.wait()
            self.counts["killed"] += 1
            self.serve = start(self.var, PATIENCE)


@pytest.fixture
def soak(data, database, monkeypatch):
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    monkeypatch.setenv("HOTLINE_PREFECT_API_URL", NOWHERE)
    monkeypatch.setenv("HOTLINE_DEMO_DATA", "0")
    load_settings.cache_clear()
    made = Soak(data, an_api_key(f"{now():%a %Y-%m-%d %H:%M}"))
    yield made
    made.serve.stop()


def test_every_acknowledged_ticket_is_there_once_whatever_is_cut_or_killed(soak):
    killer = threading.Thread(target=soak.killer)
    killer.start()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(soak.client, range(CLIENTS)))
    killer.join()

    print(dict(soak.counts))
    with work() as session:
        tickets = session.exec(select(Ticket).where(Ticket.source == "soak")).all()
        accepted = session.exec(
            select(TicketEventRecord.ticket_id).where(
                TicketEventRecord.event == TicketEvent.ACCEPT,
                TicketEventRecord.ticket_id.in_([one.id for one in tickets]),
            )
        ).all()
    assert {one.external_id: one.number for one in tickets} == soak.acknowledged
    assert len(tickets) == len(soak.acknowledged) == CLIENTS * EACH
    assert Counter(accepted) == Counter(one.id for one in tickets)
    assert soak.counts["killed"] == len(KILLS)
    assert soak.counts["cut"] > CLIENTS
    assert soak.counts["lost"] > 0
