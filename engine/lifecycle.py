"""The life of a ticket (工单): one table of transitions and one function, `move`.

`move` looks at plain facts and answers with a value; it never raises and never writes. Only
`engine.actions` change a status, and only after `move` said so. `docs/lifecycle.md` is generated
from `TRANSITIONS`.
"""

from dataclasses import dataclass

from engine.lifecycle_guards import (
    Guard,
    TicketFacts,
    has_contacted,
    human_callback_done,
    is_freely_withdrawn,
    is_unsigned,
    may_answer_on_the_spot,
    may_be_taken_back,
    may_be_withdrawn,
    may_rework,
    may_still_return,
    needs_lead,
    needs_merge_target,
    needs_second_person,
    not_to_accused,
    not_yet_answered,
    not_yet_for_panel,
    panel_is_due,
    resolved_or_settled,
)
from engine.terms import Role, TicketEvent, TicketStatus

__all__ = (
    "BY_EVENT", "FINAL", "OPEN", "TRANSITIONS", "UNGUARDED", "Guard", "Moved", "Refused",
    "TicketFacts", "Transition", "allowed", "may", "move", "without_ways",
)  # fmt: skip
E, S = TicketEvent, TicketStatus

HOTLINE = frozenset({Role.OPERATOR, Role.SUPERVISOR})
UNIT = frozenset({Role.HANDLER, Role.UNIT_LEADER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
SYSTEM: frozenset[Role] = frozenset()  # nobody by hand: the engine alone


@dataclass(frozen=True)
class Transition:
    """One row of the table: what may happen where, who may cause it, and by which clause."""

    event: TicketEvent
    sources: frozenset[TicketStatus]
    target: TicketStatus | None  # None: recorded, the status stays
    who: frozenset[Role]
    clause: str
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Moved:
    """The event is allowed and leads to `target`."""

    source: TicketStatus
    target: TicketStatus
    transition: Transition


@dataclass(frozen=True)
class Refused:
    """The event is not allowed now: why, by which clause, and what is."""

    reason: str
    clause: str
    allows: tuple[TicketEvent, ...]


def _row(
    event: TicketEvent,
    sources: set[TicketStatus],
    target: TicketStatus | None,
    who: frozenset[Role],
    clause: str,
    *guards: Guard,
) -> Transition:
    return Transition(event, frozenset(sources), target, who, clause, guards)


WAITING = {S.ACCEPTED, S.TO_BE_DISPATCHED}
WITH_UNIT = {S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS, S.REWORK, S.SUPERVISED}
FINAL = frozenset({S.CLOSED, S.REFUSED, S.MERGED, S.HANDED_TO_EMERGENCY, S.WITHDRAWN, S.VOIDED})
UNANSWERED = FINAL - {S.CLOSED}  # nobody answers these any more: a date on paper would promise it
IN_HAND = frozenset({S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS, S.SUPERVISED, S.RETURNED,
                     S.IN_ARBITRATION})  # fmt: skip
OPEN = frozenset(set(S) - FINAL)
EVERY = frozenset(S)
INSTEAD = "；现在可以："
INTAKE = "chengzhong-2023-19/113/intake"
LIMITS = "chengzhong-2023-19/113/time-limits"
CALLBACK = "chengzhong-2023-19/113/callback"
LETTER = "chengzhong-2023-19/113/rectification"
REFERRAL = "chengzhong-2023-19/113/referral"

TRANSITIONS: tuple[Transition, ...] = (
    _row(E.HOLD_FOR_DISPATCH, {S.ACCEPTED}, S.TO_BE_DISPATCHED, HOTLINE, INTAKE),
    _row(E.DISPATCH, WAITING, S.DISPATCHED, HOTLINE, INTAKE,
         needs_lead, not_to_accused, not_yet_for_panel),
    _row(E.REDISPATCH, {S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS}, S.DISPATCHED, SUPERVISOR,
         "house/H-14", needs_lead, not_to_accused),
    _row(E.SIGN_FOR, {S.DISPATCHED}, S.SIGNED_FOR, UNIT, "house/H-10"),
    _row(E.SIGN_FOR, {S.SUPERVISED}, None, UNIT, "house/H-10", is_unsigned),
    _row(E.DEEM_SIGNED, {S.DISPATCHED}, S.SIGNED_FOR, SYSTEM, "house/H-11"),
    _row(E.DEEM_SIGNED, {S.SUPERVISED}, None, SYSTEM, "house/H-11"),
    _row(E.FIRST_CONTACT, {S.SIGNED_FOR, S.IN_PROGRESS}, S.IN_PROGRESS, UNIT,
         "house/H-12"),
    _row(E.FIRST_CONTACT, {S.REWORK, S.SUPERVISED}, None, UNIT, "house/H-12"),
    _row(E.RETURN, {S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS, S.SUPERVISED}, S.RETURNED, UNIT,
         "house/H-13", may_still_return),
    _row(E.UPHOLD_RETURN, {S.RETURNED}, S.TO_BE_DISPATCHED, HOTLINE, "house/H-13",
         not_yet_for_panel),
    _row(E.REJECT_RETURN, {S.RETURNED}, S.SIGNED_FOR, HOTLINE, "house/H-13",
         not_yet_for_panel),
    _row(E.CONVENE_PANEL, {S.RETURNED, S.TO_BE_DISPATCHED}, S.IN_ARBITRATION, SUPERVISOR,
         "house/H-15", panel_is_due),
    _row(E.DESIGNATE, {S.IN_ARBITRATION}, S.DISPATCHED, SUPERVISOR, "house/H-15",
         needs_lead, not_to_accused),
    _row(E.ANSWER, {S.SIGNED_FOR, S.IN_PROGRESS, S.REWORK, S.SUPERVISED}, S.ANSWERED, UNIT,
         LIMITS, has_contacted),
    _row(E.SEND_BACK, {S.ANSWERED}, S.IN_PROGRESS, HOTLINE, "house/H-51"),
    _row(E.APPROVE_ANSWER, {S.ANSWERED}, S.CALLBACK_DUE, HOTLINE, "house/H-51"),
    _row(E.ORDER_REWORK, {S.CALLBACK_DUE}, S.REWORK, HOTLINE, "house/H-25", may_rework),
    _row(E.SUPERVISE, {S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS, S.REWORK, S.CALLBACK_DUE},
         S.SUPERVISED, SUPERVISOR, "house/H-26"),
    _row(E.CLOSE, {S.CALLBACK_DUE}, S.CLOSED, HOTLINE, CALLBACK,
         human_callback_done, resolved_or_settled),
    _row(E.ANSWER_ON_THE_SPOT, WAITING, S.CLOSED, HOTLINE, LIMITS, not_yet_answered,
         may_answer_on_the_spot),
    _row(E.REFUSE, {*WAITING, S.IN_ARBITRATION}, S.REFUSED, SUPERVISOR, "house/H-35",
         not_yet_answered, needs_second_person),
    _row(E.MERGE, WAITING, S.MERGED, HOTLINE, "house/H-36", not_yet_answered, needs_merge_target),
    _row(E.HAND_TO_EMERGENCY, {*WAITING, S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS},
         S.HANDED_TO_EMERGENCY, HOTLINE, "house/H-52", not_yet_answered),
    _row(E.WITHDRAW, WAITING | IN_HAND, S.WITHDRAWN, HOTLINE, "house/H-75", not_yet_answered,
         may_be_withdrawn, is_freely_withdrawn),
    _row(E.VOID, WAITING, S.VOIDED, HOTLINE, "house/H-81", not_yet_answered, may_be_taken_back),
    # Facts that are recorded; the status stays.
    _row(E.ROUTE, WAITING, None, HOTLINE, INTAKE),
    # A letter's reply is due even after its ticket was closed.
    _row(E.WARN, set(EVERY), None, SYSTEM, "house/H-23"),
    _row(E.BREACH, set(EVERY), None, SYSTEM, LIMITS),
    _row(E.ESCALATE, set(EVERY), None, SYSTEM, "house/H-24"),
    _row(E.REMIND, WITH_UNIT, None, HOTLINE, "house/H-24"),
    _row(E.CALLBACK_ATTEMPT, {S.CALLBACK_DUE}, None, HOTLINE, CALLBACK),
    _row(E.EVALUATE, {S.CALLBACK_DUE}, None, HOTLINE, CALLBACK),
    _row(E.REQUEST_EXTENSION, WITH_UNIT, None, UNIT, "house/H-19"),
    _row(E.GRANT_EXTENSION, WITH_UNIT, None, SUPERVISOR, "house/H-19"),
    _row(E.REFUSE_EXTENSION, WITH_UNIT, None, SUPERVISOR, "house/H-19"),
    _row(E.PAUSE, WITH_UNIT, None, SUPERVISOR, "house/H-22"),
    _row(E.RESUME, WITH_UNIT, None, SUPERVISOR, "house/H-22"),
    _row(E.RECOMPUTE, set(EVERY), None, SYSTEM, "house/H-09"),
    _row(E.SUPPLEMENT, set(OPEN), None, HOTLINE, INTAKE),
    _row(E.ASK_WITHDRAWAL, WAITING | IN_HAND, None, HOTLINE, "house/H-75", not_yet_answered,
         may_be_withdrawn),
    _row(E.ASSIST_REPLY, WITH_UNIT | {S.RETURNED, S.ANSWERED}, None, UNIT, "house/H-18"),
    _row(E.NOTE, set(EVERY), None, HOTLINE | UNIT, INTAKE),
    _row(E.PROPOSE_REFUSAL, {*WAITING, S.IN_ARBITRATION}, None, HOTLINE, "house/H-35"),
    _row(E.SETTLE_BY_PANEL, {S.SUPERVISED, S.REWORK, S.ANSWERED, S.CALLBACK_DUE}, None, SUPERVISOR,
         "house/H-26"),
    _row(E.PROMISE, {S.ANSWERED}, None, UNIT, "house/H-86"),
    # A promise outlives the ticket it closed (跟踪问效).
    _row(E.REPORT_PROMISE, {S.CALLBACK_DUE, S.CLOSED}, None, UNIT, "house/H-86"),
    _row(E.VERIFY_PROMISE, {S.CALLBACK_DUE, S.CLOSED}, None, HOTLINE,
         "chengzhong-2023-19/91/field-verification"),
    _row(E.JUDGE_BREACH, set(EVERY), None, SUPERVISOR, "house/H-24"),
    _row(E.EXCLUDE, set(EVERY), None, SUPERVISOR, "house/H-47"),
    _row(E.APPEAL, set(EVERY), None, UNIT, "house/H-47"),
    _row(E.PROPOSE_LETTER, set(EVERY), None, HOTLINE, LETTER),
    _row(E.DRAFT_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.APPROVE_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.REVIEW_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.REJECT_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.VOID_LETTER, set(EVERY), None, SUPERVISOR, "house/H-48"),
    _row(E.SEND_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.RECALL_LETTER, set(EVERY), None, SUPERVISOR, "house/H-50"),
    _row(E.ANSWER_LETTER, set(EVERY), None, UNIT, LETTER),
    _row(E.ACCEPT_LETTER_ANSWER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.PROPOSE_REFERRAL, set(EVERY), None, SUPERVISOR, REFERRAL),
    _row(E.UNMASK, set(EVERY), None, frozenset(Role), "house/H-41"),
    _row(E.ATTACH, set(EVERY), None, HOTLINE | UNIT, "house/H-82"),
    _row(E.DOWNLOAD, set(EVERY), None, frozenset(Role), "house/H-82"),
    _row(E.UNDELIVERED, set(EVERY), None, SYSTEM, INTAKE),
)  # fmt: skip

BY_EVENT: dict[TicketEvent, tuple[Transition, ...]] = {
    event: tuple(row for row in TRANSITIONS if row.event is event) for event in TicketEvent
}
# What depends on a ticket's status alone: no guard looks at anything else.
UNGUARDED = frozenset(
    event for event, rows in BY_EVENT.items() if not any(row.guards for row in rows)
)


def move(facts: TicketFacts, event: TicketEvent, role: Role | None = None) -> Moved | Refused:
    """Return where `event` leads a ticket with these facts, or why it may not happen now.

    A refusal names what `role` may do instead (or anybody).
    """
    row = next((row for row in BY_EVENT[event] if facts.status in row.sources), None)
    if row is None:
        return _nowhere(facts, event, role)
    for guard in row.guards:
        reason = guard(facts)
        if reason is not None:
            return Refused(reason, row.clause, allowed(facts, role))
    return Moved(facts.status, row.target or facts.status, row)


def _nowhere(facts: TicketFacts, event: TicketEvent, role: Role | None) -> Refused:
    allows = allowed(facts, role)
    can = "、".join(one.label for one in allows) or "不再有可做的事"
    clause = BY_EVENT[event][0].clause if BY_EVENT[event] else INTAKE
    reason = f"工单现为“{facts.status.label}”，不能“{event.label}”{INSTEAD}{can}。"
    return Refused(reason, clause, allows)


def without_ways(reason: str) -> str:
    """Return a refusal without what may be done instead: a page says that in its own words."""
    head, instead, _ = reason.partition(INSTEAD)
    return f"{head}。" if instead else reason


def allowed(facts: TicketFacts, role: Role | None = None) -> tuple[TicketEvent, ...]:
    """Return the status-moving events open to `role` (or to anybody) now, in table order."""
    rows = (row for row in TRANSITIONS if row.target is not None and facts.status in row.sources)
    return tuple(
        row.event
        for row in rows
        if (role is None or role in row.who) and not any(guard(facts) for guard in row.guards)
    )


def may(role: Role | None, event: TicketEvent) -> bool:
    """Return whether `role` may ever cause `event`; `None` is the engine itself."""
    return role is None or any(role in row.who for row in BY_EVENT[event])
