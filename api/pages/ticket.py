"""The page of one ticket (工单页): clocks, why that day, what happened, what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deadline_views import days_used_of
from api.pages.acts import Act
from api.pages.forms import EMPTY, Form, Posted
from api.pages.may import option, options
from api.pages.more_acts import BY_NAME
from api.pages.new_ticket import proposals
from api.pages.used_days import strip_of
from api.pages.visit import HOTLINE, UNIT, Visit, attempt, reading
from api.pages.whys import why_of
from engine.actions import drafts
from engine.actions.desk_work import unmask
from engine.actions.statutory import claim_of
from engine.errors import ConflictError, EngineError, NotFoundError, NotPermittedError
from engine.lifecycle import BY_EVENT
from engine.models import Clock, Draft, Ticket, TicketEventRecord
from engine.rules.pauses import pause_reasons
from engine.rules.returns import return_closes_at
from engine.rules.shanghai import shanghai_date, weekday_name
from engine.store import desk_ticket, desk_views, tickets
from engine.store.desk_special import shortenings_of
from engine.store.desk_ticket import Whole
from engine.store.routing_views import serial_returns
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    ClockKind,
    LetterKind,
    RectificationGround,
    RefusalReason,
    ReturnReason,
    Role,
    Satisfaction,
    TicketEvent,
)

router = APIRouter(include_in_schema=False)
HOT = frozenset({
    TicketEvent.BREACH, TicketEvent.ESCALATE, TicketEvent.SUPERVISE, TicketEvent.RETURN,
    TicketEvent.UNDELIVERED, TicketEvent.ORDER_REWORK, TicketEvent.SEND_BACK,
})  # fmt: skip


CHOOSING = ("dispatch", "redispatch", "designate", "rule")


def find(visit: Visit, number: str, *, lock: bool = False) -> Ticket:
    """Return the ticket if this person may see it; a unit sees only its own.

    Raises:
        NotFoundError: there is none, or it is not theirs to know of.
        NotPermittedError: the role sees no tickets at all.
    """
    if visit.role is Role.ADMINISTRATOR:
        message = "管理员不看工单内容。需要的角色：话务员、主管、承办单位。"
        raise NotPermittedError(message)
    return desk_ticket.visible_ticket(
        visit.session, visit.account, number, kept_since=visit.kept_since, lock=lock
    )


def reads_content(visit: Visit, ticket: Ticket) -> bool:
    """Return whether the person may read the words of the ticket (保密工单只给经办人看)."""
    if not ticket.confidential:
        return True
    return visit.role in HOTLINE or desk_ticket.leads(visit.session, visit.account, ticket)


def may_unmask(visit: Visit, ticket: Ticket) -> bool:
    """Return whether the person may see the number: the hotline, and the unit that must call."""
    return visit.role in HOTLINE or desk_ticket.leads(visit.session, visit.account, ticket)


def facts_of(visit: Visit, ticket: Ticket, **more: Any) -> dict[str, Any]:
    """Return what every page about a ticket shows."""
    whole = desk_ticket.whole(visit.session, ticket, to_unit=visit.role in UNIT)
    open_, refused = options(visit, whole)
    mine = [one for one in whole.clocks if _concerns(visit, one)]
    return {
        "whole": whole, "ticket": ticket, "requester": whole.requester, "open_acts": open_,
        "refused_acts": refused, "clocks": mine, "reads": reads_content(visit, ticket),
        "may_unmask": may_unmask(visit, ticket), "shown": False, "HOT": HOT,
        "weekday": weekday_name, "names_shown": visit.role is not Role.AUDITOR, **more,
    }  # fmt: skip


def _concerns(visit: Visit, clock: Clock) -> bool:
    if visit.role not in UNIT:
        return True
    return clock.unit_id in (None, visit.account.unit_id) and clock.kind not in (
        ClockKind.REVIEW, ClockKind.CALLBACK, ClockKind.RETURN_RULING, ClockKind.ARBITRATION,
    )  # fmt: skip


@router.get("/tickets/{number}")
def ticket_page(request: Request, number: str) -> Response:
    """Show a ticket; looking changes nothing."""
    with reading(request) as visit:
        return _ticket_page(visit, find(visit, number))


def _ticket_page(visit: Visit, ticket: Ticket, **more: Any) -> Response:
    facts = facts_of(visit, ticket, **more)
    requester = [one for one in facts["clocks"] if one.kind is ClockKind.REQUESTER]
    main = requester[-1] if requester else (facts["clocks"][-1] if facts["clocks"] else None)
    others = []
    if visit.role in HOTLINE:
        who = facts["requester"]
        found = desk_views.of_caller(visit.session, who.phone, who.enterprise, visit.now)
        others = [one for one in found if one.ticket.id != ticket.id]
    whys = {one.id: why_of(one) for one in facts["clocks"]}
    watch = _watch(ticket, facts["clocks"])
    serial = serial_returns(visit.session, ticket) if ticket.returns > 1 else None
    facts |= {"serial": serial, "main": main, "watch": watch, "whys": whys, "others": others,
              "used": strip_of(days_used_of(visit.step, ticket))}  # fmt: skip
    error: EngineError | None = more.get("error")
    return visit.page("ticket.html", facts, error.status if error else 200)


def _watch(ticket: Ticket, clocks: Sequence[Clock]) -> Clock | None:
    found = desk_views.Line(ticket, clocks=tuple(clocks)).clock
    return found if found is not None and found.stopped_at is None else None


@router.post("/tickets/{number}/unmask")
def show_number(request: Request, number: str, form: Posted) -> Response:
    """Show the requester's name and number, and write down who looked and why."""

    def do(visit: Visit) -> Response:
        ticket = find(visit, number, lock=True)
        if not may_unmask(visit, ticket):
            message = "您没有这项权限。需要的角色：话务员、主管、主办单位。"
            raise NotPermittedError(message)
        unmask(visit.step, ticket, form.text("reason"))
        return _ticket_page(visit, ticket, shown=True)

    def again(visit: Visit, error: EngineError) -> Response:
        return _ticket_page(visit, find(visit, number), error=error)

    return attempt(request, form, do, again)


@router.get("/tickets/{number}/{name}")
def act_page(request: Request, number: str, name: str) -> Response:
    """Show the form of one act, with its draft if there is one."""
    with reading(request) as visit:
        act = _act(name)
        _need_right(visit, act)
        kept = drafts.draft(visit.session, visit.account.id, f"{number}-{name}")
        form = Form(dict(kept.fields)) if kept else EMPTY
        return _act_page(visit, find(visit, number), act, Typed(form, _restored(visit, kept)))


@dataclass(frozen=True)
class Typed:
    """What stands in a form when it is shown: typed, restored from a draft, or refused."""

    form: Form
    restored: str = ""
    error: EngineError | None = None
    changes: Sequence[TicketEventRecord] = ()


def _restored(visit: Visit, kept: Draft | None) -> str:
    return visit.when(kept.updated_at) if kept else ""


def _act(name: str) -> Act:
    if name not in BY_NAME:
        message = "没有这个页面。请回到工单页，从“能做什么”里选。"
        raise NotFoundError(message)
    return BY_NAME[name]


def _need_right(visit: Visit, act: Act) -> None:
    """Refuse a form that is never this role's to fill in.

    Raises:
        NotPermittedError: names the roles it is for.
    """
    who = {role for row in BY_EVENT[act.event] for role in row.who}
    if visit.role not in who and visit.role not in HOTLINE:
        wanted = "、".join(role.label for role in Role if role in who)
        message = f"您没有这项权限。需要的角色：{wanted}。"
        raise NotPermittedError(message)


def _act_page(visit: Visit, ticket: Ticket, act: Act, typed: Typed) -> Response:
    facts = facts_of(visit, ticket, act=act, now_option=option(visit, ticket, act), **vars(typed))
    facts |= _choices(visit, ticket, facts["whole"]) | {"routing": _routing(visit, ticket, act)}
    return visit.page("act.html", facts, typed.error.status if typed.error else 200)


def _routing(visit: Visit, ticket: Ticket, act: Act) -> dict[str, Any] | None:
    """Return routing's proposal, where the form asks for a unit."""
    if act.name not in CHOOSING:
        return None
    return proposals(visit, ticket.kind.value, ticket.title, ticket.content)


def _choices(visit: Visit, ticket: Ticket, whole: Whole) -> dict[str, Any]:
    lead = tickets.current_lead(visit.session, ticket)
    last = whole.answers[-1] if whole.answers else None
    owed = whole.callbacks[-1] if whole.callbacks else None
    on = shanghai_date(ticket.accepted_at)
    return {
        "units": tickets.units(visit.session), "lead_part": lead, "last_answer": last,
        "owed": owed, "attempts": whole.attempts,
        "returned": tickets.pending_return(visit.session, ticket),
        "return_closes": return_closes_at(lead.dispatched_at, visit.rules, on) if lead else None,
        "Outcome": AnswerOutcome, "Result": AttemptResult, "Channel": CallbackChannel,
        "Reason": ReturnReason, "Satisfaction": Satisfaction, "Ground": RectificationGround,
        "LetterKind": LetterKind, "Refusal": RefusalReason,
        "pauses": pause_reasons(visit.rules, on),
        "claim": claim_of(visit.step, ticket),
        "shortenings": shortenings_of(visit.session, ticket),
    }  # fmt: skip


@router.post("/tickets/{number}/{name}")
def do_act(request: Request, number: str, name: str, form: Posted) -> Response:
    """Do one thing with a ticket, or show the form again with the reason and what was typed."""
    act = _act(name)

    def do(visit: Visit) -> Response:
        _need_right(visit, act)
        ticket = find(visit, number, lock=True)
        _check_unchanged(visit, ticket, act, form)
        said = act.do(visit, ticket, form)
        drafts.drop_draft(visit.session, visit.account.id, f"{number}-{name}")
        return visit.go(_next(visit, number, form), f"{number}：{said}", number)

    def again(visit: Visit, error: EngineError) -> Response:
        _need_right(visit, act)
        ticket = find(visit, number)
        changes = _changes(visit, ticket, form)
        return _act_page(visit, ticket, act, Typed(form, "", error, changes))

    return attempt(request, form, do, again)


def _next(visit: Visit, number: str, form: Form) -> str:
    if visit.role in UNIT:
        return "/unit"
    back = form.text("back")
    return back if back in ("/desk", "/supervise") else f"/tickets/{number}"


def _changes(visit: Visit, ticket: Ticket, form: Form) -> Sequence[TicketEventRecord]:
    found = desk_ticket.changed_since(visit.session, ticket, _seen(form))
    return [one for one in found if visit.role not in UNIT or desk_ticket.for_units(one)]


def _seen(form: Form) -> int:
    return form.number("version") or 0


def _check_unchanged(visit: Visit, ticket: Ticket, act: Act, form: Form) -> None:
    """Refuse a form that was sent already, or filled in against a ticket changed since.

    Raises:
        ConflictError: says who changed it and when, or that it was sent before.
    """
    mine = desk_ticket.done_since(visit.session, ticket, _seen(form), act.event, visit.account.id)
    if mine is not None:
        message = (
            f"“{act.label}”您在 {visit.when(mine.at)[6:]} 已经提交过，没有再做一次。"
            "确实要再做一次的，请核对后再提交。"
        )
        raise ConflictError(message)
    changes = _changes(visit, ticket, form)
    if changes:
        last = changes[-1]
        at = visit.when(last.at)[6:]
        message = f"这张工单刚被 {last.actor_name} 改过（{at}），请看过新内容再提交。"
        raise ConflictError(message)
