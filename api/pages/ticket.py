"""The page of one ticket (工单页): clocks, why that day, what happened, what may be done."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from api.deadline_views import days_used_of
from api.pages import files, promise_acts
from api.pages.back import list_left
from api.pages.finding import (
    find,
    gone_of,
    kept_mails,
    may_unmask,
    number_meant,
    reads_content,
)
from api.pages.forms import Posted
from api.pages.may import options, told_what_may
from api.pages.rendering import said
from api.pages.used_days import strip_of
from api.pages.visit import HOTLINE, UNIT, Visit, attempt, reading
from api.pages.whys import why_of
from engine.actions.desk_work import unmask
from engine.actions.refusal_proposals import sent_back_among, standing_among
from engine.actions.revoked_breaches import before_these
from engine.actions.taken_back import withdrawn_findings
from engine.documents.notice_paper import paper_title
from engine.errors import EngineError, NotFoundError, NotPermittedError
from engine.lifecycle import UNANSWERED
from engine.models import Clock, MailReply, Ticket, TicketEventRecord
from engine.rules.shanghai import weekday_name
from engine.store import attachments, desk_ticket, desk_views, mail_replies
from engine.store.desk_ticket import Whole
from engine.store.files import has_mail
from engine.store.routing_views import serial_returns
from engine.store.unit_sight import seen_by_units, was_asked
from engine.terms import (
    ActorKind,
    ClockKind,
    Role,
    TicketEvent,
    TicketStatus,
)

router = APIRouter(include_in_schema=False)
MOST_EVENTS = 10**9
HOT = frozenset({
    TicketEvent.BREACH, TicketEvent.ESCALATE, TicketEvent.SUPERVISE, TicketEvent.RETURN,
    TicketEvent.UNDELIVERED, TicketEvent.ORDER_REWORK, TicketEvent.SEND_BACK,
})  # fmt: skip


def facts_of(visit: Visit, ticket: Ticket, **more: Any) -> dict[str, Any]:
    """Return what every page about a ticket shows."""
    whole = desk_ticket.whole(visit.session, ticket, to_unit=visit.role in UNIT)
    open_, refused = options(visit, whole)
    mine = [one for one in whole.clocks if _concerns(visit, one)]
    return {
        "whole": whole, "ticket": ticket, "requester": whole.requester, "open_acts": open_,
        "refused_acts": refused, "clocks": mine, "reads": reads_content(visit, ticket),
        "may_unmask": may_unmask(visit, ticket), "shown": False, "HOT": HOT,
        "proposed_refusals": standing_among(ticket, whole.events),
        "refusal_sent_back": sent_back_among(ticket, whole.events),
        "weekday": weekday_name, "names_shown": visit.role is not Role.AUDITOR, **more,
    }  # fmt: skip


def _concerns(visit: Visit, clock: Clock) -> bool:
    if visit.role not in UNIT:
        return True
    if not was_asked(clock):
        return False
    return clock.unit_id in (None, visit.account.unit_id) and clock.kind not in (
        ClockKind.REVIEW, ClockKind.CALLBACK, ClockKind.RETURN_RULING, ClockKind.ARBITRATION,
        ClockKind.VERIFICATION,
    )  # fmt: skip


SHOWS = {"people": False, "system": True}


@router.get("/tickets/{number}")
def ticket_page(request: Request, number: str, show: str = "") -> Response:
    """Show a ticket; looking changes nothing. `show` leaves out what people or the engine did."""
    with reading(request) as visit:
        try:
            ticket = find(visit, number)
        except NotFoundError as error:
            if not (mails := kept_mails(visit, number)):
                raise
            facts = {"number": number_meant(number), "gone": str(error), "mails": mails}
            return visit.page("ticket_gone.html", facts)
        return _ticket_page(visit, ticket, show=show if show in SHOWS else "")


def _shown(visit: Visit, whole: Whole, show: str) -> list[TicketEventRecord]:
    if show not in SHOWS:
        return list(whole.events)
    return [one for one in whole.events if (one.actor_kind is ActorKind.SYSTEM) == SHOWS[show]]


@router.get("/tickets/{number}/news")
def news(request: Request, number: str, seen: int = 0) -> Response:
    """Say in one line what others did to a ticket since its page was opened; nothing if nothing."""
    with reading(request) as visit:
        if gone := gone_of(visit, number):
            return PlainTextResponse(said(gone))
        ticket = find(visit, number)
        found = desk_ticket.changed_since(visit.session, ticket, max(0, min(seen, MOST_EVENTS)))
        theirs = [one for one in found if one.actor_id != visit.account.id]
        theirs = seen_by_units(theirs) if visit.role in UNIT else theirs
        if not theirs:
            return Response(status_code=204)
        last = theirs[-1]
        words = f"工单有新进展（{visit.when(last.at)[6:]} {last.actor_name} {last.event.label}）"
        return PlainTextResponse(said(words))


def _ticket_page(visit: Visit, ticket: Ticket, **more: Any) -> Response:
    facts = facts_of(visit, ticket, **more)
    requester = [one for one in facts["clocks"] if one.kind is ClockKind.REQUESTER]
    main = requester[-1] if requester else (facts["clocks"][-1] if facts["clocks"] else None)
    others = []
    if visit.role in HOTLINE:
        who = facts["requester"]
        found = desk_views.of_caller(visit.session, who.phone_mark, who.enterprise, visit.now)
        others = [one for one in found if one.ticket.id != ticket.id]
    whys = {one.id: why_of(one) for one in facts["clocks"]}
    watch = _watch(ticket, facts["clocks"])
    serial = (
        serial_returns(visit.session, ticket) if ticket.returns > 1 and visit.unit is None else None
    )
    whole = facts["whole"]
    facts["revoked"] = before_these(whole.events, whole.breaches)
    facts["struck"] = withdrawn_findings(whole.events)
    facts |= {"serial": serial, "main": main, "watch": watch, "whys": whys, "others": others,
              "used": strip_of(days_used_of(visit.step, ticket)),
              "unanswered": ticket.status in UNANSWERED, "on_paper": desk_ticket.on_paper,
              "paper_name": lambda mail: paper_title(
                  mail.kind, mail.subject, whole.mail_name(mail)),
              "voided": ticket.status is TicketStatus.VOIDED}  # fmt: skip
    facts["mail_replies"] = _mail_replies(visit, ticket) if facts["reads"] else ()
    facts["originals"] = {one.id for one in facts["mail_replies"] if has_mail(one.digest)}
    facts |= promise_acts.page_facts(visit, ticket)
    facts |= _files(visit, ticket) | {"show": more.get("show", "")}
    facts["events"] = _shown(visit, facts["whole"], facts["show"])
    facts["back"] = list_left(visit.request)
    error: EngineError | None = more.get("error")
    if error is not None:
        facts["error"] = told_what_may(visit, facts["whole"], error)
    return visit.page("ticket.html", facts, error.status if error else 200)


def _files(visit: Visit, ticket: Ticket) -> dict[str, Any]:
    """Return the files of a ticket, which of them this person may have, and the choice of one."""
    found = attachments.of_ticket(visit.session, ticket.id)
    may_attach = visit.role in (*HOTLINE, *UNIT)
    return {
        "attachments": found, "may_attach": may_attach, **files.choice_facts(visit),
        "open_files": {one.id for one in found if files.may_have(visit, ticket, one)},
    }  # fmt: skip


def _mail_replies(visit: Visit, ticket: Ticket) -> Sequence[MailReply]:
    """Return the answers proposed by mail: to a unit its own, to the hotline all."""
    mine = visit.account.unit_id if visit.role in UNIT else None
    return mail_replies.proposed(visit.session, ticket.id, mine)


def _watch(ticket: Ticket, clocks: Sequence[Clock]) -> Clock | None:
    found = desk_views.Line(ticket, clocks=tuple(clocks)).clock
    return found if found is not None and found.stopped_at is None else None


def ticket_again(visit: Visit, number: str, error: EngineError) -> Response:
    """Show a ticket with what was refused on its page."""
    return _ticket_page(visit, find(visit, number), error=error)


@router.post("/tickets/{number}/unmask")
def show_number(request: Request, number: str, form: Posted) -> Response:
    """Show the requester's name and number, and write down who looked and why."""
    from api.pages.doing import act_page_again

    def do(visit: Visit) -> Response:
        ticket = find(visit, number, lock=True)
        if not may_unmask(visit, ticket):
            message = "您没有这项权限。需要的角色：话务员、主管、主办单位。"
            raise NotPermittedError(message)
        unmask(visit.step, ticket, form.text("reason"))
        if form.has("act"):
            return act_page_again(visit, ticket, form.text("act"))
        return _ticket_page(visit, ticket, shown=True)

    def again(visit: Visit, error: EngineError) -> Response:
        return ticket_again(visit, number, error)

    return attempt(request, form, do, again)
