"""What keeps lists cheap: clocks without their certificates, rows asked for by an array of ids.

A certificate is kilobytes of JSON and a list shows none of it; read afterwards, it is fetched then.
An array is one parameter, so that the statement stays the same however many rows are asked for.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, case, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import defer, with_expression
from sqlmodel import col

from engine.models import Clock
from engine.terms import ClockState


def light_clocks() -> tuple[Any, ...]:
    """Return the options of a query whose clocks come without what proves them.

    What a running one is counted in comes along as `Clock.limit_unit`.
    """
    certificate: Any = col(Clock.certificate)
    unit = case((col(Clock.state) == ClockState.RUNNING, certificate["unit"].astext))
    heavy: tuple[Any, ...] = (Clock.certificate, Clock.pauses, Clock.past)
    return (*(defer(one) for one in heavy), with_expression(Clock.limit_unit, unit))


def among(column: Any, ids: Iterable[int | None]) -> ColumnElement[bool]:
    """Return the condition that a column has one of some ids."""
    wanted = sorted({one for one in ids if one is not None})
    found: ColumnElement[bool] = col(column) == any_(literal(wanted, ARRAY(BigInteger)))
    return found
