"""The course of a ticket as a letter tells it (工单办理经过): no names and no free words."""

import re
from datetime import date

from engine.actions.evidence import found_later, happened_at
from engine.actions.excused_breaches import excused_misses
from engine.actions.step import Step
from engine.actions.taken_back import OF_A_CLOCK, taken_back
from engine.actions.unit_share import Share
from engine.documents.letter_annexes import HistoryLine
from engine.documents.letter_data import written_date
from engine.models import Ticket, TicketEventRecord
from engine.rules.reply_words import found_words
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import ActorKind, Rung, TicketEvent

TELLING = frozenset({
    TicketEvent.ACCEPT, TicketEvent.DISPATCH, TicketEvent.REDISPATCH, TicketEvent.DESIGNATE,
    TicketEvent.SIGN_FOR, TicketEvent.DEEM_SIGNED, TicketEvent.RETURN, TicketEvent.REJECT_RETURN,
    TicketEvent.UPHOLD_RETURN, TicketEvent.ANSWER, TicketEvent.SEND_BACK, TicketEvent.BREACH,
    TicketEvent.ESCALATE, TicketEvent.REMIND, TicketEvent.ORDER_REWORK,
    TicketEvent.SUPERVISE, TicketEvent.CALLBACK_ATTEMPT, TicketEvent.FIRST_CONTACT,
    TicketEvent.SEND_LETTER, TicketEvent.EVALUATE, TicketEvent.REPORT_PROMISE,
    TicketEvent.VERIFY_PROMISE, TicketEvent.ANSWER_LETTER, TicketEvent.ACCEPT_LETTER_ANSWER,
})  # fmt: skip
# Events whose stored reason holds somebody's free words: a letter says the event's name only.
FREE_WORDS = frozenset({
    TicketEvent.RETURN, TicketEvent.FIRST_CONTACT, TicketEvent.REMIND, TicketEvent.SEND_BACK,
    TicketEvent.REJECT_RETURN, TicketEvent.UPHOLD_RETURN, TicketEvent.ORDER_REWORK,
    TicketEvent.SUPERVISE, TicketEvent.REPORT_PROMISE, TicketEvent.VERIFY_PROMISE,
})  # fmt: skip
# What the engine itself orders has the engine's words.
BY_THE_ENGINE = frozenset({TicketEvent.ORDER_REWORK, TicketEvent.SUPERVISE})
COMMON = frozenset(
    {TicketEvent.ACCEPT, TicketEvent.DISPATCH, TicketEvent.REDISPATCH, TicketEvent.DESIGNATE}
)
# After what was decided stands why, in the dispatcher's own words.
HANDED_OVER = frozenset({TicketEvent.DISPATCH, TicketEvent.REDISPATCH, TicketEvent.DESIGNATE})
# Of a confidential ticket only that a limit ended, in words that need no knowledge of this system.
PLAINLY = {TicketEvent.BREACH: "期限届满未办", TicketEvent.DEEM_SIGNED: "逾期未签收，视为签收"}
ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2}) ?")
REPEATED = 2


def history_of(step: Step, ticket: Ticket, share: Share) -> tuple[HistoryLine, ...]:
    """Return the events a letter shows: number, moment, words without anybody's name.

    Who had the ticket is told of every unit, what became of it only of the letter's own: clocks of
    the requester and of assisting units are not its affair, nor what another lead unit did.
    """
    records = store.events(step.session, ticket)
    back, excused = taken_back(records), excused_misses(step, ticket, records)
    year = shanghai_date(ticket.accepted_at).year
    return tuple(
        _line(record, year, neutral=ticket.confidential, excused=record.seq in excused)
        for record in records
        if record.event in TELLING
        and record.seq not in back
        and (record.event in COMMON or share.before_any_unit(record) or share.holds(record))
        and not record.details.get("restricted")
        and not _only_prompts(record)
    )


def _only_prompts(record: TicketEventRecord) -> bool:
    """Return whether an event only prompts supervisors: what they might do is no unit's affair."""
    prompts = record.event is TicketEvent.ESCALATE
    return prompts and record.details.get("rung") != Rung.L1_REMINDER.value


def _line(record: TicketEventRecord, year: int, *, neutral: bool, excused: bool) -> HistoryLine:
    words = said(record, neutral=neutral) + found_later(record, year)
    if excused and record.event is not TicketEvent.ESCALATE:
        words += "，已认定免责"
    return HistoryLine(record.seq, happened_at(record), words)


def said(record: TicketEventRecord, *, neutral: bool = False) -> str:
    """Return what an event says in a letter; free words and requesters stay out.

    `neutral` leaves only the names of the events: a report must not be hinted at.
    """
    if record.event is TicketEvent.ESCALATE:
        return _climbed(record, neutral=neutral)
    if neutral and record.event in PLAINLY:
        return PLAINLY[record.event]
    who = "热线" if record.actor_kind is not ActorKind.SYSTEM else "系统"
    if record.unit_id is not None:
        who = "承办单位"
    if record.event is TicketEvent.ACCEPT_LETTER_ANSWER:
        return f"{who}{_found(record)}"
    label = record.event.label
    words = "" if neutral else _undoubled(label, _official(record))
    if not words or (label in words and len(words) <= len(label) + REPEATED):
        return f"{who}{label}"
    return words if record.event in OF_A_CLOCK else f"{who}{label}：{words}"


def _found(record: TicketEventRecord) -> str:
    """Return what was found of a reply, without the reasons somebody gave in their own words."""
    return found_words(record.reason.partition("：")[0])


def _climbed(record: TicketEventRecord, *, neutral: bool) -> str:
    """Return what the engine itself did at the rung a letter tells of: it urged."""
    did = Rung.L1_REMINDER.label
    which, within, _ = _official(record).partition("）")
    if neutral:
        return did
    return f"{which}{within}超期，系统{did}" if within else f"系统{did}"


def _undoubled(label: str, words: str) -> str:
    """Return words without a heading that only says the event's own name again."""
    words = words.removesuffix(f"：{label}")
    head, _, rest = words.partition("：")
    return rest if rest and head in label else words


def _official(record: TicketEventRecord) -> str:
    """Return an event's stored words as a letter has them: official dates, nobody's own words."""
    engine = record.actor_kind is ActorKind.SYSTEM and record.event in BY_THE_ENGINE
    if record.event in FREE_WORDS and not engine:
        return ""
    words = ISO_DATE.sub(lambda found: written_date(date.fromisoformat(found[1])), record.reason)
    if record.event in OF_A_CLOCK:
        return words.replace("）：", "）", 1)
    return words.partition("。")[0] if record.event in HANDED_OVER else words
