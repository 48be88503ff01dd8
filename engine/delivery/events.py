"""How an event is told to other systems: its name, and its two shapes. Nothing personal is in it.

Number, kind, status, unit, due dates and a link: whoever needs more asks the API with a key that
may see more. Reports (举报) and confidential tickets are told only to those who may see private
things, and even they get no more than this.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from engine.terms import ClockKind, DueStatus, Term, TicketEvent, TicketKind, TicketStatus

PREFIX = "hotline.ticket."
TRIAL = "hotline.trial"
JSON = "application/json"
CLOUDEVENT = "application/cloudevents+json"
CLOUDEVENTS_BATCH = "application/cloudevents-batch+json"
E = TicketEvent
NAMES: Mapping[TicketEvent, str] = MappingProxyType({
    E.ACCEPT: "accepted", E.HOLD_FOR_DISPATCH: "held_for_dispatch", E.DISPATCH: "dispatched",
    E.REDISPATCH: "redispatched", E.SIGN_FOR: "signed_for", E.DEEM_SIGNED: "deemed_signed",
    E.FIRST_CONTACT: "first_contacted", E.RETURN: "returned", E.UPHOLD_RETURN: "return_upheld",
    E.REJECT_RETURN: "return_rejected", E.CONVENE_PANEL: "panel_convened",
    E.DESIGNATE: "designated", E.ANSWER: "answered", E.SEND_BACK: "sent_back",
    E.APPROVE_ANSWER: "answer_approved", E.ORDER_REWORK: "rework_ordered",
    E.SUPERVISE: "supervised", E.CLOSE: "closed", E.ANSWER_ON_THE_SPOT: "answered_on_the_spot",
    E.REFUSE: "refused", E.MERGE: "merged", E.HAND_TO_EMERGENCY: "handed_to_emergency",
    E.ROUTE: "routed", E.WARN: "warned", E.BREACH: "breached", E.REMIND: "reminded",
    E.ESCALATE: "escalated", E.CALLBACK_ATTEMPT: "callback_attempted", E.EVALUATE: "evaluated",
    E.REQUEST_EXTENSION: "extension_requested", E.GRANT_EXTENSION: "extension_granted",
    E.REFUSE_EXTENSION: "extension_refused", E.PAUSE: "paused", E.RESUME: "resumed",
    E.RECOMPUTE: "recomputed", E.SUPPLEMENT: "supplemented", E.ASSIST_REPLY: "assist_replied",
    E.NOTE: "noted", E.PROPOSE_REFUSAL: "refusal_proposed",
    E.SETTLE_BY_PANEL: "settled_by_panel", E.JUDGE_BREACH: "breach_judged",
    E.PROPOSE_LETTER: "letter_proposed", E.DRAFT_LETTER: "letter_drafted",
    E.REVIEW_LETTER: "letter_reviewed", E.APPROVE_LETTER: "letter_approved",
    E.REJECT_LETTER: "letter_rejected", E.VOID_LETTER: "letter_voided",
    E.SEND_LETTER: "letter_sent", E.RECALL_LETTER: "letter_recalled",
    E.ANSWER_LETTER: "letter_answered",
    E.ACCEPT_LETTER_ANSWER: "letter_answer_accepted", E.PROPOSE_REFERRAL: "referral_proposed",
    E.UNMASK: "unmasked", E.UNDELIVERED: "undelivered", E.WITHDRAW: "withdrawn",
    E.ASK_WITHDRAWAL: "withdrawal_asked", E.VOID: "voided", E.ATTACH: "attached",
    E.DOWNLOAD: "downloaded", E.EXCLUDE: "excluded", E.APPEAL: "appealed",
    E.PROMISE: "promised", E.REPORT_PROMISE: "promise_reported",
    E.VERIFY_PROMISE: "promise_verified",
})  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A due date that runs after an event: what is due, when, and whether for certain."""

    clock: ClockKind
    due_on: date
    due_at: datetime
    status: DueStatus


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event as it is told: `unit` and `dues` are those in force after it."""

    id: int
    number: str
    seq: int
    event: TicketEvent
    at: datetime
    kind: TicketKind
    status: TicketStatus
    previous: TicketStatus | None
    unit: tuple[str, str] | None
    dues: tuple[Due, ...]
    page: str
    api: str


def type_of(event: TicketEvent) -> str:
    """Return the name of an event for other systems: hotline.ticket.dispatched."""
    return PREFIX + NAMES[event]


def standard(told: Told) -> dict[str, Any]:
    """Return an event in the shape that Standard Webhooks recommends."""
    return {"type": type_of(told.event), "timestamp": utc(told.at), "data": _data(told)}


def cloudevent(told: Told, source: str) -> dict[str, Any]:
    """Return an event as CloudEvents 1.0; `source` and `id` together are unique for ever."""
    return {
        "specversion": "1.0",
        "id": str(told.id),
        "source": source,
        "type": type_of(told.event),
        "subject": told.number,
        "time": utc(told.at),
        "sequence": f"{told.id:020d}",
        "datacontenttype": JSON,
        "data": _data(told),
    }


def trial(number: int, at: datetime, source: str, *, as_cloudevent: bool) -> dict[str, Any]:
    """Return the message of a trial (试发): it is about no ticket."""
    data = {"message": "这是一次试发，不对应任何工单。"}
    if not as_cloudevent:
        return {"type": TRIAL, "timestamp": utc(at), "data": data}
    return {
        "specversion": "1.0", "id": f"trial-{number}", "source": source, "type": TRIAL,
        "time": utc(at), "datacontenttype": JSON, "data": data,
    }  # fmt: skip


def _data(told: Told) -> dict[str, Any]:
    return {
        "id": told.id,
        "number": told.number,
        "seq": told.seq,
        "event": _word(told.event),
        "kind": _word(told.kind),
        "status": _word(told.status),
        "previous_status": _word(told.previous) if told.previous else None,
        "unit": {"name": told.unit[0], "slug": told.unit[1]} if told.unit else None,
        "deadlines": [
            {
                "clock": _word(one.clock), "due_on": one.due_on.isoformat(),
                "due_at": utc(one.due_at), "due_status": _word(one.status),
            }
            for one in told.dues
        ],
        "page": told.page,
        "api": told.api,
    }  # fmt: skip


def _word(term: Term) -> dict[str, str]:
    return {"code": term.value, "label": term.label}


def utc(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def written(shape: Mapping[str, Any]) -> str:
    """Return a shape as the text that is signed and sent."""
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":"))
