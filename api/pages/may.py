"""What a person may do with a ticket now, and what not with the reason (能做什么)."""

from dataclasses import dataclass, replace
from typing import Any

from api.pages.acts import Act
from api.pages.more_acts import ALL
from api.pages.visit import UNIT, Visit
from engine.actions.extension_choices import extension_choices
from engine.actions.facts import gather
from engine.actions.refusal_proposals import standing
from engine.errors import EngineError, RefusedTransitionError
from engine.lifecycle import BY_EVENT, TicketFacts, without_ways
from engine.models import Ticket
from engine.rules.acceptance import refusal_rule
from engine.rules.pauses import NEVER, never_paused
from engine.rules.shanghai import shanghai_date
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.store.desk_ticket import Whole, leads
from engine.terms import AssignmentRole, ClockKind, ClockState, RefusalReason, TicketEvent

# What the form itself will tell: a box in it settles the guard.
SETTLED_BY_FORM = {
    TicketEvent.ANSWER: {"contacted": True},
    TicketEvent.MERGE: {"merge_target": True},
    TicketEvent.ANSWER_ON_THE_SPOT: {"requester_content": True},
    TicketEvent.REFUSE: {"second_person": True},
    TicketEvent.WITHDRAW: {"freely_withdrawn": True},
}
LEAD_CHOSEN = {TicketEvent.DISPATCH, TicketEvent.REDISPATCH, TicketEvent.DESIGNATE}
ASSISTING_ACTS = ("sign", "assist")
PAUSING = ("pause", "resume")
UNSAID = ("sign",)  # who has signed need not be told that it is done
UNPROPOSED = "还没有另一人提议不予受理"
RARE = (
    "merge", "emergency", "refuse", "propose-refusal", "settle", "pause", "resume", "supplement",
    "note", "propose-letter", "split", "withdraw", "statutory", "evaluation-link",
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """An act that is open now, or one that isn't with the reason and the clause."""

    act: Act
    refusal: str = ""
    hint: str = ""

    @property
    def rare(self) -> bool:
        """Return whether the act stands under 更多 on the page of a ticket."""
        return self.act.name in RARE


def options(visit: Visit, whole: Whole) -> tuple[list[Option], list[Option]]:
    """Return what is open to the person now, and what is refused and why."""
    found = [one for act in ALL if (one := option(visit, whole.ticket, act)) is not None]
    return [one for one in found if not one.refusal], [one for one in found if one.refusal]


def told_what_may(visit: Visit, whole: Whole, error: EngineError) -> EngineError:
    """Return a refusal that names what this person may do instead, in the words of the buttons."""
    if not isinstance(error, RefusedTransitionError):
        return error
    head = without_ways(str(error))
    if head == str(error):
        return error
    open_, _ = options(visit, whole)
    common = [one.act.label for one in open_ if not one.rare]
    labels = "、".join((*common, *(one.act.label for one in open_ if one.rare)))
    can = f"您现在可以：{labels}。" if labels else "您现在没有要做的事。"
    return RefusedTransitionError(f"{head}{can}", clause=error.clause, allows=error.allows)


def option(visit: Visit, ticket: Ticket, act: Act) -> Option | None:
    """Return one act as it stands for this person, or nothing when it is not theirs or not now."""
    if act.fits is not None:
        return Option(act) if act.fits(visit, ticket) else None
    if visit.role in UNIT and not leads(visit.session, visit.account, ticket):
        return _assisting(visit, ticket, act)
    if act.name == "assist" or (act.name in PAUSING and not _fits(visit, ticket, act)):
        return None
    facts = _facts(visit, ticket, act.event)
    rows = [row for row in BY_EVENT[act.event] if facts.status in row.sources]
    rows = [row for row in rows if visit.role in row.who]
    if not rows or (act.event is TicketEvent.PROPOSE_LETTER and ticket.lead_unit_id is None):
        return None
    refusals = [reason for guard in rows[0].guards if (reason := guard(facts))]
    if act.name in CLOSER and not refusals:
        return CLOSER[act.name](visit, ticket, act)
    unsaid = refusals and act.name in UNSAID
    return None if unsaid else Option(act, refusals[0] if refusals else "")


def _extending(visit: Visit, ticket: Ticket, act: Act) -> Option:
    return Option(act, extension_choices(visit.step, ticket).refusal)


def _pausing(visit: Visit, ticket: Ticket, act: Act) -> Option:
    barred = never_paused(ticket.kind, visit.rules, shanghai_date(ticket.accepted_at))
    return Option(act, f"{NEVER.format(ticket.kind.label)}。" if barred else "")


def _refusing(visit: Visit, ticket: Ticket, act: Act) -> Option:
    """Return 不予受理 as it stands: before another person proposed it, only for what needs none."""
    if any(one.actor_id != visit.account.id for one in standing(visit.session, ticket)):
        return Option(act)
    on, with_unit = shanghai_date(ticket.accepted_at), store.assignments(visit.session, ticket)
    open_ = () if with_unit else RefusalReason
    alone = [one.label for one in open_ if not refusal_rule(one, visit.rules, on).needs_approval]
    if not alone:
        return Option(act, f"{UNPROPOSED}，请另一人先提议。")
    return Option(act, hint=f"{UNPROPOSED}，现在只能以“{'、'.join(alone)}”为由决定。")


CLOSER = {"extend": _extending, "pause": _pausing, "refuse": _refusing}


def _fits(visit: Visit, ticket: Ticket, act: Act) -> bool:
    """Return whether pausing or resuming fits the state of the requester's clock."""
    clock = clock_store.one(visit.session, ticket.id, ClockKind.REQUESTER)
    wanted = ClockState.PAUSED if act.name == "resume" else ClockState.RUNNING
    return clock is not None and clock.state is wanted


def _facts(visit: Visit, ticket: Ticket, event: TicketEvent) -> TicketFacts:
    known: dict[str, Any] = dict(SETTLED_BY_FORM.get(event, {}))
    if event in LEAD_CHOSEN:
        known |= {"has_lead": True, "lead_is_accused": False}
    return replace(_gathered(visit, ticket), **known)


def _gathered(visit: Visit, ticket: Ticket) -> TicketFacts:
    """Return the facts of a ticket as it stands, asked for once a page and not once an act."""
    key = f"facts of {ticket.id} at {ticket.version}"
    if key not in visit.extra:
        visit.extra[key] = gather(visit.session, ticket, visit.now, visit.rules)
    facts: TicketFacts = visit.extra[key]
    return facts


def _assisting(visit: Visit, ticket: Ticket, act: Act) -> Option | None:
    parts = store.open_assignments(visit.session, ticket)
    mine = [one for one in parts
            if one.unit_id == visit.account.unit_id
            and one.role is AssignmentRole.ASSISTING]  # fmt: skip
    if not mine or act.name not in ASSISTING_ACTS:
        return None
    if act.name == "sign":
        unsigned = mine[0].signed_at is None and mine[0].answered_at is None
        return Option(act) if unsigned else None
    here = any(ticket.status in row.sources for row in BY_EVENT[act.event])
    return Option(act) if here else None
