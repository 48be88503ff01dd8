"""What was made of a sheet is made once, and no more of it is kept than was said."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.documents.kept import Kept


class Maker:
    """Makes slowly, and notes what it made."""

    def __init__(self):
        self.asked = []

    def __call__(self, name):
        self.asked.append(name)
        time.sleep(0.05)
        if name == "wrong":
            raise ValueError(name)
        return name * 2


def test_what_many_ask_for_at_a_time_is_made_once():
    maker = Maker()
    kept = Kept(maker, len, 100)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(kept, ["page"] * 8))

    assert found == ["pagepage"] * 8
    assert maker.asked == ["page"]


def test_the_oldest_goes_when_there_is_too_much_and_what_was_asked_for_last_stays():
    maker = Maker()
    kept = Kept(maker, len, 8)

    for name in ("aa", "bb", "aa", "cc", "aa", "bb"):
        kept(name)

    assert maker.asked == ["aa", "bb", "cc", "bb"]


def test_one_that_is_more_than_all_that_may_be_kept_is_made_once_too():
    maker = Maker()
    kept = Kept(maker, len, 2)

    assert [kept("long"), kept("long")] == ["longlong"] * 2
    assert maker.asked == ["long"]


def test_an_error_is_not_kept_and_who_waited_asks_anew():
    maker = Maker()
    kept = Kept(maker, len, 100)

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(kept, "wrong") for _ in range(3)]

    for one in waiting:
        with pytest.raises(ValueError, match="wrong"):
            one.result()
    assert 1 <= len(maker.asked) <= 3
