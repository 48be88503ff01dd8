"""Seeds of long walks: the first in every run, the others where there is time."""

from collections.abc import Iterable
from typing import Any

import pytest


def seeds(given: Iterable[int], quick: int = 1) -> list[Any]:
    """Return seeds for `parametrize`, all but the first `quick` of them marked slow."""
    return [
        pytest.param(seed, marks=pytest.mark.slow if place >= quick else ())
        for place, seed in enumerate(given)
    ]
