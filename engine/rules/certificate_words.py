"""A deadline's why as people say it: 投诉 10 个工作日，登记次日起算；10月1日至7日放假不计."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from engine.rules.adjustments import HOTLINE_LATE, Extension
from engine.rules.citations import cites
from engine.rules.limit_names import limit_name
from engine.rules.shanghai import SHANGHAI, spoken_date
from engine.terms import ClockKind, DayKind, DueStatus, LimitUnit

if TYPE_CHECKING:
    from engine.rules.certificates import Certificate, CountedDay

_MIDNIGHT = "24:00"
_STARTS = {
    ClockKind.REQUESTER: "登记",
    ClockKind.FIRST_CONTACT: "签收",
    ClockKind.REVIEW: "答复",
    ClockKind.CALLBACK: "触发",
    ClockKind.RETURN_RULING: "退单",
    ClockKind.ARBITRATION: "提交会商",
    ClockKind.RECTIFICATION_REPLY: "送出",
    ClockKind.FOLLOW_UP: "登记",
    ClockKind.PROMISE: "承诺",
    ClockKind.VERIFICATION: "应核查",
}
_AGAIN = "rework.limit"
_TICKET_CLOCKS = (ClockKind.REQUESTER, ClockKind.HANDLING)
_UNITS = {
    LimitUnit.WORKING_DAY: "个工作日",
    LimitUnit.CALENDAR_DAY: "日",
    LimitUnit.HOUR: "小时",
    LimitUnit.MINUTE: "分钟",
}


@cites("house/H-07", "house/H-49")
def sentence(certificate: "Certificate", began: str = "") -> str:
    """Return in one Chinese sentence what was counted, what was not, and when it ends.

    `began` says from what, where that was another than is usual with such a limit.
    """
    unit = _UNITS[certificate.unit]
    limit = f"{_subject(certificate)} {certificate.limit} {unit}{_extended(certificate)}"
    begin = began or _start(certificate)
    if certificate.unit in (LimitUnit.HOUR, LimitUnit.MINUTE):
        return f"{limit}，{begin}时起连续计算，节假日照算；{due_words(certificate)}到期。"
    middle = "，".join(_remarks(certificate.days))
    counted = f"{limit}，{begin}次日起算"
    ending = f"{due_words(certificate)}到期{_provisional(certificate)}。"
    return f"{counted}；{middle}；{ending}" if middle else f"{counted}；{ending}"


def _start(certificate: "Certificate") -> str:
    """Return from what a limit runs; that of a ticket done again from the order to do it again."""
    if certificate.rule == _AGAIN:
        return "退回重办"
    return _STARTS.get(certificate.clock, "派单")


def due_words(certificate: "Certificate") -> str:
    """Return the last day and hour as people say them: 10月16日（周三）24:00."""
    local = certificate.due_at.astimezone(SHANGHAI)
    hour = _MIDNIGHT if local.date() > certificate.due_on else f"{local:%H:%M}"
    return f"{spoken_date(certificate.due_on)}{hour}"


def _subject(certificate: "Certificate") -> str:
    if certificate.clock in _TICKET_CLOCKS:
        suffix = "承办" if certificate.clock is ClockKind.HANDLING else ""
        return f"{certificate.kind.label}{suffix}"
    return limit_name(certificate.clock, certificate.rule).removesuffix("时限")


def _extended(certificate: "Certificate") -> str:
    held = _days(one for one in certificate.extensions if one.reason == HOTLINE_LATE)
    asked = _days(one for one in certificate.extensions if one.reason != HOTLINE_LATE)
    words = f"（延期 {asked} 个工作日）" if asked else ""
    return f"{words}（热线超时 {held} 个工作日不计）" if held else words


def _days(extensions: Iterable[Extension]) -> int:
    return sum(extension.working_days for extension in extensions)


def _provisional(certificate: "Certificate") -> str:
    if certificate.status is DueStatus.CONFIRMED:
        return ""
    return "（暂定：放假安排尚未公布，公布后重算）"


def _remarks(days: Iterable["CountedDay"]) -> list[str]:
    """Say holidays, pauses and make-up days; ordinary weekends go without saying."""
    by_kind: dict[DayKind, list[date]] = {}
    for day in days:
        by_kind.setdefault(day.kind, []).append(day.on)
    said = [
        (DayKind.HOLIDAY, "放假不计"),
        (DayKind.MAKE_UP, "调休上班计入"),
        (DayKind.PAUSED, "停表不计"),
    ]
    return [_spans(by_kind[kind]) + words for kind, words in said if kind in by_kind]


def _spans(days: list[date]) -> str:
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return "、".join(_span(span) for span in spans)


def _span(days: list[date]) -> str:
    first, last = days[0], days[-1]
    if first == last:
        return f"{first.month}月{first.day}日"
    month = "" if first.month == last.month else f"{last.month}月"
    return f"{first.month}月{first.day}日至{month}{last.day}日"
