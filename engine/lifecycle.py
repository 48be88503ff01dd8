"""The life of a ticket (工单): one table of transitions and one function, `move`.

`move` looks at plain facts and answers with a value; it never raises and never writes. Only
`engine.actions` change a status, and only after `move` said so. `docs/lifecycle.md` is generated
from `TRANSITIONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from engine.terms import Role, TicketEvent, TicketKind, TicketStatus

E, S = TicketEvent, TicketStatus

HOTLINE = frozenset({Role.OPERATOR, Role.SUPERVISOR})
UNIT = frozenset({Role.HANDLER, Role.UNIT_LEADER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
SYSTEM: frozenset[Role] = frozenset()  # nobody by hand: the engine alone


@dataclass(frozen=True, kw_only=True)
class TicketFacts:
    """What the guards look at; built from the tables, or by hand in a test."""

    status: TicketStatus
    kind: TicketKind = TicketKind.HELP_REQUEST
    has_lead: bool = False
    lead_is_accused: bool = False
    designated: bool = False
    within_return_window: bool = True
    return_used: bool = False
    answered_before: bool = False
    carries_merged: bool = False
    panel_due: bool = False
    contacted: bool = False
    requester_content: bool = False
    second_person: bool = False
    merge_target: bool = False
    freely_withdrawn: bool = False
    human_callback_owed: bool = False
    unresolved: bool = False
    rework_used: bool = False
    panel_approved: bool = False


Guard = Callable[[TicketFacts], str | None]


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


def needs_lead(facts: TicketFacts) -> str | None:
    """Refuse a dispatch without a lead unit (主办单位)."""
    return None if facts.has_lead else "派单前要先定一个主办单位。"


def not_to_accused(facts: TicketFacts) -> str | None:
    """Refuse to hand a ticket to the body it accuses (回避)."""
    return "被反映的单位不能单独承办，请改派其他单位或转主管。" if facts.lead_is_accused else None


def may_still_return(facts: TicketFacts) -> str | None:
    """Refuse a return (退单) that is late, repeated, or against a designation."""
    if facts.designated:
        return "会商已指定承办，不能再退单。"
    if facts.answered_before:
        return "已答复过的工单不能再退单；确需改派，请主管改派。"
    if not facts.within_return_window:
        return "已过退单时限，可申请主管协调。"
    if facts.return_used:
        return "本单位对这张工单已退过单，不能再退；可申请主管协调。"
    return None


def not_yet_for_panel(facts: TicketFacts) -> str | None:
    """Refuse the quick way once two units disagree: the panel (会商) decides."""
    return "退单已达会商次数，须提交会商指定承办。" if facts.panel_due else None


def panel_is_due(facts: TicketFacts) -> str | None:
    """Refuse to convene the panel (会商) before units disagree twice."""
    return None if facts.panel_due else "退单未达会商次数，先改派其他单位。"


def has_contacted(facts: TicketFacts) -> str | None:
    """Refuse an answer without contact with the requester (先行联系)."""
    return None if facts.contacted else "答复前须联系诉求人，请先登记首次联系。"


def may_answer_on_the_spot(facts: TicketFacts) -> str | None:
    """Refuse to close a complaint or report on the telephone, or without the caller's word."""
    if facts.kind in (TicketKind.COMPLAINT, TicketKind.REPORT):
        return "投诉、举报须转承办单位办理，不能当场办结。"
    if facts.carries_merged:
        return "有诉求并入的工单，每位诉求人都要回访，不能当场办结。"
    return None if facts.requester_content else "当场办结须经来电人确认已解决。"


def not_yet_answered(facts: TicketFacts) -> str | None:
    """Refuse a way out without a callback once a unit has answered (回访后办结)."""
    return "承办单位答复过的工单，须经回访才能了结。" if facts.answered_before else None


def needs_second_person(facts: TicketFacts) -> str | None:
    """Refuse what four eyes must decide when only two have looked (双人审核)."""
    return None if facts.second_person else "须由另一人复核批准。"


def needs_merge_target(facts: TicketFacts) -> str | None:
    """Refuse to merge into nothing, or into itself (并单)."""
    return None if facts.merge_target else "请写明并入哪一张在办工单。"


def may_be_withdrawn(facts: TicketFacts) -> str | None:
    """Refuse to drop a report (举报), or a ticket that stands for others too (并单)."""
    if facts.kind is TicketKind.REPORT:
        return "举报不因诉求人撤回而终止，可把撤回的意愿记为补充。"
    return "有其他诉求并入本件，不能撤回。" if facts.carries_merged else None


def is_freely_withdrawn(facts: TicketFacts) -> str | None:
    """Refuse to take a unit's ticket back unless a person heard it from the requester (自愿)."""
    if facts.freely_withdrawn:
        return None
    return "承办单位接手后撤回的，须由热线人工核实系诉求人自愿。"


def human_callback_done(facts: TicketFacts) -> str | None:
    """Refuse to close while a human callback (人工回访) is owed: row 113 says 100 %."""
    if facts.human_callback_owed:
        return "未解决或不满意的工单须 100% 人工回访，本件还没有人工回访记录，不能办结。"
    return None


def resolved_or_settled(facts: TicketFacts) -> str | None:
    """Refuse to close what is unresolved, unless the panel settled it (依法办结)."""
    if facts.unresolved and not facts.panel_approved:
        return "诉求人表示未解决或不满意，应退回重办或督办；经会商认定依法办结的除外。"
    return None


def may_rework(facts: TicketFacts) -> str | None:
    """Refuse a second automatic rework (重办): the next step is supervision."""
    return "已重办过，再次不满意应转督办。" if facts.rework_used else None


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
FINAL = frozenset({S.CLOSED, S.REFUSED, S.MERGED, S.HANDED_TO_EMERGENCY, S.WITHDRAWN})
IN_HAND = frozenset({S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS, S.SUPERVISED, S.RETURNED,
                     S.IN_ARBITRATION})  # fmt: skip
OPEN = frozenset(set(S) - FINAL)
EVERY = frozenset(S)
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
    _row(E.DEEM_SIGNED, {S.DISPATCHED}, S.SIGNED_FOR, SYSTEM, "house/H-11"),
    _row(E.FIRST_CONTACT, {S.SIGNED_FOR, S.IN_PROGRESS}, S.IN_PROGRESS, UNIT,
         "house/H-12"),
    _row(E.FIRST_CONTACT, {S.REWORK, S.SUPERVISED}, None, UNIT, "house/H-12"),
    _row(E.RETURN, {S.DISPATCHED, S.SIGNED_FOR, S.IN_PROGRESS}, S.RETURNED, UNIT,
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
    _row(E.HAND_TO_EMERGENCY, WAITING, S.HANDED_TO_EMERGENCY, HOTLINE, "house/H-52",
         not_yet_answered),
    _row(E.WITHDRAW, WAITING | IN_HAND, S.WITHDRAWN, HOTLINE, "house/H-75", not_yet_answered,
         may_be_withdrawn, is_freely_withdrawn),
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
    _row(E.ASSIST_REPLY, WITH_UNIT, None, UNIT, "house/H-18"),
    _row(E.NOTE, set(EVERY), None, HOTLINE | UNIT, INTAKE),
    _row(E.PROPOSE_REFUSAL, {*WAITING, S.IN_ARBITRATION}, None, HOTLINE, "house/H-35"),
    _row(E.SETTLE_BY_PANEL, {S.SUPERVISED, S.REWORK, S.ANSWERED, S.CALLBACK_DUE}, None, SUPERVISOR,
         "house/H-26"),
    _row(E.JUDGE_BREACH, set(EVERY), None, SUPERVISOR, "house/H-24"),
    _row(E.PROPOSE_LETTER, set(EVERY), None, HOTLINE, LETTER),
    _row(E.DRAFT_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.APPROVE_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.REJECT_LETTER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.SEND_LETTER, set(EVERY), None, SYSTEM, LETTER),
    _row(E.ANSWER_LETTER, set(EVERY), None, UNIT, LETTER),
    _row(E.ACCEPT_LETTER_ANSWER, set(EVERY), None, SUPERVISOR, LETTER),
    _row(E.PROPOSE_REFERRAL, set(EVERY), None, SUPERVISOR, REFERRAL),
    _row(E.UNMASK, set(EVERY), None, frozenset(Role), "house/H-41"),
    _row(E.UNDELIVERED, set(EVERY), None, SYSTEM, INTAKE),
)  # fmt: skip

BY_EVENT: dict[TicketEvent, tuple[Transition, ...]] = {
    event: tuple(row for row in TRANSITIONS if row.event is event) for event in TicketEvent
}


def move(facts: TicketFacts, event: TicketEvent) -> Moved | Refused:
    """Return where `event` leads a ticket with these facts, or why it may not happen now."""
    row = next((row for row in BY_EVENT[event] if facts.status in row.sources), None)
    if row is None:
        return _nowhere(facts, event)
    for guard in row.guards:
        reason = guard(facts)
        if reason is not None:
            return Refused(reason, row.clause, allowed(facts))
    return Moved(facts.status, row.target or facts.status, row)


def _nowhere(facts: TicketFacts, event: TicketEvent) -> Refused:
    allows = allowed(facts)
    can = "、".join(one.label for one in allows) or "不再有可做的事"
    clause = BY_EVENT[event][0].clause if BY_EVENT[event] else INTAKE
    reason = f"工单现为“{facts.status.label}”，不能“{event.label}”；现在可以：{can}。"
    return Refused(reason, clause, allows)


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
