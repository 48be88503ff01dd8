"""Logging a ticket on the telephone (登记工单), its live fragments and its server-side draft."""

import secrets
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.naming import unit_named
from api.pages.visit import HOTLINE, UNIT, Visit, attempt, posting, reading
from engine.actions import drafts
from engine.actions.clocks import deadline_of
from engine.actions.intake import accept_ticket, propose
from engine.actions.intake_checks import NewTicket, normal_phone, parse_kind, parse_urgency
from engine.errors import BadInputError, ConflictError, EngineError
from engine.models import Ticket
from engine.rules.certificate_words import due_words as certificate_due
from engine.rules.routing.catalogue import Catalogue, load_catalogue
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.rules.time_limits import answer_deadline
from engine.settings import load_settings
from engine.store import api_views, clocks, desk_views, tickets
from engine.terms import ClockKind, RoutingDecision, TicketKind, Urgency

router = APIRouter(include_in_schema=False)
SHOWN = 5
ENOUGH = 4  # characters before routing has anything to say
KEYS = {TicketKind.HELP_REQUEST: "q", TicketKind.COMPLAINT: "w", TicketKind.REPORT: "r"}
ORDER = (TicketKind.HELP_REQUEST, TicketKind.COMPLAINT, TicketKind.REPORT,
         TicketKind.CONSULTATION, TicketKind.SUGGESTION, TicketKind.PRAISE)  # fmt: skip
ANSWER_BY = ("电话", "短信", "书面")
LONGEST_ID = 64
DESK = "desk"


@dataclass(frozen=True)
class Choice:
    """A kind to choose, with the limit it would get if the ticket were taken in now."""

    kind: TicketKind
    key: str
    limit: str


def kind_choices(visit: Visit) -> list[Choice]:
    """Return every kind with the due date it would have now."""
    return [Choice(kind, KEYS.get(kind, ""), _limit(visit, kind)) for kind in ORDER]


def _limit(visit: Visit, kind: TicketKind) -> str:
    try:
        deadline = answer_deadline(kind, visit.now, visit.rules)
    except EngineError as error:
        return str(error)
    if deadline is None:
        return "没有办结时限"
    certificate = deadline.certificate
    day = spoken_date(deadline.due_on)
    provisional = "（暂定）" if deadline.provisional else ""
    return f"{certificate.limit} 个工作日：{day}{provisional}"


def _due_hint(visit: Visit) -> str:
    """Return until which hour of its last day a limit runs, as the rules say today."""
    deadline = answer_deadline(TicketKind.HELP_REQUEST, visit.now, visit.rules)
    hour = certificate_due(deadline.certificate)[-5:] if deadline else ""
    return f"登记次日起算，到期日算到 {hour}" if hour else ""


def proposals(visit: Visit, kind_text: str, title: str, content: str) -> dict[str, Any] | None:
    """Return routing's proposal for what is typed so far, or nothing while that is too little."""
    if len(content.strip()) < ENOUGH:
        return None
    try:
        kind = parse_kind(kind_text)
    except BadInputError:
        kind = None
    proposal = propose(visit.session, kind, title, content, shanghai_date(visit.now))
    stored = proposal.stored
    sure = proposal.decision is RoutingDecision.DISPATCH
    catalogue = load_catalogue(stored["catalogue_version"])
    shown = [_named(one, catalogue) for one in stored["candidates"][:SHOWN]]
    return {**stored, "sure": sure, "candidates": shown}


def _named(candidate: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    rows = candidate["tasks"][:1]
    name = catalogue.task(rows[0]).indicator if rows else ""
    return {**candidate, "row": rows[0] if rows else None, "row_name": name}


def _page(visit: Visit, form: Form, form_id: str, error: EngineError | None = None) -> Response:
    kind = form.text("kind", TicketKind.HELP_REQUEST.value)
    facts = {
        "form": form, "form_id": form_id, "error": error, "kinds": kind_choices(visit),
        "due_hint": _due_hint(visit),
        "kind": kind, "routing": proposals(visit, kind, form.text("title"), form.text("content")),
        "chosen": form.text("lead_unit") if form is not EMPTY else None,
        "units": tickets.units(visit.session), "caller": _caller(visit, form),
        "urgencies": list(Urgency), "answer_by": ANSWER_BY,
        "drafts": [one for one in drafts.call_drafts(visit.session, visit.account.id)
                   if one.form_id != form_id],
    }  # fmt: skip
    return visit.page("new_ticket.html", facts, error.status if error else 200)


@router.get("/tickets/new")
def new_ticket(request: Request, draft: str = "") -> Response:
    """Show an empty form, or a draft where it was left."""
    with reading(request, *HOTLINE) as visit:
        form_id = draft if _known(draft) else _new_id()
        kept = drafts.draft(visit.session, visit.account.id, form_id)
        form = Form(dict(kept.fields)) if kept else EMPTY
        return _page(visit, form, form_id)


def _new_id() -> str:
    return f"{drafts.CALL}{secrets.token_hex(6)}"


def _known(form_id: str) -> bool:
    """Return whether a form's id is one that this page gave out."""
    return form_id.isascii() and len(form_id) <= LONGEST_ID and drafts.is_call(form_id)


@router.post("/tickets/new")
def log_ticket(request: Request, form: Posted) -> Response:
    """Take a ticket in, or show what is missing with everything typed kept."""
    form_id = form.text("form_id")

    def do(visit: Visit) -> Response:
        _need_hotline(visit)
        if form.has("keep"):
            drafts.save_draft(visit.session, visit.account.id, form_id, form.typed(), visit.now)
            return visit.go(f"/tickets/new?draft={form_id}", "草稿已存。")
        first = _sent_before(visit, form)
        if first is not None:
            said = f"这份登记表已经登记过，就是 {first.number}，没有再登记一张。"
            return visit.go(f"/tickets/{first.number}", said)
        ticket = accept_ticket(visit.step, _new_ticket(visit, form))
        drafts.drop_draft(visit.session, visit.account.id, form_id)
        return visit.go("/tickets/new", _said(visit, ticket), ticket.number)

    def again(visit: Visit, error: EngineError) -> Response:
        _need_hotline(visit)
        fresh = isinstance(error, ConflictError) or not _known(form_id)
        return _page(visit, form, _new_id() if fresh else form_id, error)

    return attempt(request, form, do, again)


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


def _need_hotline(visit: Visit) -> None:
    from engine.actions.actor import require_role

    require_role(visit.step.actor, *HOTLINE)


def _new_ticket(visit: Visit, form: Form) -> NewTicket:
    if form.text("answer_by", ANSWER_BY[0]) not in ANSWER_BY:
        words = "答复方式请从列出的里选。"
        raise BadInputError(words, fields={"answer_by": words})
    form_id = form.text("form_id")
    other = unit_named(visit.session, form.text("other_unit"), "lead_unit")
    lead = other or form.text("lead_unit")
    return NewTicket(
        kind=parse_kind(form.text("kind")), content=form.text("content"),
        phone=form.text("phone"), title=form.text("title"),
        enterprise=form.text("enterprise"), credit_code=form.text("credit_code"),
        contact_name=form.text("contact_name"), place=form.text("place"),
        answer_by=form.text("answer_by", ANSWER_BY[0]),
        urgency=parse_urgency(form.text("urgency")),
        confidential=True if form.has("confidential") else None,
        accused_unit=unit_named(visit.session, form.text("accused_unit"), "accused_unit"),
        lead_unit=lead,
        support_units=() if other else _supports(visit, form, lead),
        source=DESK, external_id=form_id if _known(form_id) else None,
        demonstration=load_settings().demo_data,
    )  # fmt: skip


def _supports(visit: Visit, form: Form, lead: str) -> tuple[str, ...]:
    found = proposals(visit, form.text("kind"), form.text("title"), form.text("content")) or {}
    mine = [one for one in found.get("candidates", ()) if one["unit"] == lead]
    return tuple(mine[0]["supports"]) if mine and form.has("with_supports") else ()


def _said(visit: Visit, ticket: Ticket) -> str:
    due = clocks.one(visit.session, ticket.id, ClockKind.REQUESTER)
    units = desk_views.units_by_id(visit.session, [ticket.lead_unit_id])
    name = next((f"派{one.name}" for one in units.values()), "系统正在派单")
    until = deadline_of(ticket, ClockKind.REQUESTER, ticket.accepted_at, visit.rules)
    if due is None or until is None:
        return f"已登记 {ticket.number}，{name}。"
    return f"已登记 {ticket.number}，{name}，应于 {certificate_due(until.certificate)} 前办结。"


def _caller(visit: Visit, form: Form) -> dict[str, Any]:
    phone, enterprise = normal_phone(form.text("phone")), form.text("enterprise").strip()
    found = desk_views.of_caller(visit.session, phone, enterprise, visit.now)
    asked = bool(phone or enterprise)
    known = {
        line.requester.enterprise: line.requester
        for line in found
        if line.requester is not None and line.requester.phone == phone
    }
    return {"lines": found, "asked": asked, "known": list(known.values()), "typed": enterprise}


@router.post("/tickets/suggest")
def suggest(request: Request, form: Posted) -> Response:
    """Return the proposals for what is typed so far; by POST, so that no text is in an address."""
    with posting(request, form, *HOTLINE) as visit:
        routing = proposals(visit, form.text("kind"), form.text("title"), form.text("content"))
        return visit.partial("_proposals.html", routing=routing, chosen=None)


@router.post("/tickets/caller")
def caller(request: Request, form: Posted) -> Response:
    """Return what is known of a caller: the last 90 days and the enterprises behind a number."""
    with posting(request, form, *HOTLINE) as visit:
        return visit.partial("_caller.html", caller=_caller(visit, form))


@router.post("/drafts/{form_id}")
def keep_draft(request: Request, form_id: str, form: Posted) -> Response:
    """Keep what is typed in a form so far."""
    with posting(request, form, *HOTLINE, *UNIT) as visit:
        name = form_id[:64]
        kept = drafts.save_draft(visit.session, visit.account.id, name, form.typed(), visit.now)
        words = f"草稿已存 {visit.when(visit.now)[6:]}" if kept else "内容太长，草稿没有存"
        return PlainTextResponse(words)
