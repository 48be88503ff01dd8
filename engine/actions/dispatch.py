"""Hands a ticket to its units (派单): assignments, clocks and assignment e-mails."""

from contextlib import nullcontext
from dataclasses import dataclass, replace

from engine.actions import clocks, post
from engine.actions.actor import require_role
from engine.actions.avoiding import refuse_the_accused
from engine.actions.calendar_entries import entry_of
from engine.actions.event_feed import is_secret
from engine.actions.facts import gather
from engine.actions.impersonal import READ_INSIDE
from engine.actions.own_words import Own
from engine.actions.parting import tell_units
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.actions.told_days import told_by_calendar, told_due, told_moment
from engine.actions.told_units import assignment_key
from engine.documents.told_days import ToldDay
from engine.errors import RefusedTransitionError
from engine.lifecycle import Refused, move
from engine.models import Assignment, Clock, Ticket, Unit
from engine.rules.citations import clause
from engine.rules.returns import (
    refused_to_the_returner,
    refused_to_the_same,
    return_closes_at,
)
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Certificate
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.store.together import together
from engine.store.writing import made, write_row
from engine.terms import (
    AssignmentRole,
    ClockKind,
    ClockState,
    NoticeKind,
    Recipient,
    Role,
    TicketEvent,
    TicketKind,
    TicketStatus,
)

OF_A_UNIT = (
    ClockKind.SIGN_FOR, ClockKind.HANDLING, ClockKind.ASSISTING, ClockKind.FIRST_CONTACT,
    ClockKind.RETURN_RULING, ClockKind.ARBITRATION,
)  # fmt: skip
FOLLOWED = (ClockKind.FOLLOW_UP,)
NO_MORE = "不再协办"
STANDING_TOO = (ClockKind.HANDLING, ClockKind.ASSISTING)


@dataclass(frozen=True)
class Dispatch:
    """Who shall handle a ticket and why: one lead, its supports, the task rows behind it."""

    lead: Unit
    supports: tuple[Unit, ...] = ()
    reason: str = ""
    rows: tuple[int, ...] = ()
    event: TicketEvent = TicketEvent.DISPATCH


@dataclass(frozen=True)
class Work:
    """What a dispatch gives one unit: its assignment and the clocks that now run for it."""

    unit: Unit
    assignment: Assignment
    clocks: tuple[Clock, ...]

    @property
    def leads(self) -> bool:
        """Return whether the unit handles the ticket and does not merely assist."""
        return self.assignment.role is AssignmentRole.LEAD

    def limit(self, due: Clock | None) -> Clock | None:
        """Return the limit the unit is held to: its own, where it ends on another day than `due`.

        After a redispatch the requester's day may be past; the new unit has its own whole limit.
        """
        own = next((one for one in self.clocks if one.kind is ClockKind.HANDLING), due)
        return own if due is None or own is None or own.due_on != due.due_on else due


def dispatch(step: Step, ticket: Ticket, order: Dispatch) -> tuple[Work, ...]:
    """Hand a locked ticket to `order.lead` and its supports; return what each got, the lead first.

    Raises:
        RefusedTransitionError: it cannot be dispatched now, or not to that unit.
    """
    order = replace(order, rows=order.rows or _cited(ticket, order.lead))
    refuse_the_accused(step, ticket, order.lead, order.supports)
    if order.event is TicketEvent.REDISPATCH and order.lead.id == ticket.lead_unit_id:
        return _other_supports(step, ticket, order)
    if ticket.returns:
        _refuse_the_returner(step, ticket, order)
    new = ticket.status is TicketStatus.ACCEPTED  # no unit has had it
    if not new:
        kept = {order.lead.id, *(unit.id for unit in order.supports)}
        tell_units(step, ticket, "已改派其他单位", moved=True, but=kept)
        end_assignments(step, ticket, order.event.label)
    main = clock_store.one(step.session, ticket.id, ClockKind.REQUESTER)
    # Guards look up the units of a ticket that had some before: those are written at once.
    with together(step.session) if new else nullcontext():
        given = _handed_over(step, ticket, order)
        followed = None if new else _follow_on(step, ticket, order.lead)
        # After the staged reply (阶段性答复) the law's own limit runs alone (H-21).
        due = followed if followed and main and main.state is ClockState.STOPPED else main
        work = [Work(unit, one, _started(step, ticket, one, due)) for unit, one in given]
    for one in work:
        _mail(step, ticket, one, _facts(step, ticket, order, one, due), again=not new)
    if main is not None and main.state is ClockState.PAUSED:
        for clock in clock_store.running(step.session, ticket.id, STANDING_TOO):
            clocks.stand_too(step, ticket, clock)
    return tuple(work)


def _refuse_the_returner(step: Step, ticket: Ticket, order: Dispatch) -> None:
    upheld = order.lead.id in {one.unit_id for one in store.upheld_returns(step.session, ticket)}
    decides = step.actor.role is Role.SUPERVISOR or order.event is TicketEvent.DESIGNATE
    reason = refused_to_the_returner(order.lead.name, upheld=upheld, decides=decides)
    if reason is not None:
        raise RefusedTransitionError(reason, clause=clause("house/H-13").label)


def _other_supports(step: Step, ticket: Ticket, order: Dispatch) -> tuple[Work, ...]:
    """Give a ticket other supports (调整协办); its lead keeps it, with the limits that run."""
    require_role(step.actor, Role.SUPERVISOR)
    parts = store.open_assignments(step.session, ticket)
    had = {one.unit_id: one for one in parts if one.role is AssignmentRole.ASSISTING}
    wanted = {one.id: one for one in order.supports
              if one.id != order.lead.id and not _told_on(ticket, one)}  # fmt: skip
    reason = refused_to_the_same(order.lead.name, wanted, had)
    found = move(gather(step.session, ticket, step.now, step.rules), order.event)
    if reason is not None or isinstance(found, Refused):
        words = found.reason if isinstance(found, Refused) else reason or ""
        raise RefusedTransitionError(words, clause=clause("house/H-14").label)
    added = [one for key, one in wanted.items() if key not in had]
    gone = [one for key, one in had.items() if key not in wanted]
    take(step, ticket, TicketEvent.NOTE, Why(_changed(step, added, gone, order.reason)))
    tell_units(step, ticket, NO_MORE, moved=True, but={one.unit_id for one in parts} - {
        one.unit_id for one in gone})  # fmt: skip
    for part in gone:
        part.ended_at, part.end_reason = step.now, NO_MORE
        clocks.stop_of_assignment(step, ticket, part, NO_MORE)
    return tuple(_supported(step, ticket, order, unit) for unit in added)


def _changed(step: Step, added: list[Unit], gone: list[Assignment], why: str) -> str:
    """Return what changes about the supports, in words: the lead and the limits do not."""
    left = [step.session.get_one(Unit, one.unit_id) for one in gone]
    parts = [f"{what}：{'、'.join(unit.name for unit in units)}"
             for what, units in (("加派协办", added), ("不再协办", left)) if units]  # fmt: skip
    return f"主办单位和时限不变，{'；'.join(parts)}。{why}"


def _supported(step: Step, ticket: Ticket, order: Dispatch, unit: Unit) -> Work:
    part = _assign(step, ticket, unit, AssignmentRole.ASSISTING, tuple(ticket.task_rows))
    main = clock_store.one(step.session, ticket.id, ClockKind.REQUESTER)
    work = Work(unit, part, _started(step, ticket, part, main))
    _mail(step, ticket, work, _facts(step, ticket, order, work, main), again=True)
    for clock in work.clocks:
        clocks.stand_too(step, ticket, clock)
    return work


def _handed_over(step: Step, ticket: Ticket, order: Dispatch) -> list[tuple[Unit, Assignment]]:
    supports = [
        unit for unit in order.supports if unit.id != order.lead.id and not _told_on(ticket, unit)
    ]
    roles = [(order.lead, AssignmentRole.LEAD)]
    roles += [(unit, AssignmentRole.ASSISTING) for unit in supports]
    given = [(unit, _assign(step, ticket, unit, role, order.rows)) for unit, role in roles]
    ticket.lead_unit_id = order.lead.id
    ticket.task_rows = list(order.rows)
    ticket.routed_at = step.now
    take(step, ticket, order.event, _why(order, supports))
    return given


def _follow_on(step: Step, ticket: Ticket, lead: Unit) -> Clock | None:
    """Hand a law's own longer limit on to the new unit, and return its clock if one runs."""
    followed = clock_store.running(step.session, ticket.id, FOLLOWED)
    for clock in followed:
        clock.unit_id = lead.id
    return followed[0] if followed else None


def _told_on(ticket: Ticket, unit: Unit) -> bool:
    """Return whether a report (举报) is about that unit: it must not even assist."""
    return ticket.kind is TicketKind.REPORT and unit.id == ticket.accused_unit_id


def end_assignments(step: Step, ticket: Ticket, reason: str) -> None:
    """End every open assignment of a ticket and the clocks of its units."""
    for assignment in store.open_assignments(step.session, ticket):
        assignment.ended_at, assignment.end_reason = step.now, reason
    clocks.stop(step, ticket, OF_A_UNIT, reason)
    step.session.flush()


def _why(order: Dispatch, supports: list[Unit]) -> Why:
    names = "、".join(unit.name for unit in supports)
    helped = f"；协办：{names}" if names else ""
    rows = f"（任务清单第{'、'.join(map(str, order.rows))}项）" if order.rows else ""
    reason = f"派{order.lead.name}主办{rows}{helped}"
    if order.reason:
        reason = f"{reason}。{order.reason}"
    details = {"lead": order.lead.name, "supports": [unit.name for unit in supports],
               "rows": list(order.rows)}  # fmt: skip
    return Why(reason, details=details)


def _cited(ticket: Ticket, lead: Unit) -> tuple[int, ...]:
    """Return the row routing cites for a unit that a person chose; else those of the ticket."""
    candidates = (ticket.routing or {}).get("candidates", ())
    rows = next((one.get("tasks", ())[:1] for one in candidates if one["unit"] == lead.name), ())
    return tuple(map(int, rows)) or tuple(ticket.task_rows)


def _assign(
    step: Step, ticket: Ticket, unit: Unit, role: AssignmentRole, rows: tuple[int, ...]
) -> Assignment:
    assignment = made(
        Assignment, ticket_id=ticket.id, unit_id=unit.id, role=role, task_rows=list(rows),
        dispatched_at=step.now,
    )  # fmt: skip
    return write_row(step.session, assignment)


def _started(
    step: Step, ticket: Ticket, assignment: Assignment, due: Clock | None
) -> tuple[Clock, ...]:
    """Start the clocks of a unit; a law's own limit runs in place of the handling clock."""
    subject = clocks.Subject(assignment=assignment)
    by_law = due is not None and due.kind is ClockKind.FOLLOW_UP
    kinds = [ClockKind.ASSISTING]
    if assignment.role is AssignmentRole.LEAD:
        kinds = [ClockKind.SIGN_FOR] if by_law else [ClockKind.SIGN_FOR, ClockKind.HANDLING]
    started = [clocks.start_if_limited(step, ticket, kind, subject) for kind in kinds]
    return tuple(one for one in started if one is not None)


def _facts(
    step: Step, ticket: Ticket, order: Dispatch, work: Work, due: Clock | None
) -> dict[str, object]:
    """Return what the mail to a unit says; an assisting one answers by its own clock."""
    common = {"role": work.assignment.role.label, "unit": work.unit.name, **_grounds(ticket, order)}
    if not work.leads:
        own = next(iter(work.clocks), None)
        return {**due_facts(own), "sign_by": _sign_by(step, ticket), **common}
    sent, on = work.assignment.dispatched_at, shanghai_date(ticket.accepted_at)
    closes = return_closes_at(sent, step.rules, on)
    return {
        **due_facts(work.limit(due)),
        "sign_by": told_moment(work.clocks[0]),
        "return_by": told_by_calendar(step, closes),
        "return_conditions": "须写明理由、法律或职责依据和建议承办单位，每单位每件一次",
        **common,
    }


def _sign_by(step: Step, ticket: Ticket) -> ToldDay:
    """Return by when an assisting unit should sign; it has no clock of its own for that."""
    deadline = clocks.deadline_of(ticket, ClockKind.SIGN_FOR, step.now, step.rules)
    return ToldDay(deadline.due_at, deadline.provisional) if deadline else ToldDay(step.now)


def _grounds(ticket: Ticket, order: Dispatch) -> dict[str, object]:
    """Return why a unit gets the ticket; of a confidential one a mail must not even hint."""
    if is_secret(ticket):
        return {"route_reason": READ_INSIDE, "task_rows": []}
    return {"route_reason": order.reason or Own("派单"), "task_rows": list(order.rows)}


def due_facts(clock: Clock | None) -> dict[str, object]:
    """Return what a notice says of a due date: the day, how it was counted, whether it may move."""
    if clock is None:
        return {"due_on": None, "due_how": "此类工单没有办结时限"}
    return {
        "due_on": told_due(clock),
        "due_how": Certificate.from_json(clock.certificate).sentence(),
    }


def _mail(step: Step, ticket: Ticket, work: Work, facts: dict[str, object], *, again: bool) -> None:
    to = post.addresses(step.session, work.unit, (Recipient.UNIT,))
    kind = NoticeKind.ASSIGNMENT if work.leads else NoticeKind.ASSISTING
    key = assignment_key(work.assignment.id)
    files = entry_of(step, ticket, work.assignment, facts["due_on"], again=again)
    post.post(step, ticket, Mail(key=key, kind=kind, facts=facts, files=files, unit=work.unit), to)
