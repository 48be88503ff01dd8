"""What supervisors do with a ticket in a unit's hands: hand it to another, remind, note."""

from collections.abc import Sequence

from engine.actions import clocks, post
from engine.actions.dispatch import Dispatch, dispatch, due_facts
from engine.actions.impersonal import refuse_requester
from engine.actions.letter_facts import main_clock, overdue_working_days
from engine.actions.post import Mail
from engine.actions.recalling import follow_grounds
from engine.actions.reply_days import reply_day_by_mail
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.actions.told_days import told_by_calendar
from engine.models import Ticket, TicketEventRecord, Unit
from engine.store import outbox
from engine.terms import NoticeKind, Recipient, TicketEvent


def redispatch(step: Step, ticket: Ticket, lead: Unit, supports: tuple[Unit, ...],
               reason: str) -> None:  # fmt: skip
    """Take a ticket from its unit and give it to another (改派).

    Raises:
        BadInputError: it is not said why, or the words name the requester.
        RefusedTransitionError: the ticket is not with a unit, or the unit is the accused.
    """
    stated(reason, "words", "请写明改派理由。")
    refuse_requester(step, ticket, "words", reason, "改派理由")
    order = Dispatch(lead, supports, reason.strip(), event=TicketEvent.REDISPATCH)
    dispatch(step, ticket, order)


def remind(step: Step, ticket: Ticket, words: str, *, tell: bool = True) -> None:
    """Urge the unit (催办): an event, and a reminder to the unit and its leader.

    `tell=False` leaves it to the caller to write to them.

    Raises:
        BadInputError: nothing was written.
        RefusedTransitionError: the ticket is not with a unit.
    """
    stated(words, "words", "请写明催办意见。")
    record = take(step, ticket, TicketEvent.REMIND, Why(words.strip()))
    if tell:
        _tell_reminded(step, ticket, record)


def _tell_reminded(step: Step, ticket: Ticket, record: TicketEventRecord) -> None:
    unit = step.session.get(Unit, ticket.lead_unit_id)
    clock = main_clock(step, ticket)
    facts = {
        "unit": unit.name if unit else "",
        "limit_name": clock.limit_name,
        "overdue": clocks.is_overdue(clock, step.now),
        "reason": "",
        **due_facts(clock),
        "overdue_days": overdue_working_days(step, clock),
        "reply_by": told_by_calendar(step, reply_day_by_mail(step, ticket, NoticeKind.REMINDER)),
        "reported": bool(unit and unit.leader_email),
    }
    to = post.addresses(step.session, unit, (Recipient.UNIT, Recipient.UNIT_LEADER))
    mail = Mail(key=f"event:{record.id}", kind=NoticeKind.REMINDER, facts=facts, unit=unit)
    _fold_held(step, ticket, [one.address for one in to])
    post.post(step, ticket, mail, to)


def _fold_held(step: Step, ticket: Ticket, addresses: Sequence[str]) -> None:
    """Take back a ticket's earlier reminders that are still held: one mail urges as well."""
    kind = NoticeKind.REMINDER
    outbox.take_back(step.session, ticket.id, addresses, "event:", kind=kind)


def settle_by_panel(step: Step, ticket: Ticket, words: str) -> None:
    """Record that the panel found the matter lawfully settled (依法办结), whatever is said of it.

    Closing still takes the human callback; only the requester's discontent no longer bars it. What
    letters say of that discontent is no ground any more: they follow.

    Raises:
        BadInputError: the panel's finding is missing.
        NotPermittedError: only a supervisor records it.
    """
    stated(words, "words", "请写明会商认定的意见和依据。")
    take(step, ticket, TicketEvent.SETTLE_BY_PANEL, Why(words.strip()))
    ticket.panel_approved = True
    follow_grounds(step, ticket)


def note(step: Step, ticket: Ticket, words: str) -> None:
    """Write a note on a ticket (备注).

    Raises:
        BadInputError: nothing was written.
    """
    stated(words, "words", "请写备注。")
    take(step, ticket, TicketEvent.NOTE, Why(words.strip()))
