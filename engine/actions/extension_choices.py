"""Which extensions a unit may ask for now (可申请的延期), each with the date it would bring."""

from dataclasses import dataclass, replace

from engine.actions import clocks
from engine.actions.step import Step
from engine.errors import CalendarNotPublishedError
from engine.models import Clock, ExtensionRequest, Ticket
from engine.rules.adjustments import Extension
from engine.rules.certificate_words import due_words
from engine.rules.extension import extended_deadline, extension_check, most_extensions
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Deadline
from engine.store import clocks as store
from engine.store import extensions
from engine.terms import ClockKind, Role


@dataclass(frozen=True)
class Choices:
    """Working days with the due date each would bring; or why none may be asked for."""

    days: tuple[tuple[int, str], ...] = ()
    refusal: str = ""
    used: int = 0
    most: int = 0
    approvers: str = ""


def extension_choices(step: Step, ticket: Ticket) -> Choices:
    """Return what the lead unit of a ticket may ask for now, and until when it would run."""
    running = store.running(step.session, ticket.id, [ClockKind.HANDLING])
    used = extensions.granted(step.session, ticket)
    most = most_extensions(step.rules, shanghai_date(ticket.accepted_at))
    said = Choices(used=used, most=most, approvers=Role.SUPERVISOR.label)
    if not running:
        return replace(said, refusal="承办时限不在计时，不能申请延期。")
    deadline = clocks.stored_deadline(ticket, running[0], clocks.own_rules(running[0], step.rules))
    if extensions.is_pending(step.session, running[0]):
        return replace(said, refusal="已有一份延期申请待主管批。")
    ruling = extension_check(deadline, 1, step.now, step.rules, used=used)
    who = "、".join(Role.parse(one).label for one in ruling.approvers)
    said = replace(said, approvers=who)
    if ruling.refusal is not None:
        return replace(said, refusal=f"{ruling.refusal}。")
    found = []
    for days in range(1, ruling.maximum_working_days + 1):
        until = _until(step, deadline, days)
        if not until:
            break
        found.append((days, until))
    return replace(said, days=tuple(found))


def day_if_granted(step: Step, ticket: Ticket, clock: Clock, request: ExtensionRequest) -> str:
    """Return until when a limit would run, in words, if a wish were granted now; or nothing."""
    deadline = clocks.stored_deadline(ticket, clock, clocks.own_rules(clock, step.rules))
    return _until(step, deadline, request.working_days)


def _until(step: Step, deadline: Deadline, days: int) -> str:
    """Return the day that so many more would bring, in words; nothing beyond the calendars."""
    try:
        moved = extended_deadline(deadline, Extension(days, step.now, ""))
    except CalendarNotPublishedError:
        return ""
    return due_words(moved.certificate)
