"""Tables → answers about a ticket's routing, callbacks and withdrawal."""

from pydantic import Field

from api.deadline_views import unit_ref
from api.dependencies import Call
from api.schemas import Answer, Candidate, Moment, UnitRef, Word
from api.views import routing_fields, shown_candidates, shown_reason
from engine.actions.event_feed import is_secret
from engine.models import Callback, CallbackAttempt, Ticket
from engine.store import api_views
from engine.store import tickets as store
from engine.terms import AssignmentRole


class RoutingView(Answer):
    """What routing said of a ticket when it came in (派单建议), and who has it now.

    `reason` and `evidence` repeat the requester's words, so they are empty without the scope
    tickets:private; of a confidential ticket, and where the decision is `conflict`, the proposals
    too, which may be about the accused.
    """

    number: str
    decision: Word
    reason: str
    confidence: float | None
    category: str
    not_ours: str | None
    proposals: list[Candidate]
    catalogue_version: str
    routed_at: Moment | None = Field(description="when it was dispatched or left to a person")
    error: str = Field(description="why routing failed; a person dispatches it then")
    lead: UnitRef | None
    supports: list[UnitRef]


class AttemptView(Answer):
    """One attempt to reach the requester (回访记录); the words only with tickets:private."""

    at: Moment
    channel: Word
    result: Word
    contacted: bool | None
    solved: Word | None
    satisfaction: Word | None
    words: str | None


class DutyView(Answer):
    """One duty to call the requester back (回访); `human_required` is row 113's 100 %."""

    state: Word
    human_required: bool
    why: str
    opened_at: Moment
    done_at: Moment | None
    next_attempt_at: Moment | None
    attempts: list[AttemptView]


class CallbackHistory(Answer):
    """Every callback duty of a ticket, oldest first."""

    number: str
    items: list[DutyView]


class WithdrawalView(Answer):
    """Whether a withdrawal (撤回) ended the ticket, or the hotline must call first."""

    number: str
    status: Word
    withdrawn: bool
    next: str = Field(description="what happens now, in Chinese")


def routing(call: Call, ticket: Ticket) -> RoutingView:
    """Return what routing said of a ticket."""
    stored = ticket.routing or {}
    fields = routing_fields(stored)
    made = store.open_assignments(call.step.session, ticket)
    units = api_views.units_by_id(call.step.session, (one.unit_id for one in made))
    refs = [(one.role, unit_ref(units[one.unit_id])) for one in made]
    return RoutingView.model_validate({
        "number": ticket.number,
        "decision": fields["decision"],
        "reason": shown_reason(call, ticket),
        "confidence": stored.get("confidence"),
        "category": fields["category"],
        "not_ours": stored.get("not_ours") if call.private or not is_secret(ticket) else None,
        "proposals": [_candidate(call, one) for one in shown_candidates(call, ticket)],
        "catalogue_version": fields["catalogue_version"],
        "routed_at": ticket.routed_at,
        "error": ticket.routing_error,
        "lead": next((ref for role, ref in refs if role is AssignmentRole.LEAD), None),
        "supports": [ref for role, ref in refs if role is AssignmentRole.ASSISTING],
    })  # fmt: skip


def _candidate(call: Call, one: dict[str, object]) -> dict[str, object]:
    role = Word.of(AssignmentRole.parse(str(one["role"])))
    quoted = {} if call.private else {"evidence": [], "why": ""}
    return {**one, "role": role, **quoted}


def callbacks(call: Call, ticket: Ticket) -> CallbackHistory:
    """Return the callback duties of a ticket."""
    duties = store.callbacks(call.step.session, ticket)
    items = [_duty(call, one) for one in duties]
    return CallbackHistory(number=ticket.number, items=items)


def _duty(call: Call, duty: Callback) -> DutyView:
    attempts = store.attempts(call.step.session, duty)
    return DutyView(
        state=Word.of(duty.state),
        human_required=duty.human_required,
        why=duty.why,
        opened_at=duty.opened_at,
        done_at=duty.done_at,
        next_attempt_at=duty.next_attempt_at,
        attempts=[_attempt(call, one) for one in attempts],
    )


def _attempt(call: Call, one: CallbackAttempt) -> AttemptView:
    return AttemptView(
        at=one.at,
        channel=Word.of(one.channel),
        result=Word.of(one.result),
        contacted=one.contacted,
        solved=Word.of(one.solved) if one.solved else None,
        satisfaction=Word.of(one.satisfaction) if one.satisfaction else None,
        words=one.words if call.private else None,
    )


def withdrawal(call: Call, ticket: Ticket, ended: bool) -> WithdrawalView:
    """Return where a withdrawal and its ticket stand."""
    told = "，承办单位会收到告知" if store.assignments(call.step.session, ticket) else ""
    done = f"已按诉求人撤回了结{told}。"
    asked = "已记录撤回申请；承办单位已接手，由热线人工核实系诉求人自愿后了结。"
    return WithdrawalView(
        number=ticket.number, status=Word.of(ticket.status), withdrawn=ended,
        next=done if ended else asked,
    )  # fmt: skip
