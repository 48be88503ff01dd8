"""Evidence of a letter (依据): one short line an event, with its moment and number.

A line never holds anybody's words or name: it is built from the kind of the event and its details.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from engine.actions.step import Step
from engine.actions.unit_share import share_of
from engine.documents.letter_texts import GroundEvidence
from engine.models import Clock, Ticket, TicketEventRecord
from engine.rules.shanghai import SHANGHAI, shanghai_date
from engine.store import tickets as store
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    RectificationGround,
    Rung,
    Satisfaction,
    TicketEvent,
)

NUMBERED = re.compile(r"事件第(\d+)号")
LATE = frozenset({TicketEvent.BREACH, TicketEvent.DEEM_SIGNED})
URGED = frozenset(
    {
        TicketEvent.ESCALATE,
        TicketEvent.REMIND,
        TicketEvent.SEND_BACK,
        TicketEvent.RETURN,
        TicketEvent.SEND_LETTER,
    }
)  # fmt: skip
UNHELPED = frozenset({TicketEvent.ANSWER, TicketEvent.CALLBACK_ATTEMPT, TicketEvent.ORDER_REWORK,
                      TicketEvent.SUPERVISE})  # fmt: skip
PLAIN = {
    TicketEvent.DEEM_SIGNED: "逾期未签收，视为签收",
    TicketEvent.REMIND: "热线催办",
    TicketEvent.SEND_BACK: "答复经审核退回",
    TicketEvent.ORDER_REWORK: "退回重办",
    TicketEvent.SUPERVISE: "转督办",
    TicketEvent.RETURN: "退单",
    TicketEvent.SEND_LETTER: "热线发函",
}
BEHIND: Mapping[RectificationGround, frozenset[TicketEvent]] = {
    RectificationGround.DUTY_NOT_PERFORMED: LATE,
    RectificationGround.REFUSED_TO_SIGN: frozenset({TicketEvent.DEEM_SIGNED}),
    RectificationGround.PERFUNCTORY: URGED | UNHELPED,
    RectificationGround.FALSE_REPORT: UNHELPED,
    RectificationGround.DISSATISFIED_TWICE: UNHELPED,
}


def evidence_for(step: Step, ticket: Ticket, unit_id: int) -> list[str]:
    """Return a line for each event that speaks of how that unit handled the ticket, in order."""
    share = share_of(step, ticket, unit_id)
    year = shanghai_date(ticket.accepted_at).year
    own = (record for record in store.events(step.session, ticket) if share.holds(record))
    lines = (line_of(record, share.unit_clocks, year) for record in own)
    return [line for line in lines if line]


def line_of(record: TicketEventRecord, unit_clocks: Mapping[int, Clock], year: int) -> str:
    """Return the evidence line of an event, or nothing when it does not speak of the unit.

    `year` is the ticket's; an event of another year is given with its own.
    """
    words = _words(record, unit_clocks, year)
    return f"{words}（事件第{record.seq}号）" if words else ""


def _words(record: TicketEventRecord, unit_clocks: Mapping[int, Clock], year: int) -> str:
    details, on = record.details, _day(shanghai_date(record.at), year)
    if details.get("restricted"):
        return ""
    if record.event is TicketEvent.BREACH:
        clock = unit_clocks.get(details.get("clock", 0))
        return f"{_end(clock, year)}{clock.kind.label}届满未办" if clock else ""
    if record.event is TicketEvent.ESCALATE:
        reminded = details.get("rung") == Rung.L1_REMINDER.value
        return f"{on}红牌催办" if reminded and details.get("clock") in unit_clocks else ""
    if record.event is TicketEvent.ANSWER:
        return f"{on}答复称{_label(AnswerOutcome, details.get('outcome'))}"
    if record.event is TicketEvent.CALLBACK_ATTEMPT:
        return _of_callback(details, on)
    return f"{on}{PLAIN[record.event]}" if record.event in PLAIN else ""


def _day(day: date, year: int) -> str:
    short = f"{day.month}月{day.day}日"
    return short if day.year == year else f"{day.year}年{short}"


def _end(clock: Clock, year: int) -> str:
    """Return the moment a clock ran out; midnight is 24:00 of its last day."""
    local = clock.due_at.astimezone(SHANGHAI)
    if local.time() == time(0):
        return f"{_day(clock.due_on, year)}24:00"
    return f"{_day(local.date(), year)}{local:%H:%M}"


def _of_callback(details: Mapping[str, Any], on: str) -> str:
    if details.get("result") != AttemptResult.REACHED.value:
        return ""
    solved = _label(AnswerOutcome, details.get("solved"))
    return f"{on}回访：{solved}、{_label(Satisfaction, details.get('satisfaction'))}"


def _label(kind: Any, value: str | None) -> str:
    return str(kind.parse(value).label) if value else ""


def by_ground(
    grounds: Sequence[RectificationGround],
    lines: Sequence[str],
    records: Iterable[TicketEventRecord],
) -> tuple[GroundEvidence, ...]:
    """Return each ground with the lines that speak for it; a line nobody claims goes first.

    A line stands under one ground; only where another has none of its own it stands there too.
    """
    events = {record.seq: record.event for record in records}
    claimed: list[list[str]] = [[] for _ in grounds]
    for line in lines:
        claimed[_claimant(line, grounds, events)].append(line)
    shared = (own or _speaking_for(ground, lines, events)
              for ground, own in zip(grounds, claimed, strict=True))  # fmt: skip
    return tuple(
        GroundEvidence(
            ground, tuple(line.replace(f"认定{ground.label}（", "认定（") for line in own)
        )
        for ground, own in zip(grounds, shared, strict=True)
    )


def unproved(
    grounds: Sequence[RectificationGround],
    lines: Sequence[str],
    records: Iterable[TicketEventRecord],
) -> list[RectificationGround]:
    """Return the grounds that events must prove and none of the lines does.

    An earlier letter (a line without an event) proves whatever it was about.
    """
    events = {record.seq: record.event for record in records}
    if any(NUMBERED.search(line) is None for line in lines):
        return []
    return [one for one in grounds if one in BEHIND and not _speaking_for(one, lines, events)]


def refusal_of(bare: Sequence[RectificationGround]) -> str:
    """Return why those grounds can't be chosen, and what to do; empty where there are none."""
    if not bare:
        return ""
    said = "；".join(f"“{one.label}”要有{_needed(one)}" for one in bare)
    return f"工单经过里没有可作依据的事件：{said}。请改选事由，或等事实发生后再提。"


def _needed(ground: RectificationGround) -> str:
    if ground is RectificationGround.REFUSED_TO_SIGN:
        return "逾期未签收的记录"
    if BEHIND[ground] == LATE:
        return "时限届满未办或逾期未签收的记录"
    return "答复、回访、催办、退回重办一类的记录"


def _speaking_for(
    ground: RectificationGround, lines: Sequence[str], events: Mapping[int, TicketEvent]
) -> list[str]:
    behind = BEHIND.get(ground, frozenset())
    return [line for line in lines if _event_of(line, events) in behind]


def _event_of(line: str, events: Mapping[int, TicketEvent]) -> TicketEvent | None:
    numbered = NUMBERED.search(line)
    return events.get(int(numbered.group(1))) if numbered else None


def judged_lines(grounds: Sequence[RectificationGround], drafted: TicketEventRecord) -> list[str]:
    """Return a line for each ground that is a person's judgement: the drafter's own, on record.

    No event can prove 态度恶劣 and the like; the letter says when it was found and where.
    """
    on = shanghai_date(drafted.at)
    found = f"{_day(on, on.year)}热线核实认定"
    judged = [ground for ground in grounds if ground not in BEHIND]
    return [f"{found}{ground.label}（事件第{drafted.seq}号）" for ground in judged]


def _claimant(
    line: str, grounds: Sequence[RectificationGround], events: Mapping[int, TicketEvent]
) -> int:
    judged = (at for at, ground in enumerate(grounds) if f"认定{ground.label}（" in line)
    if (place := next(judged, None)) is not None:
        return place
    event = _event_of(line, events)
    for place, ground in enumerate(grounds):
        if event in BEHIND.get(ground, frozenset()):
            return place
    return next((place for place, ground in enumerate(grounds) if ground in BEHIND), 0)
