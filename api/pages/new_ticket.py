"""Logging a ticket on the telephone (登记工单): the form, and the ways out of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages import beside, files
from api.pages.forms import EMPTY, Form, Posted
from api.pages.naming import unit_named
from api.pages.visit import HOTLINE, Visit, attempt, posting, reading
from engine.actions import attachments, drafts, endings
from engine.actions.actor import require_role
from engine.actions.clocks import deadline_of
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket, normal_phone, parse_kind, parse_urgency
from engine.actions.ringing import DESK, form_for_call
from engine.actions.supplements import add_supplement
from engine.actions.undo import Logged, log_ticket
from engine.errors import BadInputError, ConflictError, EngineError, RefusedTransitionError
from engine.models import Ticket
from engine.rules.certificate_words import due_words as certificate_due
from engine.rules.shanghai import SHANGHAI
from engine.settings import load_settings
from engine.store import api_views, clocks, desk_own, desk_views, tickets
from engine.terms import ClockKind, TicketKind, Urgency

router = APIRouter(include_in_schema=False)
ANSWER_BY = ("电话", "短信", "书面")
LONGEST_ID = 64
NEW = "/tickets/new"


def _page(visit: Visit, form: Form, form_id: str, error: EngineError | None = None) -> Response:
    kind = form.text("kind", TicketKind.HELP_REQUEST.value)
    content, title = form.text("content"), form.text("title")
    facts = {
        "form": form, "error": error, "kinds": beside.kind_choices(visit), "kind": kind,
        "due_hint": beside.due_hint(visit), "urgencies": list(Urgency), "answer_by": ANSWER_BY,
        "routing": beside.proposals(visit, kind, title, content),
        "chosen": form.text("lead_unit") if form is not EMPTY else None,
        "units": tickets.units(visit.session), "caller": beside.caller_of(visit, form),
        "alike": beside.alike(visit, form), "known": beside.known(visit, form),
        "drafts": drafts.call_drafts(visit.session, visit.account.id, form_id),
        **files.form_facts(visit, form_id),
    }  # fmt: skip
    return visit.page("new_ticket.html", facts, error.status if error else 200)


@router.get(NEW)
def new_ticket(request: Request, draft: str = "") -> Response:
    """Show an empty form, or a draft where it was left."""
    with reading(request, *HOTLINE) as visit:
        form_id = draft if _known(draft) else drafts.new_call()
        kept = drafts.draft(visit.session, visit.account.id, form_id)
        form = Form(drafts.typed_in(kept)) if kept else EMPTY
        return _page(visit, form, form_id)


@router.post("/tickets/ringing")
def ringing(request: Request, form: Posted) -> Response:
    """Open a form for a number that was looked for; no address ever holds the number."""
    with posting(request, form, *HOTLINE) as visit:
        form_id = form_for_call(visit.session, visit.account.id, form.text("phone"), visit.now)
        return visit.go(f"{NEW}?draft={form_id}")


def _known(form_id: str) -> bool:
    """Return whether a form's id is one that this page gave out."""
    return form_id.isascii() and len(form_id) <= LONGEST_ID and drafts.is_call(form_id)


@router.post(NEW)
def log(request: Request, form: Posted) -> Response:
    """Take a ticket in, or show what is missing with everything typed kept."""
    form_id = form.text("form_id")

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, *HOTLINE)
        if form.has("keep"):
            kept = files.keep_draft(visit, form, form_id)
            said = "草稿已存。" if form.worded() else "还没有写内容，没有存草稿。"
            return visit.go(f"{NEW}?draft={kept}", said)
        if form.has("append"):
            return _append(visit, form)
        first = _sent_before(visit, form)
        if first is not None:
            said = f"这份登记表已经登记过，就是 {first.number}，没有再登记一张。"
            return visit.go(f"/tickets/{first.number}", said)
        return _logged(visit, form)

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, *HOTLINE)
        fresh = isinstance(error, ConflictError) or not _known(form_id)
        return _page(visit, form, drafts.new_call() if fresh else form_id, error)

    return files.stashed(request, form, form_id, again) or attempt(request, form, do, again)


def _logged(visit: Visit, form: Form) -> Response:
    """Log the ticket in the way that was chosen, with its files; then the desk is clear again."""
    way = next((way for name, way in WAYS.items() if form.has(name)), _dispatched)
    logged, said = way(visit, form, _new_ticket(visit, form))
    form_id = form.text("form_id")
    attachments.adopt(visit.step, logged.ticket, form_id)
    drafts.drop_draft(visit.session, visit.account.id, form_id)
    return visit.go(NEW, said, logged.ticket.number, undo_until=logged.until)


Way = Callable[[Visit, Form, NewTicket], tuple[Logged, str]]


def _dispatched(visit: Visit, form: Form, new: NewTicket) -> tuple[Logged, str]:
    logged = log_ticket(visit.step, new)
    return logged, _said(visit, logged)


def _to_desk(visit: Visit, form: Form, new: NewTicket) -> tuple[Logged, str]:
    logged = log_ticket(visit.step, new, to_desk=True)
    return logged, f"已登记 {logged.ticket.number}，转分派岗{_until_when(visit, logged.ticket)}。"


def _on_the_spot(visit: Visit, form: Form, new: NewTicket) -> tuple[Logged, str]:
    if not form.has("spot_confirmed"):
        words = "当场办结须经来电人确认已解决：请问过来电人后勾选，没有解决的请派单。"
        raise BadInputError(words, fields={"spot_confirmed": words})
    ticket = accept_ticket(visit.step, _without_unit(new))
    try:
        endings.answer_on_the_spot(
            visit.step, ticket, form.text("spot_words"), confirmed=True,
            knowledge_id=form.number("knowledge"),
        )  # fmt: skip
    except (BadInputError, RefusedTransitionError) as error:
        # Nothing was taken in: the number in the words is the next caller's.
        words = str(error).removeprefix(f"{ticket.number}：")
        raise BadInputError(words, fields={"spot_words": words}) from error
    return Logged(ticket, None), f"已登记 {ticket.number}，当场答复，已办结。"


def _merged(visit: Visit, form: Form, new: NewTicket) -> tuple[Logged, str]:
    ticket = accept_ticket(visit.step, _without_unit(new))
    into = endings.merge(visit.step, ticket, form.text("merge").strip().upper())
    said = f"已登记 {ticket.number} 并并入 {into.number}，办结时一并答复、回访。"
    return Logged(ticket, None), said


WAYS: dict[str, Way] = {"to_desk": _to_desk, "spot": _on_the_spot, "merge": _merged}


def _without_unit(new: NewTicket) -> NewTicket:
    return replace(new, lead_unit="", support_units=())


def _append(visit: Visit, form: Form) -> Response:
    """Add what was typed to a ticket that is open already, instead of logging another."""
    ticket = tickets.ticket_by_number(visit.session, form.text("append").strip().upper(), lock=True)
    form_id = form.text("form_id")
    try:
        add_supplement(visit.step, ticket, form.text("content"), sent_as=form_id)
    except BadInputError as error:
        raise BadInputError(str(error), fields={"content": str(error)}) from error
    attachments.adopt(visit.step, ticket, form_id)
    drafts.drop_draft(visit.session, visit.account.id, form_id)
    return visit.go(NEW, f"已追加到 {ticket.number}，没有另登记。", ticket.number)


def _sent_before(visit: Visit, form: Form) -> Ticket | None:
    """Return the ticket this form has made already; the same form at once waits its turn.

    Raises:
        ConflictError: the form made a ticket, and says something else now.
    """
    form_id = form.text("form_id")
    if not _known(form_id):
        return None
    api_views.lock_names(visit.session, [f"{DESK}:{form_id}"])
    first = tickets.ticket_by_external_id(visit.session, DESK, form_id)
    if first is not None and not _same(visit, first, form):
        message = f"这份登记表已登记为 {first.number}。如果这是另一件事，请再按一次“登记并派单”。"
        raise ConflictError(message)
    return first


def _same(visit: Visit, first: Ticket, form: Form) -> bool:
    who = tickets.requester_of(visit.session, first)
    sent = (form.text("content").strip(), normal_phone(form.text("phone")))
    return sent == (first.content, who.phone)


def _new_ticket(visit: Visit, form: Form) -> NewTicket:
    if form.text("answer_by", ANSWER_BY[0]) not in ANSWER_BY:
        words = "答复方式请从列出的里选。"
        raise BadInputError(words, fields={"answer_by": words})
    form_id = form.text("form_id")
    lead = unit_named(visit.session, form.text("other_unit"), "lead_unit")
    lead = lead or form.text("lead_unit")
    return NewTicket(
        kind=parse_kind(form.text("kind")), content=form.text("content"),
        phone=form.text("phone"), title=form.text("title"),
        enterprise=form.text("enterprise").strip() or form.text("who"),
        credit_code=form.text("credit_code"),
        contact_name=form.text("contact_name"), place=form.text("place"),
        answer_by=form.text("answer_by", ANSWER_BY[0]),
        urgency=parse_urgency(form.text("urgency")),
        confidential=True if form.has("confidential") else None,
        accused_unit=unit_named(visit.session, form.text("accused_unit"), "accused_unit"),
        lead_unit=lead,
        support_units=_supports(visit, form, lead),
        source=DESK, external_id=form_id if _known(form_id) else None,
        demonstration=load_settings().demo_data,
    )  # fmt: skip


def _supports(visit: Visit, form: Form, lead: str) -> tuple[str, ...]:
    kind, title, content = (form.text(name) for name in ("kind", "title", "content"))
    found: dict[str, Any] = beside.proposals(visit, kind, title, content) or {}
    mine = [one for one in found.get("candidates", ()) if one["unit"] == lead]
    return tuple(mine[0]["supports"]) if mine and form.has("with_supports") else ()


def _said(visit: Visit, logged: Logged) -> str:
    ticket = logged.ticket
    held = desk_own.held(visit.session, ticket.id) if logged.until else None
    lead = held.lead_unit_id if held else ticket.lead_unit_id
    units = desk_views.units_by_id(visit.session, [lead])
    name = next((f"派{one.name}" for one in units.values()), "系统派单")
    if logged.until is not None:
        name = f"{logged.until.astimezone(SHANGHAI):%H:%M:%S} {name}（此前可撤回）"
    elif not lead:
        name = "系统正在派单"
    return f"已登记 {ticket.number}，{name}{_until_when(visit, ticket)}。"


def _until_when(visit: Visit, ticket: Ticket) -> str:
    due = clocks.one(visit.session, ticket.id, ClockKind.REQUESTER)
    until = deadline_of(ticket, ClockKind.REQUESTER, ticket.accepted_at, visit.rules)
    if due is None or until is None:
        return ""
    return f"，应于 {certificate_due(until.certificate)} 前办结"
