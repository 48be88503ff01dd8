"""What proves a ground of a letter (事由的依据): events that show together what a unit did or left.

What the hotline itself did proves nothing: a reminder (催办) speaks only once it arrived and was
left without any act of the unit, an answer once it was contradicted or ordered done again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from engine.actions.excused_breaches import excused_misses
from engine.actions.reminders import Reminder, arrived
from engine.actions.step import Step
from engine.actions.told_units import untold_misses
from engine.lifecycle import FINAL
from engine.models import Clock, Ticket, TicketEventRecord
from engine.rules.callback import counts_as_human, is_unresolved
from engine.rules.shanghai import shanghai_date
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    RectificationGround,
    Satisfaction,
    TicketEvent,
    VerificationResult,
)

E = TicketEvent
Proofs = Mapping[RectificationGround, Sequence[frozenset[int]]]
"""Of each ground that events must prove the sets of events, by number, any of which proves it."""

HEARD = frozenset({E.CALLBACK_ATTEMPT, E.EVALUATE})
AGAIN = frozenset({E.SEND_BACK, E.ORDER_REWORK, E.SUPERVISE})
# A unit has to act on these; somebody else's turn or a standing clock ends that.
ACTS = frozenset({E.SIGN_FOR, E.FIRST_CONTACT, E.ANSWER, E.RETURN})
LOOKS = frozenset({E.DOWNLOAD, E.UNMASK, E.ASSIST_REPLY})
LIFTED = frozenset({E.REDISPATCH, E.DESIGNATE, E.UPHOLD_RETURN, E.PAUSE, E.GRANT_EXTENSION,
                    E.SETTLE_BY_PANEL, E.UNDELIVERED})  # fmt: skip


@dataclass
class _Round:
    """An answer of a unit, what the requester said of it, and the order to do it again."""

    answer: TicketEventRecord
    heard: TicketEventRecord | None = None
    again: TicketEventRecord | None = None


def proofs_of(step: Step, ticket: Ticket) -> Proofs:
    """Return what proves each ground on a ticket's record; a judgement of a person needs none."""
    records = store.events(step.session, ticket)
    rounds = _rounds(step, ticket, records)
    clocks = {one.id: one for one in clock_store.of_ticket(step.session, ticket.id)}
    untold = untold_misses(step, records, clocks) | excused_misses(step, ticket, records)
    late = [frozenset({one.seq}) for one in records if one.event is E.BREACH
            and one.seq not in untold
            and still_missed(one, clocks.get(one.details.get("clock", 0)))]  # fmt: skip
    deemed = [frozenset({one.seq}) for one in records if one.event is E.DEEM_SIGNED
              and one.seq not in untold]  # fmt: skip
    told = [one for one in records if one.seq not in untold]
    done_again = [frozenset({one.answer.seq, one.again.seq}) for one in rounds if one.again]
    return {
        RectificationGround.DUTY_NOT_PERFORMED: [*late, *deemed],
        RectificationGround.REFUSED_TO_SIGN: deemed,
        RectificationGround.PERFUNCTORY: [
            *done_again, *_refused_returns(records), *_left(step, ticket, told),
        ],
        RectificationGround.FALSE_REPORT: [*_denied(rounds), *_false_fulfilments(records)],
        RectificationGround.DISSATISFIED_TWICE: _twice(step, ticket, rounds),
    }  # fmt: skip


def _rounds(step: Step, ticket: Ticket, records: Sequence[TicketEventRecord]) -> Sequence[_Round]:
    rounds: list[_Round] = []
    for record in records:
        if record.event is E.ANSWER:
            rounds.append(_Round(record))
        elif rounds and record.event in HEARD and _said(record):
            rounds[-1].heard = _stands(step, ticket, rounds[-1].heard, record)
        elif rounds and record.event in AGAIN:
            rounds[-1].again = rounds[-1].again or record
    return rounds


def _said(record: TicketEventRecord) -> bool:
    reached = AttemptResult.REACHED.value
    return record.details.get("result", reached) == reached and bool(record.details.get("solved"))


def _stands(
    step: Step, ticket: Ticket, before: TicketEventRecord | None, now: TicketEventRecord
) -> TicketEventRecord:
    """Return which word stands: what was said to be wrong does, till a person hears otherwise."""
    channel = CallbackChannel.parse(str(now.details.get("channel")))
    human = counts_as_human(channel, step.rules, shanghai_date(ticket.accepted_at))
    if before is None or human or _unhappy(step, ticket, now):
        return now
    return before if _unhappy(step, ticket, before) else now


def _unhappy(step: Step, ticket: Ticket, record: TicketEventRecord | None) -> bool:
    if record is None:
        return False
    satisfaction = record.details.get("satisfaction")
    return is_unresolved(
        AnswerOutcome.parse(record.details["solved"]),
        Satisfaction.parse(satisfaction) if satisfaction else None,
        step.rules, shanghai_date(ticket.accepted_at),
    )  # fmt: skip


def _denied(rounds: Sequence[_Round]) -> Iterator[frozenset[int]]:
    """Yield each answer 已解决 with the callback that found 未解决."""
    for one in rounds:
        claimed = one.answer.details.get("outcome") == AnswerOutcome.SOLVED.value
        denied = AnswerOutcome.NOT_SOLVED.value
        if claimed and one.heard and one.heard.details["solved"] == denied:
            yield frozenset({one.answer.seq, one.heard.seq})


def _false_fulfilments(records: Sequence[TicketEventRecord]) -> Iterator[frozenset[int]]:
    """Yield each report of a fulfilled promise (报告兑现) with the check that found it broken."""
    report = None
    for record in records:
        if record.event is E.REPORT_PROMISE:
            report = record
        elif record.event is E.VERIFY_PROMISE and report is not None:
            if record.details.get("result") == VerificationResult.NOT_MET.value:
                yield frozenset({report.seq, record.seq})
            report = None


def _twice(step: Step, ticket: Ticket, rounds: Sequence[_Round]) -> list[frozenset[int]]:
    """Return the callbacks before and after a rework that both found it open (二次不满意)."""
    if ticket.panel_approved:  # 依法办结: nothing was left that should have been solved
        return []
    unhappy = [one.heard.seq for one in rounds if one.heard and _unhappy(step, ticket, one.heard)]
    return [frozenset(pair) for pair in pairwise(unhappy)]


def _refused_returns(records: Sequence[TicketEventRecord]) -> Iterator[frozenset[int]]:
    asked = None
    for record in records:
        if record.event is E.RETURN:
            asked = record
        elif record.event is E.REJECT_RETURN and asked is not None:
            yield frozenset({asked.seq, record.seq})


def _left(
    step: Step, ticket: Ticket, records: Sequence[TicketEventRecord]
) -> Iterator[frozenset[int]]:
    """Yield each reminder left without any act by its limit, or by a limit missed after it."""
    reminders = arrived(step, ticket, records)
    yield from (frozenset({seq}) for seq in left_by(step, records, reminders))
    for place, record in enumerate(records):
        told = reminders.get(record.seq)
        since = record.at if record.event in AGAIN else told and told.arrived
        if since is None:
            continue
        later = records[place + 1 :]
        acted = next((one.at for one in later if _ends(one)), None)
        for one in later:
            if one.event is E.BREACH and since < missed_at(one) <= (acted or step.now):
                yield frozenset({record.seq, one.seq})


def left_by(
    step: Step, records: Sequence[TicketEventRecord], reminders: Mapping[int, Reminder]
) -> Mapping[int, Reminder]:
    """Return which reminders were left without any act to the end of the day they asked one by."""
    left = {}
    for place, record in enumerate(records):
        told = reminders.get(record.seq)
        acted = next((one.at for one in records[place + 1 :] if _ends(one)), None)
        if told and told.until is not None and told.until <= (acted or step.now):
            left[record.seq] = told
    return left


def _ends(record: TicketEventRecord) -> bool:
    """Return whether a unit acted, or had no longer to."""
    acted = record.event in ACTS or (record.unit_id is not None and record.event not in LOOKS)
    return acted or record.event in LIFTED or record.to_status in FINAL


def still_missed(breach: TicketEventRecord, clock: Clock | None) -> bool:
    """Return whether a limit is missed still: an extension granted afterwards may have moved it."""
    return clock is None or clock.due_at <= missed_at(breach)


def missed_at(breach: TicketEventRecord) -> datetime:
    """Return since when the limit was over that an event found missed."""
    fell_due = breach.details.get("fell_due_at")
    return datetime.fromisoformat(fell_due) if fell_due else breach.at
