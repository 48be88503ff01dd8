"""Lists of whole numbers as PostgreSQL wants them: always `bigint[]`, whatever stands in them.

The driver sends a list by its biggest number, `smallint[]` or `integer[]` too. Where a prepared
statement casts such a list, PostgreSQL casts it anew for every row it looks at; and each of the
three is a statement of its own.
"""

from typing import Any

import psycopg
from psycopg.adapt import PyFormat
from psycopg.types.array import ListBinaryDumper

BIG = 2**62  # what the driver takes for a bigint


class WideList(ListBinaryDumper):
    """Writes a list as the driver does, but whole numbers as `bigint`."""

    def _find_list_element(self, L: list[Any], format: PyFormat) -> Any:  # noqa: N803
        found = super()._find_list_element(L, format)
        return BIG if type(found) is int and found < BIG else found


def widen(connection: psycopg.Connection[Any]) -> None:
    """Let a connection send lists of whole numbers as `bigint[]`."""
    connection.adapters.register_dumper(list, WideList)
