"""Doing something with a ticket: the form of one act, its check page, and carrying it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages import files, promise_acts
from api.pages.acts import Act
from api.pages.beside import proposals
from api.pages.callback_facts import callback_facts
from api.pages.finding import find
from api.pages.forms import EMPTY, Form, Posted
from api.pages.may import option, told_what_may
from api.pages.more_acts import BY_NAME
from api.pages.ticket import facts_of
from api.pages.visit import HOTLINE, UNIT, Visit, attempt, reading
from engine.actions import attachments, drafts, knowledge, owing
from engine.actions.extension_choices import extension_choices
from engine.actions.statutory import claim_of
from engine.errors import ConflictError, EngineError, NotFoundError, NotPermittedError
from engine.lifecycle import BY_EVENT
from engine.models import Draft, Ticket, TicketEventRecord
from engine.rules.pauses import pause_reasons
from engine.rules.returns import return_closes_at
from engine.rules.shanghai import shanghai_date
from engine.store import clocks, desk_ticket, desk_views, mail_replies, tickets
from engine.store.database import rehearse
from engine.store.desk_special import shortenings_of
from engine.store.desk_ticket import Whole
from engine.store.unit_sight import seen_by_units
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
)

router = APIRouter(include_in_schema=False)
CHOOSING = ("dispatch", "redispatch", "designate", "rule")
# What a unit sends cannot be taken back: it is shown once more before it goes.
CHECKED = ("answer",)
# What may be written any number of times, but not the same words again at once.
AGAIN = timedelta(minutes=10)
ONCE = {"note": "words", "remind": "words", "supplement": "text", "contact": "note"}
FROM_MAIL = ("answer", "assist")
WITH_FILES = ("answer", "return", "assist", "contact", "supplement", "staged-reply", "extend",
              "report-promise", "verify-promise")  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """What stands in a form when it is shown: typed, restored from a draft, or refused."""

    form: Form
    restored: str = ""
    error: EngineError | None = None
    changes: Sequence[TicketEventRecord] = ()
    other_drafts: Sequence[Draft] = ()
    shown: bool = False


@router.get("/tickets/{number}/{name}")
def act_page(request: Request, number: str, name: str, draft: str = "", mail: int = 0) -> Response:
    """Show the form of one act, with its draft if there is one; `mail` fills in a mailed reply."""
    with reading(request) as visit:
        _need_right(visit, _act(name))
        ticket = find(visit, number)
        if mail and name in FROM_MAIL and not draft:
            return _from_mail(visit, ticket, _act(name), mail)
        return _from_draft(visit, ticket, _act(name), draft)


def _from_mail(visit: Visit, ticket: Ticket, act: Act, mail: int) -> Response:
    """Show a form with what the unit wrote by mail; it decides nothing before it is sent."""
    found = mail_replies.proposed(visit.session, ticket.id, visit.account.unit_id)
    reply = next((one for one in found if one.id == mail), None)
    if reply is None:
        message = "没有这封来信，或它已用过。请回到工单页。"
        raise NotFoundError(message)
    form = Form({"text": [reply.text], "mail": [str(reply.id)]})
    return _act_page(visit, ticket, act, f"{ticket.number}-{act.name}", Typed(form))


def act_page_again(visit: Visit, ticket: Ticket, name: str) -> Response:
    """Show the form of an act with the requester's number beside it, which was just unmasked."""
    return _from_draft(visit, ticket, _act(name), "", shown=True)


def _from_draft(
    visit: Visit, ticket: Ticket, act: Act, draft: str, *, shown: bool = False
) -> Response:
    """Show a form as it was left, the newest of its drafts unless another is asked for."""
    usual = f"{ticket.number}-{act.name}"
    found = drafts.drafts_of(visit.session, visit.account.id, usual)
    kept = next((one for one in found if one.form_id == draft), next(iter(found), None))
    others = [one for one in found if one is not kept]
    if kept is None:
        return _act_page(visit, ticket, act, usual, Typed(EMPTY, shown=shown))
    form, when = Form(drafts.typed_in(kept)), visit.when(kept.updated_at)
    typed = Typed(form, when, other_drafts=others, shown=shown)
    return _act_page(visit, ticket, act, kept.form_id, typed)


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


def _act_page(visit: Visit, ticket: Ticket, act: Act, form_id: str, typed: Typed) -> Response:
    facts = facts_of(visit, ticket, act=act, now_option=option(visit, ticket, act), **vars(typed))
    if typed.error is not None:
        facts["error"] = told_what_may(visit, facts["whole"], typed.error)
    facts |= _choices(visit, ticket, facts["whole"]) | {"routing": _routing(visit, ticket, act)}
    facts |= promise_acts.form_facts(visit, ticket)
    if act.name == "spot":
        facts["known"] = knowledge.suggest(visit.step, ticket.title + ticket.content)
    if act.name == "extend":
        facts["extensions"] = extension_choices(visit.step, ticket)
        asked = visit.rules.parameters["extension.ask_before"]
        facts["ask_before"] = asked.on(shanghai_date(ticket.accepted_at)).value
    if act.name == "supervise":
        facts |= _supervising(visit, ticket)
    facts |= {"with_files": act.name in WITH_FILES, **files.form_facts(visit, form_id)}
    return visit.page("act.html", facts, typed.error.status if typed.error else 200)


def _supervising(visit: Visit, ticket: Ticket) -> dict[str, Any]:
    """Return what supervision would do to the limits of a ticket, said before it is done."""
    running = clocks.running(visit.session, ticket.id, [ClockKind.CALLBACK])
    return {
        "in_hand": owing.clock_in_hand(visit.step, ticket), "calling": next(iter(running), None),
        "new_limit": owing.new_limit(visit.step, ticket),
    }  # fmt: skip


def _routing(visit: Visit, ticket: Ticket, act: Act) -> dict[str, Any] | None:
    """Return routing's proposal, where the form asks for a unit."""
    if act.name not in CHOOSING:
        return None
    found = proposals(visit, ticket.kind.value, ticket.title, ticket.content)
    out = {one.unit_id for one in tickets.upheld_returns(visit.session, ticket)} | {
        ticket.lead_unit_id
    }
    units = desk_views.units_by_id(visit.session, list(out))
    names = {one.name for one in units.values()}
    kept = [one for one in (found or {}).get("candidates", ()) if one["unit"] not in names]
    return found and {**found, "candidates": kept}


def _choices(visit: Visit, ticket: Ticket, whole: Whole) -> dict[str, Any]:
    lead = tickets.current_lead(visit.session, ticket)
    last = whole.answers[-1] if whole.answers else None
    on = shanghai_date(ticket.accepted_at)
    return {
        "units": tickets.units(visit.session), "lead_part": lead, "last_answer": last,
        **callback_facts(visit, ticket, whole),
        "returned": tickets.pending_return(visit.session, ticket),
        "upheld": tickets.upheld_returns(visit.session, ticket),
        "return_closes": return_closes_at(lead.dispatched_at, visit.rules, on) if lead else None,
        "Outcome": AnswerOutcome, "Result": AttemptResult, "Channel": CallbackChannel,
        "Reason": ReturnReason, "Satisfaction": Satisfaction, "Ground": RectificationGround,
        "LetterKind": LetterKind, "Refusal": RefusalReason,
        "may_return": visit.rules.parameters["returns.per_unit"].on(on).value,
        "pauses": pause_reasons(visit.rules, on),
        "claim": claim_of(visit.step, ticket),
        "shortenings": shortenings_of(visit.session, ticket),
    }  # fmt: skip


@router.post("/tickets/{number}/{name}")
def do_act(request: Request, number: str, name: str, form: Posted) -> Response:
    """Do one thing with a ticket, or show the form again with the reason and what was typed."""
    act, form_id = _act(name), _form_id(form, number, name)

    def do(visit: Visit) -> Response:
        _need_right(visit, act)
        ticket = find(visit, number, lock=True)
        if form.has("edit"):
            return _act_page(visit, ticket, act, form_id, Typed(form))
        _check_unchanged(visit, ticket, act, form)
        if name in CHECKED and not form.has("sure"):
            rehearse(visit.session, lambda: act.do(visit, ticket, form))
            return _check_page(visit, ticket, act, form_id, form)
        said = act.do(visit, ticket, form)
        attachments.adopt(visit.step, ticket, form_id)
        drafts.drop_draft(visit.session, visit.account.id, form_id)
        return visit.go(_next(visit, number, form), f"{number}：{said}", number)

    def again(visit: Visit, error: EngineError) -> Response:
        _need_right(visit, act)
        ticket = find(visit, number)
        typed = Typed(form, error=error, changes=_changes(visit, ticket, form))
        return _act_page(visit, ticket, act, form_id, typed)

    return files.stashed(request, form, form_id, again) or attempt(request, form, do, again)


def _form_id(form: Form, number: str, name: str) -> str:
    """Return under which id a form keeps its draft and its files; a second page's is its own."""
    usual, given = f"{number}-{name}", form.text("form_id")
    return given if given.startswith(f"{usual}{drafts.APART}") else usual


def _check_page(visit: Visit, ticket: Ticket, act: Act, form_id: str, form: Form) -> Response:
    """Show once more what is about to be sent; nothing has happened yet (提交前核对)."""
    facts = facts_of(visit, ticket, act=act, form=form, Outcome=AnswerOutcome)
    return visit.page("check.html", facts | files.form_facts(visit, form_id))


def _next(visit: Visit, number: str, form: Form) -> str:
    if visit.role in UNIT:
        return "/unit"
    back = form.text("back")
    return back if back in ("/desk", "/supervise") else f"/tickets/{number}"


def _changes(visit: Visit, ticket: Ticket, form: Form) -> Sequence[TicketEventRecord]:
    found = desk_ticket.changed_since(visit.session, ticket, _seen(form))
    return seen_by_units(found) if visit.role in UNIT else found


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
    _refuse_again(visit, ticket, act, form)
    changes = _changes(visit, ticket, form)
    if changes:
        last = changes[-1]
        at = visit.when(last.at)[6:]
        message = f"这张工单刚被 {last.actor_name} 改过（{at}），请看过新内容再提交。"
        raise ConflictError(message)


def _refuse_again(visit: Visit, ticket: Ticket, act: Act, form: Form) -> None:
    """Refuse the very words just written: somebody went back in the browser and sent them anew.

    Raises:
        ConflictError: says when they were written.
    """
    words = form.text(ONCE[act.name]).strip() if act.name in ONCE else ""
    last = desk_ticket.last_of(visit.session, ticket, act.event, visit.account.id)
    if last is None or not words or visit.now - last.at > AGAIN:
        return
    if words in (last.reason, last.details.get("text")):
        message = (
            f"同样的话您在 {visit.when(last.at)} 已经写过，没有再写一次。"
            "是另一回事的，请写明有什么不同再提交。"
        )
        raise ConflictError(message)
