"""Writes of what a sweep caught up on (升级通知): one mail a recipient, however much it was.

A mail still unsent about the same ticket, held till working hours or by a mail server that is
away, becomes part of the next one (H-54), which then names every rung since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.actions import post
from engine.actions.dispatch import due_facts
from engine.actions.letter_facts import overdue_working_days
from engine.actions.own_words import Own
from engine.actions.post import Addressee, Mail
from engine.actions.reminders import TO_DO
from engine.actions.reply_days import reply_day
from engine.actions.step import Step
from engine.actions.told_days import told_by_calendar
from engine.documents.asked_words import asked_words
from engine.documents.notices import HOTLINE
from engine.models import Clock, Letter, OutboxMessage, Ticket, Unit
from engine.rules.escalation import DueRung, one_mail_each
from engine.store import clocks as store
from engine.store import outbox
from engine.store.ahead import unit_of
from engine.terms import ClockKind, NoticeKind, Recipient, Rung

# What a supervisor is asked to do: nobody else was told of it, it may never be done (H-24).
PROPOSED = {
    Rung.L2_SUPERVISION: "提请督办函", Rung.L3_INTERVIEW: "提请约谈或者挂牌督办",
    Rung.L4_LETTER: Rung.L4_LETTER.label,
}  # fmt: skip

# What is proposed where it is no letter.
MEASURE = {Rung.L3_INTERVIEW: "约谈或者挂牌督办"}


class _Tells(NamedTuple):
    """To whom a mail tells the rungs: of a body that is only asked, or to whom decides."""

    asked: bool
    person: bool

    def name(self, rung: Rung) -> str:
        """Return what a rung is called there; nothing: it is not told."""
        if rung in PROPOSED:
            return PROPOSED[rung] if self.person else ""
        return asked_words(rung.label) if self.asked else rung.label


@dataclass(frozen=True)
class Caught:
    """What one sweep caught up on a clock: the rungs, and the letters they proposed."""

    rungs: tuple[DueRung, ...]
    letters: tuple[Letter, ...]


def tell(step: Step, ticket: Ticket, clock: Clock, caught: Caught) -> None:
    """Owe one mail a recipient: of the sharpest rung, naming the others and what was held back."""
    unit = unit_of(step.session, clock.unit_id)
    common = {
        "unit": _named(step, ticket, clock),
        "limit_name": clock.limit_name,
        "todo": TO_DO.get(clock.kind, ""),
        **due_facts(clock),
    }
    for rung, to in _by_rung(step, unit, caught):
        held = outbox.fold(step.session, ticket.id, [one.address for one in to])
        tells = _Tells(asked=bool(unit and not unit.subordinate), person=rung.needs_person)
        facts = {
            **common,
            **_at_leaving(
                step, ticket, clock, Mail(key="", kind=_notice(clock, rung, caught), facts={}), to
            ),
            "overdue": not rung.warning,
            "rung": tells.name(rung.rung),
            "reason": Own(_climbed(step, ticket, clock, held, tells)),
            "reported": bool(unit and unit.leader_email) and _reports(rung),
            "letter_kind": "、".join(one.kind.label for one in caught.letters) or rung.rung.label,
            "proposal": "" if caught.letters else MEASURE.get(rung.rung, ""),
        }
        key = outbox.ladder_key(clock, rung.rung)
        mail = Mail(key=key, kind=_notice(clock, rung, caught), facts=facts, unit=unit)
        post.post(step, ticket, mail, to)


def _at_leaving(
    step: Step, ticket: Ticket, clock: Clock, mail: Mail, to: Sequence[Addressee]
) -> dict[str, object]:
    """Return what a mail says of the day on which it is read: one held at night leaves later."""
    leaves = max(post.leaves_at(step, ticket, mail, one.role) for one in to)
    days = overdue_working_days(replace(step, now=leaves), clock)
    return {"overdue_days": days, "reply_by": told_by_calendar(step, reply_day(step, leaves))}


def _reports(rung: DueRung) -> bool:
    """Return whether a rung is told to the head of the unit too (抄报分管领导)."""
    return Recipient.UNIT_LEADER in rung.tells


def _named(step: Step, ticket: Ticket, clock: Clock) -> str:
    """Return the unit a mail speaks of: the clock's own; of a callback, the one that answered."""
    lead = ticket.lead_unit_id if clock.kind is ClockKind.CALLBACK else None
    unit = unit_of(step.session, clock.unit_id or lead)
    return unit.name if unit else HOTLINE


def _by_rung(
    step: Step, unit: Unit | None, caught: Caught
) -> Iterable[tuple[DueRung, list[Addressee]]]:
    """Yield each rung that is told with its addresses; nobody has two of them."""
    told: dict[str, tuple[DueRung, Addressee]] = {}
    for recipient, rung in sorted(one_mail_each(caught.rungs).items(), key=lambda one: one[1].at):
        for person in post.addresses(step.session, unit, (recipient,)):
            told[person.address] = (rung, person)
    for rung in dict.fromkeys(rung for rung, _ in told.values()):
        yield rung, [person for highest, person in told.values() if highest is rung]


def _notice(clock: Clock, rung: DueRung, caught: Caught) -> NoticeKind:
    """Return which notice tells of a rung; it speaks of a proposal only where there is one.

    A callback is the hotline's own work: its notice is the slip (回访单), not a breach of a unit.
    """
    if clock.kind is ClockKind.CALLBACK:
        return NoticeKind.CALLBACK_OWED
    if rung.needs_person and clock.kind is ClockKind.HANDLING:
        return NoticeKind.LETTER_PROPOSED
    if rung.sends is NoticeKind.LETTER_PROPOSED and not caught.letters:
        return NoticeKind.BREACH
    return rung.sends or NoticeKind.WARNING


def _climbed(
    step: Step, ticket: Ticket, clock: Clock, held: Sequence[OutboxMessage], tells: _Tells
) -> str:
    """Return every rung this mail tells of, by limit: 承办时限：剩1个工作日、超期."""
    since = min([step.now, *(mail.created_at for mail in held)])
    kinds = store.kinds(step.session, ticket.id)
    own = {clock.id: clock.limit_name}
    told = {clock.id, *(outbox.ladder_clock(mail) for mail in held)}
    said: dict[str, list[str]] = {}
    for row in store.rungs(step.session, ticket.id):
        name = tells.name(row.rung)
        if name and row.clock_id in told and row.detected_at >= since:
            said.setdefault(own.get(row.clock_id, kinds[row.clock_id].label), []).append(name)
    return "；".join(f"{kind}：{'、'.join(rungs)}" for kind, rungs in said.items())
