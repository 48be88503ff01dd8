"""What was made of a sheet, kept for those who ask again: made once, however many ask at a time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked", bound=Hashable)
Made = TypeVar("Made")


class Kept(Generic[Asked, Made]):
    """The newest of what `make` made, together at most `most` bytes by `weight`; never no one.

    Who asks for what somebody makes at the moment waits for that; nobody else waits.
    """

    def __init__(
        self, make: Callable[[Asked], Made], weight: Callable[[Made], int], most: int
    ) -> None:
        """Keep nothing yet."""
        self._make, self._weight, self._most = make, weight, most
        self._lock = Lock()
        self._made: OrderedDict[Asked, Made] = OrderedDict()
        self._turns: dict[Asked, Lock] = {}

    def __call__(self, asked: Asked) -> Made:
        """Return what is made of `asked`; an error of making it is raised and not kept."""
        with self._lock:
            turn = self._turns.setdefault(asked, Lock())
        with turn:
            try:
                return self._found(asked) or self._new(asked)
            finally:
                with self._lock:
                    self._turns.pop(asked, None)

    def _found(self, asked: Asked) -> Made | None:
        with self._lock:
            if asked in self._made:
                self._made.move_to_end(asked)
            return self._made.get(asked)

    def _new(self, asked: Asked) -> Made:
        made = self._make(asked)
        with self._lock:
            self._made[asked] = made
            while len(self._made) > 1 and sum(map(self._weight, self._made.values())) > self._most:
                self._made.popitem(last=False)
        return made
