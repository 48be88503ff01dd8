"""What stands beside the form of a call: units proposed, who calls, what may be the same matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import Form, Posted
from api.pages.visit import HOTLINE, Visit, posting
from engine.actions import knowledge, likeness
from engine.actions.initials import initials
from engine.actions.intake import propose
from engine.actions.intake_checks import normal_phone, parse_kind
from engine.errors import BadInputError, EngineError
from engine.models import KnowledgeVersion, Requester, Ticket, Unit
from engine.models.requester import phone_mark
from engine.rules.certificate_words import due_words as certificate_due
from engine.rules.routing.catalogue import Catalogue, load_catalogue
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.rules.time_limits import answer_deadline
from engine.store import desk_calls, desk_views, enterprises, matters
from engine.store.desk_views import Line
from engine.store.search import half_width
from engine.terms import RoutingDecision, TicketKind

router = APIRouter(include_in_schema=False)
SHOWN = 5
ENOUGH = 4  # characters before routing has anything to say
TELLING = 10  # characters before two texts can be called alike
ALIKE_SHOWN = 3
KEYS = {TicketKind.HELP_REQUEST: "q", TicketKind.COMPLAINT: "w", TicketKind.REPORT: "r"}
ORDER = (TicketKind.HELP_REQUEST, TicketKind.COMPLAINT, TicketKind.REPORT,
         TicketKind.CONSULTATION, TicketKind.SUGGESTION, TicketKind.PRAISE)  # fmt: skip


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


def due_hint(visit: Visit) -> str:
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


@dataclass(frozen=True)
class Caller:
    """Who calls, as far as it is known: their tickets of the last 90 days, their enterprises."""

    lines: tuple[Line, ...]
    known: Sequence[Requester]
    typed: str
    chosen: str
    asked: bool
    whole: bool = False

    @property
    def several(self) -> bool:
        """Return whether the number belongs to several enterprises: then somebody must ask."""
        return len(self.known) > 1 and not self.typed

    @property
    def unsettled(self) -> bool:
        """Return whether only a part of a name was typed so far: nobody is chosen to look for."""
        return bool(self.known and self.typed and not self.whole)


def caller_of(visit: Visit, form: Form) -> Caller:
    """Return what is known of a caller by number and enterprise."""
    phone, enterprise = normal_phone(form.text("phone")), form.text("enterprise").strip()
    asked = half_width(enterprise)
    mark = phone_mark(phone)
    known = enterprises.of_number(visit.session, mark)
    known = known or enterprises.like(visit.session, asked, initials(asked))
    return Caller(
        lines=desk_views.of_caller(visit.session, mark, enterprise, visit.now),
        known=[one for one in known if one.enterprise != enterprise], typed=enterprise,
        chosen=form.text("who"), asked=bool(phone or enterprise),
        whole=any(one.enterprise == enterprise for one in known),
    )  # fmt: skip


def alike(visit: Visit, form: Form) -> tuple[Line, ...]:
    """Return the open tickets that may be the same matter (可能重复), newest first."""
    title, content = form.text("title"), form.text("content").strip()
    if len(content) < TELLING:
        return ()
    on = shanghai_date(visit.now)
    window: int = visit.rules.parameters["duplicates.window"].on(on).value
    text = title + content[: matters.BEGINNING]
    same = likeness.alike_lately(visit.step, text, visit.now - timedelta(days=window), on)
    return desk_calls.open_lines(visit.session, same[:ALIKE_SHOWN])


def known(visit: Visit, form: Form) -> list[tuple[KnowledgeVersion, Unit]]:
    """Return the entries of the knowledge base that answer what is typed (知识库)."""
    typed = form.text("title") + form.text("content")
    return knowledge.suggest(visit.step, typed) if len(typed.strip()) >= ENOUGH else []


@router.post("/tickets/suggest")
def suggest(request: Request, form: Posted) -> Response:
    """Return the proposals for what is typed so far; by POST, so that no text is in an address."""
    with posting(request, form, *HOTLINE) as visit:
        routing = proposals(visit, form.text("kind"), form.text("title"), form.text("content"))
        facts = {"routing": routing, "chosen": None, "alike": alike(visit, form),
                 "known": known(visit, form)}  # fmt: skip
        return visit.partial("_proposals.html", **facts)


@router.post("/tickets/caller")
def caller(request: Request, form: Posted) -> Response:
    """Return what is known of a caller: the last 90 days and the enterprises behind a number."""
    with posting(request, form, *HOTLINE) as visit:
        return visit.partial("_caller.html", caller=caller_of(visit, form))


def candidate(ticket: Ticket, lead: Unit) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the supports and the task row that routing named with a unit."""
    for one in (ticket.routing or {}).get("candidates", ()):
        if one["unit"] == lead.name:
            return tuple(one["supports"]), tuple(int(row) for row in one["tasks"][:1])
    return (), ()
