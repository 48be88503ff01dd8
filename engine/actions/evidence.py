"""Evidence of a letter (依据): one short line an event, with its moment and number.

A line never holds anybody's words or name: it is built from the kind of the event and its details.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.actions.excused_breaches import excused_misses
from engine.actions.proofs import HEARD, left_by, still_missed
from engine.actions.reminders import Reminder, arrived, is_red, undone_words, words_of
from engine.actions.step import Step
from engine.actions.told_units import untold_misses
from engine.actions.unit_share import share_of
from engine.models import Clock, Ticket, TicketEventRecord
from engine.rules.shanghai import SHANGHAI, shanghai_date
from engine.rules.standing import is_asked_no_more
from engine.store import tickets as store
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    ClockKind,
    Satisfaction,
    TicketEvent,
    VerificationResult,
)

NUMBERED = re.compile(r"事件第(\d+)号")
PLAIN = {
    TicketEvent.REMIND: "热线催办",
    TicketEvent.SEND_BACK: "答复经审核退回",
    TicketEvent.ORDER_REWORK: "退回重办",
    TicketEvent.SUPERVISE: "转督办",
    TicketEvent.RETURN: "退单",
    TicketEvent.REJECT_RETURN: "退单未获同意",
    TicketEvent.REPORT_PROMISE: "报告承诺已兑现",
}
# What is so from a moment on, whenever the sweep comes to see it.
SO_FROM = frozenset({TicketEvent.BREACH, TicketEvent.DEEM_SIGNED})


def evidence_for(step: Step, ticket: Ticket, unit_id: int) -> list[str]:
    """Return a line for each event that speaks of how that unit handled the ticket, in order."""
    share = share_of(step, ticket, unit_id)
    year = shanghai_date(ticket.accepted_at).year
    records = store.events(step.session, ticket)
    untold = untold_misses(step, records, share.unit_clocks)
    untold |= excused_misses(step, ticket, records)
    own = (one for one in records if share.holds(one) and one.seq not in untold)
    left = left_by(step, records, arrived(step, ticket, records))
    clocks = share.unit_clocks
    told = ((one, _words(one, clocks, year)) for one in own)
    return [f"{words}{_undone(one, clocks, left.get(one.seq), year)}（事件第{one.seq}号）"
            for one, words in told if words]  # fmt: skip


def _undone(
    record: TicketEventRecord, unit_clocks: Mapping[int, Clock], left: Reminder | None, year: int
) -> str:
    """Return what a reminder is evidence of: what it asked for was not done till then."""
    if left is None or left.until is None:
        return ""
    on = shanghai_date(left.arrived)
    came = "" if on == shanghai_date(record.at) else f"（{day_within(on, year)}送达）"
    what = undone_words(record, unit_clocks.get(record.details.get("clock", 0)))
    end = shanghai_date(left.until - timedelta(seconds=1))
    return f"{came}，截至{day_within(end, year)}{what}"


def _words(record: TicketEventRecord, unit_clocks: Mapping[int, Clock], year: int) -> str:
    """Return what an event says of the unit, or nothing; `year` is the ticket's, left unsaid."""
    details, on = record.details, day_within(shanghai_date(record.at), year)
    if details.get("restricted"):
        return ""
    if record.event is TicketEvent.BREACH:
        clock = unit_clocks.get(details.get("clock", 0))
        missed = clock is not None and still_missed(record, clock)
        return f"{_end(clock, year)}{_unmet(clock, year)}" if clock and missed else ""
    if record.event is TicketEvent.DEEM_SIGNED:
        clock = unit_clocks.get(details.get("clock", 0))
        since = _end(clock, year) if clock else on
        return f"{since}逾期未签收，视为签收{found_later(record, year)}"
    if record.event is TicketEvent.ESCALATE:
        clock = unit_clocks.get(details.get("clock", 0))
        return f"{on}{words_of(record, clock)}" if clock and is_red(record) else ""
    if record.event in HEARD:
        return _of_callback(record, on)
    return f"{on}{words}" if (words := _plain(record)) else ""


def _unmet(clock: Clock, year: int) -> str:
    """Return which limit ended without what it was for; a reply that came late says when."""
    if clock.kind is not ClockKind.RECTIFICATION_REPLY:
        return f"{clock.limit_name}届满未办"
    replied = None if is_asked_no_more(clock.stop_reason) else clock.stopped_at
    came = f"，{_moment(replied, year)}反馈" if replied else ""
    return f"{clock.limit_name}届满未反馈{came}"


def happened_at(record: TicketEventRecord) -> datetime:
    """Return when what an event says became so; the sweep may have found it later."""
    since = record.details.get("fell_due_at") if record.event in SO_FROM else None
    return datetime.fromisoformat(since) if since else record.at


def found_later(record: TicketEventRecord, year: int) -> str:
    """Return on which day something was found that had become so on an earlier one, or nothing."""
    on = shanghai_date(record.at)
    return f"，{day_within(on, year)}查见" if on > shanghai_date(happened_at(record)) else ""


def _plain(record: TicketEventRecord) -> str:
    if record.event is TicketEvent.ANSWER:
        return f"答复称{_label(AnswerOutcome, record.details.get('outcome'))}"
    if record.event is TicketEvent.VERIFY_PROMISE:
        return f"核查承诺：{_label(VerificationResult, record.details.get('result'))}"
    return PLAIN.get(record.event, "")


def day_within(day: date, year: int) -> str:
    """Return a day as evidence names it: with its year only where that is not `year`."""
    short = f"{day.month}月{day.day}日"
    return short if day.year == year else f"{day.year}年{short}"


def _end(clock: Clock, year: int) -> str:
    """Return the moment a clock ran out."""
    return _moment(clock.due_at, year)


def _moment(at: datetime, year: int) -> str:
    """Return a moment; midnight is 24:00 of the day before."""
    local = at.astimezone(SHANGHAI)
    if local.time() == time(0):
        return f"{day_within(local.date() - timedelta(days=1), year)}24:00"
    return f"{day_within(local.date(), year)}{local:%H:%M}"


def _of_callback(record: TicketEventRecord, on: str) -> str:
    details, reached = record.details, AttemptResult.REACHED.value
    if details.get("result", reached) != reached or not details.get("solved"):
        return ""
    solved = _label(AnswerOutcome, details["solved"])
    asked = "回访" if record.event is TicketEvent.CALLBACK_ATTEMPT else "网上评价"
    return f"{on}{asked}：{solved}、{_label(Satisfaction, details.get('satisfaction'))}"


def _label(kind: Any, value: str | None) -> str:
    return str(kind.parse(value).label) if value else ""
