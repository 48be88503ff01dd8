"""What the hotline does with a unit's answer or return: review, rule, convene, designate."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.actions import clocks, promises
from engine.actions.actor import SYSTEM
from engine.actions.callback_needs import need_of, silence_reason
from engine.actions.dispatch import Dispatch, dispatch, due_facts, end_assignments
from engine.actions.giving_back import give_back
from engine.actions.impersonal import refuse_requester
from engine.actions.own_words import Own
from engine.actions.parting import tell_units
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.actions.telling import tell_lead
from engine.actions.unit_work import mark_signed
from engine.errors import BadInputError, RefusedTransitionError
from engine.models import Answer, Assignment, Callback, ReturnRequest, Ticket, Unit
from engine.rules.returns import refused_to_the_returner
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.terms import (
    CallbackState,
    ClockKind,
    NoticeKind,
    ReturnRuling,
    TicketEvent,
    TicketStatus,
)

LONGEST = 500


def approve_answer(step: Step, ticket: Ticket) -> Callback:
    """Pass a unit's answer (审核通过): a callback is owed from now on.

    Raises:
        RefusedTransitionError: there is no answer to pass.
    """
    take(step, ticket, TicketEvent.APPROVE_ANSWER, Why("答复审核通过，转回访"))
    _reviewed(step, ticket, "approved")
    # An opinion (协办意见) that the answer did not wait for is asked for no longer.
    clocks.stop(step, ticket, [ClockKind.REVIEW, ClockKind.ASSISTING], "已审核")
    promises.stand(step, ticket)
    return open_callback(step, ticket)


def open_callback(step: Step, ticket: Ticket) -> Callback:
    """Owe the requester a callback (回访), a human one where row 113 demands it."""
    need = need_of(step, ticket)
    callback = _still_owed(step, ticket) or Callback(
        ticket_id=ticket.id, state=CallbackState.OWED, opened_at=step.now
    )
    callback.round, callback.opened_at = ticket.reworks + 1, step.now
    callback.next_attempt_at = step.now
    callback.contacted = callback.solved = callback.satisfaction = None
    # Who was not helped or not content is called, even where the unit has worked again since.
    if not callback.human_required or callback.why == silence_reason(step, ticket):
        callback.human_required, callback.why = need.human, need.reason
    step.session.add(callback)
    step.session.flush()
    clocks.start(step, ticket, ClockKind.CALLBACK)
    return callback


def _still_owed(step: Step, ticket: Ticket) -> Callback | None:
    """Return the callback nobody made before the unit had to work again: it is owed on."""
    last = store.last_callback(step.session, ticket)
    return last if last is not None and last.state is CallbackState.OWED else None


def _reviewed(step: Step, ticket: Ticket, review: str, reason: str = "") -> Answer | None:
    answer = store.last_answer(step.session, ticket)
    if answer is not None:
        answer.reviewed_by_id, answer.reviewed_at = step.actor.account_id, step.now
        answer.review, answer.review_reason = review, reason
    return answer


def send_back(step: Step, ticket: Ticket, reason: str) -> None:
    """Send an answer back to its unit (审核退回): the clocks it stopped run on.

    Raises:
        BadInputError: no reason was given.
        RefusedTransitionError: there is no answer to send back.
    """
    stated(reason, "reason", "请写明退回理由，承办单位要照着改。", LONGEST)
    record = take(step, ticket, TicketEvent.SEND_BACK, Why(reason.strip()))
    answer = _reviewed(step, ticket, "sent_back", reason.strip())
    clocks.stop(step, ticket, [ClockKind.REVIEW], "审核退回")
    promises.drop(step, ticket, "审核退回")
    if answer is not None:
        _run_on(step, ticket, answer)
        give_back(step, ticket, ClockKind.REVIEW)
    due = clock_store.one(step.session, ticket.id, ClockKind.HANDLING)
    facts = {"reason": reason.strip(), **due_facts(due)}
    tell_lead(step, ticket, NoticeKind.REWORK, f"event:{record.id}", facts)


def _run_on(step: Step, ticket: Ticket, answer: Answer) -> None:
    """Let the clocks run on that this answer stopped, not those an earlier one did."""
    step.session.get_one(Assignment, answer.assignment_id).answered_at = None
    kinds = (ClockKind.REQUESTER, ClockKind.HANDLING, ClockKind.FOLLOW_UP)
    clocks.resume(step, ticket, kinds, "审核退回，继续计时", stopped_at=answer.answered_at)


@dataclass(frozen=True)
class Ruling:
    """A decision on a return (退单裁定), with the unit it goes to when upheld."""

    upheld: bool
    reason: str
    lead: Unit | None = None
    supports: tuple[Unit, ...] = ()


def rule_on_return(step: Step, ticket: Ticket, ruling: Ruling) -> None:
    """Uphold or reject a unit's return; an upheld one may be dispatched again at once.

    Raises:
        RefusedTransitionError: nothing waits, or the panel (会商) must decide.
        BadInputError: no reason was given.
    """
    stated(ruling.reason, "reason", "请写明裁定理由。", LONGEST)
    waiting = _pending(step, ticket)
    if ruling.upheld and ruling.lead is not None:
        _refuse_the_returner(ruling.lead, waiting)
    event = TicketEvent.UPHOLD_RETURN if ruling.upheld else TicketEvent.REJECT_RETURN
    record = take(step, ticket, event, Why(ruling.reason.strip()))
    word = ReturnRuling.UPHELD if ruling.upheld else ReturnRuling.REJECTED
    _ruled(step, ticket, waiting, word, ruling.reason)
    if not ruling.upheld:
        _keep(step, ticket, waiting)
    due = clock_store.one(step.session, ticket.id, _limit_told(ruling))
    facts = {"ruling": word.label, "reason": ruling.reason.strip(), **due_facts(due)}
    tell_lead(step, ticket, NoticeKind.RETURN_RULING, f"event:{record.id}", facts,
              leaves=ruling.upheld)  # fmt: skip
    if not ruling.upheld:
        _supervise_on(step, ticket)
        return
    stay = {one.id for one in (ruling.lead, *ruling.supports) if one is not None}
    _tell_assisting(step, ticket, "主办单位退单已获准", stay)
    end_assignments(step, ticket, "退单获准")
    ticket.lead_unit_id = None
    if ruling.lead is not None:
        order = Dispatch(ruling.lead, ruling.supports, Own("退单获准后改派"))
        dispatch(step, ticket, order)


def _refuse_the_returner(lead: Unit, waiting: ReturnRequest) -> None:
    """Refuse to uphold a return and leave the ticket with the unit that returned it."""
    upheld = lead.id == waiting.unit_id
    reason = refused_to_the_returner(lead.name, upheld=upheld, decides=False)
    if reason is not None:
        raise BadInputError(reason, fields={"lead": reason})


def _limit_told(ruling: Ruling) -> ClockKind:
    """Return the limit a unit is told: its own, where it keeps the ticket."""
    return ClockKind.REQUESTER if ruling.upheld else ClockKind.HANDLING


def _tell_assisting(step: Step, ticket: Ticket, ended: str, stay: Collection[int]) -> None:
    """Tell the assisting units that their part ends with that of the lead, who knows."""
    lead = {ticket.lead_unit_id} if ticket.lead_unit_id is not None else set()
    tell_units(step, ticket, ended, moved=True, but={*lead, *stay})


def _keep(step: Step, ticket: Ticket, refused: ReturnRequest) -> None:
    """Leave a ticket with the unit that wanted to return it: signed, its first contact due.

    Its clock runs on as if it had not asked: a return that was not upheld gains no day. Only what
    the hotline took beyond its own limit is not the unit's.
    """
    words, since = "退单未获准，继续计时", refused.requested_at
    clocks.resume(step, ticket, [ClockKind.HANDLING], words, stopped_at=since)
    give_back(step, ticket, ClockKind.RETURN_RULING)
    lead = store.current_lead(step.session, ticket)
    if lead is None or lead.contacted_at is not None:
        return
    lead.deemed_signed = lead.deemed_signed or lead.signed_at is None
    mark_signed(step, ticket, lead, at=lead.signed_at or step.now)


def _supervise_on(step: Step, ticket: Ticket) -> None:
    """Keep a ticket under supervision (督办) that was when its unit wanted to return it."""
    events = store.events(step.session, ticket)
    returned = [one.from_status for one in events if one.event is TicketEvent.RETURN]
    if returned[-1:] == [TicketStatus.SUPERVISED]:
        take(
            replace(step, actor=SYSTEM), ticket, TicketEvent.SUPERVISE, Why("退单未获准，继续督办")
        )


def _pending(step: Step, ticket: Ticket) -> ReturnRequest:
    waiting = store.pending_return(step.session, ticket)
    if waiting is None:
        message = f"工单 {ticket.number} 没有待裁定的退单。"
        raise RefusedTransitionError(message)
    return waiting


def _ruled(step: Step, ticket: Ticket, waiting: ReturnRequest, word: ReturnRuling,
           reason: str) -> None:  # fmt: skip
    waiting.ruling, waiting.ruled_at = word, step.now
    waiting.ruled_by_id, waiting.ruling_reason = step.actor.account_id, reason.strip()
    clocks.stop(step, ticket, [ClockKind.RETURN_RULING], word.label)


def convene_panel(step: Step, ticket: Ticket, reason: str = "") -> None:
    """Put a ticket that units keep returning before the panel (会商).

    Raises:
        RefusedTransitionError: units have not disagreed often enough.
    """
    words = reason.strip() or f"已退单 {ticket.returns} 次，提交会商指定承办"
    take(step, ticket, TicketEvent.CONVENE_PANEL, Why(words))
    waiting = store.pending_return(step.session, ticket)
    if waiting is not None:
        _ruled(step, ticket, waiting, ReturnRuling.TO_PANEL, words)
    _tell_assisting(step, ticket, "已提交会商，另行指定承办", set())
    end_assignments(step, ticket, "提交会商")
    ticket.lead_unit_id = None
    clocks.start(step, ticket, ClockKind.ARBITRATION)


def designate(step: Step, ticket: Ticket, lead: Unit, supports: tuple[Unit, ...],
              reason: str) -> None:  # fmt: skip
    """Designate the unit that must handle a ticket (指定承办); it can't be returned again.

    Raises:
        BadInputError: no reason was given, or it names the requester.
        RefusedTransitionError: the ticket is not before the panel.
    """
    stated(reason, "reason", "请写明会商意见。")
    refuse_requester(step, ticket, "reason", reason, "会商意见")
    order = Dispatch(lead, supports, f"会商指定：{reason.strip()}", event=TicketEvent.DESIGNATE)
    dispatch(step, ticket, order)
    ticket.designated = True
