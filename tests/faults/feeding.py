"""The city's system: sends tickets to the API and repeats whatever was not acknowledged."""

import json
import threading
import time
from http.client import HTTPConnection, HTTPException

from bench.archive import ENDINGS, MATTERS

KINDS = ("complaint", "help_request", "complaint", "report", "consultation")
BATCH = 40
ALONE = 1 / 3  # of all tickets come one by one


def body(number):
    """A matter of nobody's; every one has words of its own, or all would be one group's."""
    matter = MATTERS[number % len(MATTERS)]
    ending = ENDINGS[number // len(MATTERS) % len(ENDINGS)]
    own = "".join(chr(0x4E00 + (number * 7919 + place * 104729) % 5000) for place in range(24))
    return {
        "kind": KINDS[number % len(KINDS)], "content": f"{matter}，{ending}。{own}。",
        "phone": f"0772-{number:07d}", "enterprise": f"演示第{number}号企业",
        "source": "city-12345", "external_id": f"CRASH-{number}",
    }  # fmt: skip


class Feeder:
    """Two threads: one sends batches at once, the other single tickets all along."""

    def __init__(self, port, secret, count, seconds):
        self.port, self.secret = port, secret
        self.known = {}
        self.contradictions, self.repeated, self.surprises = [], 0, []
        alone = int(count * ALONE)
        self._batches = range(alone, count)
        self._singles, self._pause = range(alone), seconds / max(1, alone)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=one, daemon=True) for one in (self._in_batches, self._alone)
        ]

    def start(self):
        for one in self._threads:
            one.start()

    def finish(self, seconds):
        """Wait until everything was acknowledged."""
        for one in self._threads:
            one.join(seconds)
        self._stop.set()
        return not any(one.is_alive() for one in self._threads)

    def _in_batches(self):
        for start in range(self._batches.start, self._batches.stop, BATCH):
            numbers = range(start, min(start + BATCH, self._batches.stop))
            told = self._send("/api/v1/tickets:batch", {"tickets": [body(one) for one in numbers]})
            for item in told.get("items", ()):
                if item["ticket"] is None:
                    self.surprises.append(item["problem"])
                else:
                    self._note(numbers[item["index"]], item["ticket"]["number"])

    def _alone(self):
        for number in self._singles:
            told = self._send("/api/v1/tickets", body(number))
            if "number" in told:
                self._note(number, told["number"])
            else:
                self.surprises.append(told)
            self._stop.wait(self._pause)

    def _note(self, number, given):
        known = self.known.setdefault(number, given)
        if known != given:
            self.contradictions.append((number, known, given))

    def _send(self, path, what):
        """Send until there is an answer that is no apology."""
        while not self._stop.is_set():
            try:
                status, told = self._once(path, what)
            except (OSError, HTTPException, ValueError):
                status, told = 0, {}
            if 0 < status < 500:
                return told
            self.repeated += 1
            time.sleep(0.1)
        return {}

    def _once(self, path, what):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {"Content-Type": "application/json", "Authorization": f"Bearer {self.secret}"}
            connection.request("POST", path, json.dumps(what), sent)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()
