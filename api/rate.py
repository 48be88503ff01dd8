"""How often a key may call in a minute, and how many wrong keys an address may try (调用上限).

Counted in this process's memory: several API processes on one installation each allow as much, so
behind N of them a key may call up to N times as often. A restart forgets the counts. A library's
counter kept in memory starts a thread for each call, a twentieth of what taking a ticket in costs.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from threading import Lock

from api.errors import TooManyError

CALLS = "这个接口密钥一分钟内调用超过 {} 次，请 {} 秒后再试。"
WRONG = "这个地址用错密钥的次数太多，请 {1} 秒后再试，并核对密钥。"
MINUTE = 60.0  # seconds
KEPT = 10_000  # names counted before those of past minutes are forgotten


@dataclass
class Count:
    """How often a name was let in, in one minute by the clock and in the one before it."""

    minute: int
    here: int = 0
    before: int = 0

    def turn(self, minute: int) -> None:
        """Go on to a minute: what was counted in this one is then of the one before."""
        if minute != self.minute:
            self.before = self.here if minute == self.minute + 1 else 0
            self.minute, self.here = minute, 0

    def wait(self, most: int, into: float) -> float:
        """Return seconds until one more fits into the last sixty; 0 or less where it fits now.

        `into` is seconds into the minute; of the minute before, the part that still lies within
        the last sixty seconds counts, as if its calls had come evenly.
        """
        room = most - 1 - self.here
        if room < 0:
            return MINUTE - into + MINUTE * (1 - (most - 1) / max(self.here, 1))
        return MINUTE * (1 - room / self.before) - into if self.before else 0.0


class Gate:
    """Counts calls by key and wrong keys by address."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts, self._lock = dict[str, Count](), Lock()

    def call(self, key_id: int, most: int, now: datetime) -> None:
        """Count a call by a key.

        Raises:
            TooManyError: it has called too often in the last minute; says when to try again.
        """
        self._count(f"key:{key_id}", most, now, CALLS)

    def wrong_key(self, address: str, most: int, now: datetime) -> None:
        """Count a wrong key from an address; right ones from there are never held up.

        Behind a proxy that is not trusted all callers share an address: one that is mistaken must
        not shut out the others.

        Raises:
            TooManyError: it has tried too many in the last minute; says when to try again.
        """
        self._count(f"address:{address}", most, now, WRONG)

    def _count(self, name: str, most: int, now: datetime, words: str) -> None:
        minute, into = divmod(now.timestamp(), MINUTE)
        with self._lock:
            count = self._found(name, int(minute))
            wait = count.wait(most, into)
            if wait <= 0:
                count.here += 1
                return
        seconds = max(1, ceil(wait))
        raise TooManyError(words.format(most, seconds), retry_after=seconds)

    def _found(self, name: str, minute: int) -> Count:
        """Return a name's count in a minute; names of long past minutes are forgotten."""
        if len(self._counts) > KEPT:
            self._counts = {of: one for of, one in self._counts.items() if one.minute >= minute - 1}
        count = self._counts.setdefault(name, Count(minute))
        count.turn(minute)
        return count
