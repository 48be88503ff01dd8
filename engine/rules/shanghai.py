"""Shanghai time: the law counts Asia/Shanghai dates, the database keeps UTC instants."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEARS = range(2000, 2101)
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@lru_cache(maxsize=256)
def shanghai_date(moment: datetime) -> date:
    """Return the calendar day in Asia/Shanghai on which an aware `moment` falls.

    Raises:
        ValueError: `moment` carries no time zone.
    """
    if moment.tzinfo is None:
        message = f"a moment without a time zone cannot be dated: {moment!r}"
        raise ValueError(message)
    return moment.astimezone(SHANGHAI).date()


def typed_day(day: date) -> date:
    """Return a day somebody typed, if it is one this system can reckon with.

    Raises:
        ValueError: it is no day of the years from 2000 to 2100; says so in Chinese.
    """
    if day.year not in YEARS:
        message = f"日期 {day} 太远，请写 {YEARS[0]} 至 {YEARS[-1]} 年之间的日期。"
        raise ValueError(message)
    return day


def shanghai_moment(day: date, at: time) -> datetime:
    """Return the UTC instant of the Shanghai wall-clock time `at` on `day`."""
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the UTC instant of 24:00 in Shanghai on `day` (Civil Code art. 203)."""
    return shanghai_moment(day + timedelta(days=1), time(0))


def weekday_name(day: date) -> str:
    """Return 周一 … 周日 for `day`."""
    return WEEKDAYS[day.weekday()]


def spoken_date(day: date) -> str:
    """Return a date as people say it on screen and in letters: 10月9日（周五）."""
    return f"{day.month}月{day.day}日（{weekday_name(day)}）"
