"""How often a key may call in a minute, and how many wrong keys an address may try (调用上限).

Counted in this process's memory: several API processes on one installation each allow as much, so
behind N of them a key may call up to N times as often. A restart forgets the counts.
"""

from functools import lru_cache
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.errors import TooManyError
from engine import clock

CALLS = "这个接口密钥一分钟内调用超过 {} 次，请 {} 秒后再试。"
WRONG = "这个地址用错密钥的次数太多，请 {1} 秒后再试，并核对密钥。"


class Gate:
    """Counts calls by key and wrong keys by address."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def call(self, key_id: int, most: int) -> None:
        """Count a call by a key.

        Raises:
            TooManyError: it has called too often in the last minute; says when to try again.
        """
        name = f"key:{key_id}"
        if not self._limiter.hit(_per_minute(most), name):
            raise self._too_many(CALLS, most, name)

    def wrong_key(self, address: str, most: int) -> None:
        """Count a wrong key from an address; right ones from there are never held up.

        Behind a proxy that is not trusted all callers share an address: one that is mistaken must
        not shut out the others.

        Raises:
            TooManyError: it has tried too many in the last minute; says when to try again.
        """
        name = f"address:{address}"
        if not self._limiter.hit(_per_minute(most), name):
            raise self._too_many(WRONG, most, name)

    def _too_many(self, words: str, most: int, name: str) -> TooManyError:
        reset = self._limiter.get_window_stats(_per_minute(most), name).reset_time
        seconds = max(1, ceil(reset - clock.now().timestamp()))
        return TooManyError(words.format(most, seconds), retry_after=seconds)


@lru_cache(maxsize=256)
def _per_minute(most: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(most)
