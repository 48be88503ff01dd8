"""Summaries of the indicators (指标汇总): a row a day, kept by a flow, never the truth itself."""

from datetime import date

from sqlalchemy import BigInteger, Column, Date
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, moment, term
from engine.terms import Indicator


class _Counted(SQLModel):
    """What an indicator counted of a unit, raw and adjusted."""

    n: int
    hit: float
    part: int
    fair_n: int
    fair_hit: float
    fair_part: int


class FigureDay(_Counted, table=True):
    """What an indicator counted of a unit on a day, raw and adjusted."""

    __tablename__ = "figure_day"

    day: date = Field(sa_column=Column(Date, primary_key=True))
    indicator: Indicator = term(Indicator, primary_key=True)
    unit_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class FigureMonth(_Counted, table=True):
    """The days of a month (`month` is its first) added up, for periods of whole months."""

    __tablename__ = "figure_month"

    month: date = Field(sa_column=Column(Date, primary_key=True))
    indicator: Indicator = term(Indicator, primary_key=True)
    unit_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class UnitDay(SQLModel, table=True):
    """What a unit owed on a day and what came of it (单位汇总), by handling clocks due that day."""

    __tablename__ = "unit_day"

    day: date = Field(sa_column=Column(Date, primary_key=True))
    unit_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    due: int
    in_time: int
    excused: int
    left_out: int = 0
    left_out_good: int = 0
    deemed_signed: int
    returned: int
    reworked: int


class StandingCount(SQLModel, table=True):
    """How many tickets stand somewhere now: on a rung of the ladder, or in a unit's hands.

    `what` is rung or unit, `key` which one; `bad` are those of `total` that are late.
    """

    __tablename__ = "standing_count"

    what: str = Field(primary_key=True, max_length=10)
    key: str = Field(primary_key=True, max_length=40)
    total: int
    bad: int


class TakenInDay(SQLModel, table=True):
    """How many tickets were taken in on a day that is over: row 0 all, else citing that row."""

    __tablename__ = "taken_in_day"

    day: date = Field(sa_column=Column(Date, primary_key=True))
    row: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    total: int


class OpenWeek(SQLModel, table=True):
    """What became of a unit's answers open on a Monday and due in its week, which is over.

    Unit 0 stands for the week itself, so that one without any is known to be counted.
    """

    __tablename__ = "open_week"

    monday: date = Field(sa_column=Column(Date, primary_key=True))
    unit_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    opened: int
    late: int


class FigureMark(SQLModel, table=True):
    """Up to when the summaries take everything into account (`id` is always 1).

    `demonstration` is whether demonstration tickets are among it, `seen` the newest ticket.
    """

    __tablename__ = "figure_mark"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    up_to: Moment = moment()
    demonstration: bool
    seen: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
