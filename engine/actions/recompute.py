"""Recounts running deadlines when another calendar is loaded (期限重算): nothing moves silently."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from engine.actions import clocks, post
from engine.actions.actor import SYSTEM, require_role
from engine.actions.calendar_entries import moved_entry
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.documents.told_days import ToldDay
from engine.errors import BadInputError, ConflictError
from engine.models import Clock, Ticket, TicketEventRecord, Unit
from engine.rules.certificates import Certificate
from engine.rules.citations import clause
from engine.rules.recomputation import Change, Recomputation, recomputed
from engine.rules.shanghai import spoken_date
from engine.store import clocks as clock_store
from engine.store import outbox
from engine.store import recomputing as store
from engine.store import tickets as ticket_store
from engine.terms import ClockKind, DueStatus, NoticeKind, Recipient, Role, TicketEvent

DECIDED = "decided"
GONE = "gone"
MOVED = "moved:"
# A mail of a moved date waits for the ticket's other clocks to be recounted. A technical limit.
SETTLING = timedelta(minutes=5)


def recompute(step: Step, clock_id: int) -> str:
    """Recount one clock by the calendar loaded now, and return what became of it (`Change`).

    The old and the new date are kept in an event, with both calendar versions. Doing it again
    changes nothing: the clock then carries the new version, or its question was asked.
    """
    step = replace(step, actor=SYSTEM)
    found = step.session.get(Clock, clock_id)
    if found is None:
        return GONE
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    clock = store.lock_clock(step.session, clock_id)
    if clock is None or _counted_by(clock) == step.rules.calendar.version:
        return GONE
    outcome = recomputed(Certificate.from_json(clock.certificate), step.rules, step.now)
    _apply(step, ticket, clock, outcome)
    return outcome.change.value


def _counted_by(clock: Clock) -> str:
    return str(clock.certificate["calendar_version"])


def _apply(step: Step, ticket: Ticket, clock: Clock, outcome: Recomputation) -> None:
    if outcome.change is Change.NONE:
        clocks.set_deadline(step, ticket, clock, outcome.new)
        return
    why = Why(_words(clock, outcome), outcome.citation.label, _details(clock, outcome))
    if outcome.change is not Change.NEEDS_DECISION:
        clocks.set_deadline(step, ticket, clock, outcome.new)
    record = take(step, ticket, TicketEvent.RECOMPUTE, why)
    if outcome.change is Change.MOVED:
        _tell(step, ticket, clock, record, Recipient.UNIT)
    elif outcome.change is Change.NEEDS_DECISION:
        _ask(step, ticket, clock, record, outcome)


def _words(clock: Clock, outcome: Recomputation) -> str:
    name, old, new = clock.limit_name, _day(outcome.old.due_on), _day(outcome.new.due_on)
    if outcome.change is Change.CONFIRMED:
        return f"{name}：日历已公布，到期日{new}由暂定转为确定"
    if outcome.change is Change.MOVED:
        return f"{name}：按新公布的日历，到期日由{old}改为{new}"
    return f"{name}：按新公布的日历应为{new}，早于现到期日{old}；不自动提前，待主管决定"


def _day(day: date) -> str:
    return f"{day.year}年{spoken_date(day)}"


def _details(clock: Clock, outcome: Recomputation) -> dict[str, Any]:
    old, new = outcome.old, outcome.new
    return {
        "clock": clock.id,
        "kind": clock.kind.value,
        "recompute": outcome.change.value,
        "old_due_on": old.due_on.isoformat(),
        "old_status": old.status.value,
        "old_calendar": old.calendar_version,
        "new_due_on": new.due_on.isoformat(),
        "new_status": new.status.value,
        "new_calendar": new.counted.rules.calendar.version,
    }


def _tell(
    step: Step, ticket: Ticket, clock: Clock, record: TicketEventRecord, *recipients: Recipient
) -> None:
    """Tell of a changed date: the clock's own unit, or the lead's, or the hotline without one.

    One mail a recipient and ticket: one about another clock that has not left yet is taken in.
    """
    unit = step.session.get(Unit, clock.unit_id or ticket.lead_unit_id or 0)
    for person in post.addresses(step.session, unit, recipients if unit else (Recipient.HOTLINE,)):
        held = outbox.take_back(step.session, ticket.id, [person.address], MOVED)
        first = min([record.id, *(int(one.key.split(":")[1]) for one in held)])
        facts = {"unit": unit.name if unit else "热线", "reason": _cause(record),
                 "moves": _moves(step, ticket, unit, first)}  # fmt: skip
        key = f"{MOVED}{first}:{record.id}"
        files = moved_entry(step, ticket, unit.id) if unit else ()
        mail = Mail(key=key, kind=NoticeKind.DUE_CHANGED, facts=facts, unit=unit, files=files)
        post.post(replace(step, now=step.now + SETTLING), ticket, mail, [person])


def _cause(record: TicketEventRecord) -> Own:
    return Own("主管同意提前" if "shorten" in record.details else "按新公布的日历重新计算")


def _moves(step: Step, ticket: Ticket, unit: Unit | None, first: int) -> list[dict[str, object]]:
    """Return each date of a unit's clocks that moved from an event on: the first and the last."""
    own = {one.id for one in clock_store.of_ticket(step.session, ticket.id)
           if unit is None or (one.unit_id or ticket.lead_unit_id) == unit.id}  # fmt: skip
    moves: dict[int, dict[str, object]] = {}
    for one in ticket_store.events(step.session, ticket):
        told = one.details
        moved = told.get("recompute") == Change.MOVED.value and one.id >= first
        if one.event is TicketEvent.RECOMPUTE and moved and told["clock"] in own:
            name = ClockKind.parse(told["kind"]).label
            begun = {"limit_name": name, "old_due_on": _told(told, "old")}
            moves.setdefault(told["clock"], begun)
            moves[told["clock"]]["new_due_on"] = _told(told, "new")
    return list(moves.values())


def _told(details: Mapping[str, Any], which: str) -> ToldDay:
    """Return the `old` or the `new` day of an event, and whether it was sure."""
    provisional = details[f"{which}_status"] == DueStatus.PROVISIONAL
    return ToldDay(date.fromisoformat(details[f"{which}_due_on"]), provisional)


def _ask(
    step: Step, ticket: Ticket, clock: Clock, record: TicketEventRecord, outcome: Recomputation
) -> None:
    """Put a shortening before the supervisors; nobody else is told of a date that may not come."""
    settled = post.common_facts(ticket)
    item = {
        "number": ticket.number, "kind": ticket.kind.label, "what": Own(record.reason),
        "due_on": ToldDay(outcome.old.due_on, outcome.old.status is DueStatus.PROVISIONAL),
        "link": settled["link"], "confidential": ticket.confidential,
    }  # fmt: skip
    mail = Mail(key=f"event:{record.id}", kind=NoticeKind.DIGEST, facts={"items": [item]})
    post.post(step, ticket, mail, post.addresses(step.session, None, (Recipient.SUPERVISOR,)))


def decide_shortening(
    step: Step, ticket: Ticket, clock_id: int, *, shorten: bool, reason: str
) -> Clock:
    """Decide whether a running deadline becomes shorter; refused, the later date holds.

    Raises:
        NotPermittedError: only a supervisor decides.
        BadInputError: no reason was given.
        ConflictError: nothing waits for a decision on that clock.
    """
    require_role(step.actor, Role.SUPERVISOR)
    if not reason.strip():
        words = "请写明理由。"
        raise BadInputError(words, fields={"reason": words})
    clock, outcome = _waiting(step, ticket, clock_id)
    old = outcome.old.due_on
    verdict = "同意提前" if shorten else "不同意提前"
    words = f"{verdict}{clock.limit_name}到期日（{_day(old)}→{_day(outcome.new.due_on)}）"
    details = {**_details(clock, outcome), "recompute": DECIDED, "shorten": shorten}
    why = Why(f"{words}：{reason.strip()}", clause("house/H-09").label, details)
    take(step, ticket, TicketEvent.NOTE, why)
    if shorten:
        clocks.set_deadline(step, ticket, clock, outcome.new)
        moved = replace(why, reason=words, details={**details, "recompute": Change.MOVED.value})
        record = take(replace(step, actor=SYSTEM), ticket, TicketEvent.RECOMPUTE, moved)
        _tell(step, ticket, clock, record, Recipient.UNIT)
    return clock


def _waiting(step: Step, ticket: Ticket, clock_id: int) -> tuple[Clock, Recomputation]:
    clock = store.lock_clock(step.session, clock_id)
    if clock is not None and clock.ticket_id == ticket.id:
        last = store.last_word(step.session, clock)
        asked = last is not None and last.details["recompute"] == Change.NEEDS_DECISION.value
        outcome = recomputed(Certificate.from_json(clock.certificate), step.rules)
        if asked and outcome.new.due_on < outcome.old.due_on:
            return clock, outcome
    message = f"工单 {ticket.number} 没有待决定的期限提前。"
    raise ConflictError(message)
