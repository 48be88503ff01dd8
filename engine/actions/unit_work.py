"""What a handling unit does with its ticket: sign, contact, answer, send back, assist."""

from dataclasses import dataclass, replace
from datetime import datetime

from engine.actions import clocks, promises
from engine.actions.actor import Actor
from engine.actions.promises import PromiseForm
from engine.actions.step import Step, Why, take
from engine.actions.told_units import never_told
from engine.errors import BadInputError, NotPermittedError
from engine.models import Answer, Assignment, ReturnRequest, Ticket, Unit
from engine.rules.returns import missing_in_return
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import tickets as store
from engine.store.figure_cases import ANSWERED, DEEMED, SENT_BACK
from engine.terms import (
    AnswerOutcome,
    AssignmentRole,
    ClockKind,
    ReturnReason,
    ReturnRuling,
    TicketEvent,
    TicketStatus,
)

SHORTEST_ANSWER = 10


@dataclass(frozen=True, kw_only=True)
class AnswerForm:
    """A unit's answer as typed (办结答复)."""

    outcome: AnswerOutcome
    text: str
    legal_basis: str = ""
    contacted: bool = False
    promise: PromiseForm | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnForm:
    """A unit's return as typed (退单): reason, duty or legal basis, and who should have it."""

    reason: ReturnReason
    explanation: str
    legal_basis: str
    suggested_unit: str = ""


def assignment_of(step: Step, ticket: Ticket, *, lead: bool = False) -> Assignment:
    """Return the actor's open assignment on a ticket (or the lead's, for the hotline itself).

    Raises:
        NotPermittedError: the ticket is not with the actor's unit.
    """
    found = store.open_assignments(step.session, ticket)
    mine = [one for one in found if _belongs(step.actor, one)]
    if lead:
        mine = [one for one in mine if one.role is AssignmentRole.LEAD]
    if not mine:
        message = f"工单 {ticket.number} 不在您单位办理{'（主办）' if lead else ''}。"
        raise NotPermittedError(message)
    return mine[0]


def _belongs(actor: Actor, assignment: Assignment) -> bool:
    return actor.role is None or assignment.unit_id == actor.unit_id


def sign_for(step: Step, ticket: Ticket) -> Assignment:
    """Sign for a locked ticket (签收), under 督办 too; an assisting unit signs its own slip.

    Raises:
        RefusedTransitionError: it is not waiting to be signed for.
        NotPermittedError: it is not with the actor's unit.
    """
    assignment = assignment_of(step, ticket)
    if assignment.role is AssignmentRole.ASSISTING:
        take(step, ticket, TicketEvent.ASSIST_REPLY, Why("协办单位签收"))
        assignment.signed_at = assignment.signed_at or step.now
        return assignment
    take(step, ticket, TicketEvent.SIGN_FOR, Why("签收工单"))
    mark_signed(step, ticket, assignment)
    return assignment


def mark_signed(
    step: Step, ticket: Ticket, assignment: Assignment, *, at: datetime | None = None
) -> None:
    """Record that the lead has signed: its sign-for clock stops, its first-contact clock starts.

    `at` is when it signed, where that was not now.
    """
    assignment.signed_at = at or step.now
    clocks.stop(step, ticket, [ClockKind.SIGN_FOR], "已签收")
    if assignment.contacted_at is None:
        to_contact(step, ticket, assignment)


def deem_signed(step: Step, ticket: Ticket, assignment: Assignment, at: datetime) -> None:
    """Record a signature that is deemed given at `at` (视为签收), where its wait ends (H-11).

    The unit has to make its first contact from now: that it was due was not known before. Who was
    never told of the ticket has not.
    """
    assignment.deemed_signed, assignment.signed_at = True, at
    clocks.stop(replace(step, now=at), ticket, [ClockKind.SIGN_FOR], DEEMED)
    if not never_told(step, assignment.id):
        to_contact(step, ticket, assignment)


def to_contact(step: Step, ticket: Ticket, assignment: Assignment) -> None:
    """Start the limit of the first contact (首次联系) from now, where the ticket has one."""
    subject = clocks.Subject(assignment=assignment)
    clocks.start_if_limited(step, ticket, ClockKind.FIRST_CONTACT, subject)


def first_contact(step: Step, ticket: Ticket, note: str = "") -> None:
    """Record that the unit has reached the requester (首次联系).

    Raises:
        RefusedTransitionError: the ticket is not being handled.
    """
    assignment = assignment_of(step, ticket, lead=True)
    take(step, ticket, TicketEvent.FIRST_CONTACT, Why(note or "已联系诉求人"))
    _contacted(step, ticket, assignment)


def _contacted(step: Step, ticket: Ticket, assignment: Assignment) -> None:
    assignment.contacted_at = assignment.contacted_at or step.now
    clocks.stop(step, ticket, [ClockKind.FIRST_CONTACT], "已联系")


def answer(step: Step, ticket: Ticket, form: AnswerForm) -> Answer:
    """Answer a ticket (办结答复): its answering clocks stop, the review clock starts.

    Raises:
        BadInputError: the text is too short, an unsolved matter names no basis, or the promise
            that comes with it (承诺) has no words or no day within reach.
        RefusedTransitionError: not signed for, or the requester was never contacted.
    """
    _check_answer(form)
    assignment = assignment_of(step, ticket, lead=True)
    contacted = form.contacted or assignment.contacted_at is not None
    if contacted and _unsigned_under_supervision(ticket, assignment):
        sign_for(step, ticket)
    why = Why(f"答复：{form.outcome.label}", details={"outcome": form.outcome.value})
    take(step, ticket, TicketEvent.ANSWER, why, contacted=contacted)
    _contacted(step, ticket, assignment)
    assignment.answered_at = step.now
    row = Answer(
        ticket_id=ticket.id, assignment_id=assignment.id, outcome=form.outcome,
        text=form.text.strip(), legal_basis=form.legal_basis.strip(),
        answered_by_id=step.actor.account_id or 0, answered_at=step.now,
    )  # fmt: skip
    step.session.add(row)
    answering = [ClockKind.HANDLING, ClockKind.REQUESTER, ClockKind.FOLLOW_UP]
    clocks.stop(step, ticket, answering, ANSWERED)
    clocks.start(step, ticket, ClockKind.REVIEW)
    step.session.flush()
    if form.promise is not None:
        promises.offer(step, ticket, row, form.promise)
    return row


def _unsigned_under_supervision(ticket: Ticket, assignment: Assignment) -> bool:
    """Return whether a unit under supervision (督办) never signed: who answers has the ticket."""
    return assignment.signed_at is None and ticket.status is TicketStatus.SUPERVISED


def short_answer(text: str) -> dict[str, str]:
    """Return what an answer's text lacks, by its field; nothing where it is long enough."""
    if len(text.strip()) >= SHORTEST_ANSWER:
        return {}
    return {"text": f"答复内容至少写 {SHORTEST_ANSWER} 个字，写清办理经过和结果。"}


def _check_answer(form: AnswerForm) -> None:
    fields = short_answer(form.text)
    if form.outcome is AnswerOutcome.NOT_SOLVED and not form.legal_basis.strip():
        fields["legal_basis"] = "不能解决的，请写明法律或政策依据。"
    if fields:
        raise BadInputError("；".join(fields.values()), fields=fields)


def request_return(step: Step, ticket: Ticket, form: ReturnForm) -> ReturnRequest:
    """Send a ticket back with reason, basis and the unit that should have it (退单).

    Raises:
        BadInputError: a reason, a basis or the suggested unit is missing or unknown.
        RefusedTransitionError: too late, returned before, or designated.
    """
    suggested = _check_return(step, ticket, form)
    assignment = assignment_of(step, ticket, lead=True)
    if suggested and suggested.id == assignment.unit_id:
        words = "建议的主办单位不能是您单位自己，请写应由哪个单位主办。"
        raise BadInputError(words, fields={"suggested_unit": words})
    name = suggested.name if suggested else "由热线研定"
    words = f"{form.reason.label}：{form.explanation.strip()}（建议：{name}）"
    details = {"reason": form.reason.value, "basis": form.legal_basis.strip()}
    take(step, ticket, TicketEvent.RETURN, Why(words, details=details))
    ticket.returns += 1
    row = ReturnRequest(
        ticket_id=ticket.id, assignment_id=assignment.id, unit_id=assignment.unit_id,
        reason=form.reason, explanation=form.explanation.strip(),
        legal_basis=form.legal_basis.strip(),
        suggested_unit_id=suggested.id if suggested else None,
        requested_by_id=step.actor.account_id or 0, requested_at=step.now,
        ruling=ReturnRuling.PENDING,
    )  # fmt: skip
    step.session.add(row)
    # While the hotline rules, no unit is late (H-17): the requester's clock alone runs on.
    own = [ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT, ClockKind.HANDLING]
    clocks.stop(step, ticket, own, SENT_BACK)
    clocks.start(step, ticket, ClockKind.RETURN_RULING)
    step.session.flush()
    return row


def _check_return(step: Step, ticket: Ticket, form: ReturnForm) -> Unit | None:
    on = shanghai_date(ticket.accepted_at)
    fields = missing_in_return(form.reason, vars(form), step.rules, on)
    if fields:
        raise BadInputError("；".join(fields.values()), fields=fields)
    name = form.suggested_unit
    return store.unit_by_name(step.session, name) if name.strip() else None


def assist_reply(step: Step, ticket: Ticket, text: str) -> None:
    """File an assisting unit's opinion (协办意见) and stop its own clock.

    Raises:
        BadInputError: nothing was written.
        NotPermittedError: the unit does not assist on this ticket.
    """
    if not text.strip():
        words = "请写协办意见。"
        raise BadInputError(words, fields={"text": words})
    found = store.open_assignments(step.session, ticket)
    mine = [one for one in found if one.role is AssignmentRole.ASSISTING
            and one.unit_id == step.actor.unit_id]  # fmt: skip
    if not mine:
        message = f"您单位不是工单 {ticket.number} 的协办单位。"
        raise NotPermittedError(message)
    take(step, ticket, TicketEvent.ASSIST_REPLY, Why(f"协办意见：{text.strip()}"))
    mine[0].opinion = _beside(mine[0].opinion, text.strip(), step)
    mine[0].answered_at = mine[0].answered_at or step.now
    clocks.stop_of_assignment(step, ticket, mine[0], "已报协办意见")


def _beside(earlier: str, text: str, step: Step) -> str:
    """Return an opinion with one given later beside it: what was said first stays (补充意见)."""
    if not earlier:
        return text
    return f"{earlier}\n\n{spoken_date(shanghai_date(step.now))}补充：{text}"
