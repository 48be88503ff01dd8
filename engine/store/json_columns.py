"""How columns of JSON are written and read: as UTF-8, by a library that is ten times as fast."""

import json
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Return a value as JSON.

    Raises:
        TypeError: it holds what JSON has no form for.
    """
    try:
        return orjson.dumps(value)
    except TypeError:  # named tuples, keys that are numbers, numbers beyond 64 bits, half letters
        return json.dumps(value).encode()


loads = orjson.loads
