"""A unit's own share in a ticket (承办部分): what a letter to it may say, and nobody else's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.actions.step import Step
from engine.models import Answer, Assignment, Clock, Letter, Ticket, TicketEventRecord
from engine.store import clocks as clock_store
from engine.store import letters as letter_store
from engine.store import tickets as store
from engine.terms import AssignmentRole, ClockKind, TicketEvent

OF_THE_UNIT = (
    ClockKind.HANDLING, ClockKind.FIRST_CONTACT, ClockKind.SIGN_FOR, ClockKind.RECTIFICATION_REPLY,
)  # fmt: skip
# What was done about a letter is of the unit that letter spoke to.
OF_A_LETTER = frozenset({TicketEvent.SEND_LETTER, TicketEvent.ACCEPT_LETTER_ANSWER})


@dataclass(frozen=True)
class Share:
    """One unit's assignments, clocks and answers; `leads` are the ticket's lead assignments.

    `addressed` names by its file's digest to which unit a sent letter of the ticket spoke.
    """

    unit_id: int
    accepted_at: datetime
    leads: Sequence[Assignment]
    clocks: Sequence[Clock]
    answers: Sequence[Answer]
    addressed: Mapping[str, int]

    @property
    def unit_clocks(self) -> dict[int, Clock]:
        """Return the clocks the unit answers for, by id."""
        return {clock.id: clock for clock in self.clocks
                if clock.kind in OF_THE_UNIT and clock.unit_id == self.unit_id}  # fmt: skip

    @property
    def assignment(self) -> Assignment | None:
        """Return the unit's newest lead assignment."""
        return next((one for one in reversed(self.leads) if one.unit_id == self.unit_id), None)

    @property
    def dispatched_at(self) -> datetime:
        """Return when the unit was given the ticket last."""
        return self.assignment.dispatched_at if self.assignment else self.accepted_at

    @property
    def signed_at(self) -> datetime | None:
        """Return when the unit signed for it."""
        return self.assignment.signed_at if self.assignment else None

    @property
    def deemed(self) -> bool:
        """Return whether that signature was deemed (视为签收): its limit ended without one."""
        return self.assignment.deemed_signed if self.assignment else False

    def holds(self, record: TicketEventRecord) -> bool:
        """Return whether an event is the unit's: by its clock, its own act, or in its hands."""
        if clock := record.details.get("clock", 0):
            return clock in self.unit_clocks
        if record.unit_id is not None:
            return record.unit_id == self.unit_id
        if record.event in OF_A_LETTER:
            sent_to = self.addressed.get(record.details.get("sha256", ""))
            if sent_to is not None:
                return sent_to == self.unit_id
        return self._holder(record.at) == self.unit_id

    def before_any_unit(self, record: TicketEventRecord) -> bool:
        """Return whether an event is the hotline's own, before a unit had the ticket."""
        return record.unit_id is None and self._holder(record.at) is None

    def answered_at(self, before: Clock | None = None) -> datetime | None:
        """Return when the unit last answered; an answer sent back on review is none.

        With `before`, the last one by when that clock began.
        """
        found = (one.answered_at for one in self.answers if before is None
                 or one.answered_at <= before.started_at)  # fmt: skip
        return max(found, default=None)

    def _holder(self, at: datetime) -> int | None:
        """Return in which unit's hands the ticket last was by that moment."""
        had = [one.unit_id for one in self.leads if one.dispatched_at <= at]
        return had[-1] if had else None


def share_of(step: Step, ticket: Ticket, unit_id: int) -> Share:
    """Return what is a unit's own of a ticket's record."""
    given = store.assignments(step.session, ticket)
    own = {one.id for one in given if one.unit_id == unit_id}
    answers = [one for one in store.answers(step.session, ticket)
               if one.assignment_id in own and one.review != "sent_back"]  # fmt: skip
    clocks = [one for one in clock_store.of_ticket(step.session, ticket.id)
              if one.unit_id in (None, unit_id)]  # fmt: skip
    leads = [one for one in given if one.role is AssignmentRole.LEAD]
    sent = letter_store.of_ticket(step.session, ticket.id)
    addressed = {one.pdf_sha256: told_unit(one) for one in sent if one.pdf_sha256}
    return Share(unit_id, ticket.accepted_at, leads, clocks, answers, addressed)


def told_unit(letter: Letter) -> int:
    """Return the unit a letter speaks of: for a referral not the one it goes to."""
    return int(letter.facts.get("accused_unit_id", letter.unit_id))


def share_behind(step: Step, ticket: Ticket, letter: Letter) -> Share:
    """Return the share of the unit a letter speaks of."""
    return share_of(step, ticket, told_unit(letter))
