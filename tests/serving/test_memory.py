"""What was loaded at the start is left out of the search for garbage."""

import gc
import weakref

from engine.serving import memory


class Loop:
    """Refers to itself: only a search finds it once nobody else does."""

    def __init__(self):
        self.itself = self


def test_what_was_there_is_searched_no_more_and_what_comes_later_is():
    before, frozen = Loop(), gc.get_freeze_count()
    held = weakref.ref(before)
    timer = memory.settle()
    try:
        later = weakref.ref(Loop())
        del before
        gc.collect()
        assert held() is not None
        assert later() is None
        assert gc.get_freeze_count() > frozen
    finally:
        timer.cancel()
        gc.unfreeze()
        gc.collect()
        gc.freeze()
