"""Calls the requester back (回访) and acts on what was said: close, rework, supervise."""

from dataclasses import dataclass, replace

from engine.actions import clocks, promises
from engine.actions.actor import SYSTEM
from engine.actions.callback_needs import need_of
from engine.actions.conduct import grounds_shown
from engine.actions.dispatch import due_facts
from engine.actions.letter_facts import overdue_working_days
from engine.actions.letters import Proposal, propose_letter
from engine.actions.owing import clock_in_hand
from engine.actions.own_words import Own
from engine.actions.recalling import follow_grounds
from engine.actions.reply_days import reply_day_by_mail
from engine.actions.step import Step, Why, take
from engine.actions.telling import tell_lead
from engine.actions.told_days import told_by_calendar, told_due
from engine.errors import BadInputError, RefusedTransitionError
from engine.models import Callback, CallbackAttempt, Clock, Ticket
from engine.rules.access import caller_refusal
from engine.rules.callback import (
    Attempt,
    after_callback,
    callback_state,
    counts_as_human,
    next_attempt_at,
)
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import (
    ActorKind,
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ClockKind,
    LetterKind,
    NoticeKind,
    RectificationGround,
    Satisfaction,
    TicketEvent,
)

AFTER_A_REWORK = (RectificationGround.DISSATISFIED_TWICE, RectificationGround.PERFUNCTORY)
STARTED_ANEW = (ClockKind.HANDLING, ClockKind.SIGN_FOR, ClockKind.CALLBACK)


@dataclass(frozen=True, kw_only=True)
class CallbackForm:
    """One attempt to reach the requester, and the three questions when reached."""

    channel: CallbackChannel
    result: AttemptResult
    contacted: bool | None = None
    solved: AnswerOutcome | None = None
    satisfaction: Satisfaction | None = None
    words: str = ""
    called_by: str = ""


def record_attempt(step: Step, ticket: Ticket, form: CallbackForm) -> Callback:
    """Record an attempt on a locked ticket; a settled answer closes, an unsettled one moves on.

    Raises:
        BadInputError: reached, but a question was not answered; reported from outside as a
            person's call, but not by whom.
        RefusedTransitionError: no callback is owed.
    """
    _check(step, ticket, form)
    callback = store.last_callback(step.session, ticket)
    take(step, ticket, TicketEvent.CALLBACK_ATTEMPT, Why(_words(form), details=_details(form)))
    if callback is None or callback.state is not CallbackState.OWED:
        message = f"工单 {ticket.number} 的回访已完成，不必再拨。"
        raise RefusedTransitionError(message)
    _write(step, ticket, callback, form)
    state = _judge(step, ticket, callback, form)
    # Who declined (拒绝回访) has said nothing: a person decides whether to close.
    if state is CallbackState.REACHED and form.result is AttemptResult.REACHED:
        _act(step, ticket, callback)
    follow_grounds(step, ticket)  # what was said last stands, of a letter's ground too
    return callback


def _check(step: Step, ticket: Ticket, form: CallbackForm) -> None:
    fields = _unasked(form) if form.result is AttemptResult.REACHED else {}
    if step.actor.kind is ActorKind.API:
        on = shanghai_date(ticket.accepted_at)
        refusal = caller_refusal(form.channel, form.called_by, step.rules, on)
        fields |= {"called_by": refusal} if refusal else {}
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _unasked(form: CallbackForm) -> dict[str, str]:
    fields = {}
    if form.contacted is None:
        fields["contacted"] = "请问清：承办单位有没有联系过诉求人。"
    if form.solved is None:
        fields["solved"] = "请问清：诉求解决了没有。"
    if form.satisfaction is None:
        fields["satisfaction"] = "请问清：对办理是否满意。"
    return fields


def _words(form: CallbackForm) -> str:
    said = [form.channel.label, form.result.label]
    if form.solved is not None:
        said.append(form.solved.label)
    if form.satisfaction is not None:
        said.append(form.satisfaction.label)
    return "回访：" + "，".join(said)


def _details(form: CallbackForm) -> dict[str, object]:
    return {
        "channel": form.channel.value,
        "result": form.result.value,
        "contacted": form.contacted,
        "solved": form.solved.value if form.solved else None,
        "satisfaction": form.satisfaction.value if form.satisfaction else None,
    }


def _write(step: Step, ticket: Ticket, callback: Callback, form: CallbackForm) -> None:
    step.session.add(
        CallbackAttempt(
            callback_id=callback.id, ticket_id=ticket.id, at=step.now,
            by_id=step.actor.account_id, channel=form.channel, result=form.result,
            contacted=form.contacted, solved=form.solved, satisfaction=form.satisfaction,
            words=form.words.strip(), called_by=form.called_by.strip(),
        )
    )  # fmt: skip
    step.session.flush()


def _judge(step: Step, ticket: Ticket, callback: Callback, form: CallbackForm) -> CallbackState:
    """Bring the duty up to date with what the attempts amount to, and return its state."""
    on = shanghai_date(ticket.accepted_at)
    rows = store.attempts(step.session, callback)
    made = [Attempt(row.at, row.channel, row.result) for row in rows
            if row.at >= callback.opened_at]  # fmt: skip
    if form.result is AttemptResult.REACHED:
        _heard(step, ticket, callback, form)
    state = callback_state(made, step.rules, on)
    if not callback.human_required and form.result is AttemptResult.REACHED:
        state = CallbackState.REACHED
    callback.state = state
    if state is CallbackState.OWED:
        callback.next_attempt_at = next_attempt_at(made, step.now, step.rules)
        return state
    callback.done_at, callback.next_attempt_at = step.now, None
    clocks.stop(step, ticket, [ClockKind.CALLBACK], state.label)
    return state


def _heard(step: Step, ticket: Ticket, callback: Callback, form: CallbackForm) -> None:
    need = need_of(step, ticket, form.solved, form.satisfaction)
    human = counts_as_human(form.channel, step.rules, shanghai_date(ticket.accepted_at))
    if callback.solved is not None and callback.human_required and not (human or need.human):
        return  # what was said to be wrong stands until a person hears otherwise
    callback.contacted, callback.solved = form.contacted, form.solved
    callback.satisfaction = form.satisfaction
    if need.human:
        callback.human_required, callback.why = True, need.reason


def _act(step: Step, ticket: Ticket, callback: Callback) -> None:
    event, _ = after_callback(
        callback.solved, callback.satisfaction, reworks=ticket.reworks, rules=step.rules,
        on=shanghai_date(ticket.accepted_at),
    )  # fmt: skip
    if event is TicketEvent.CLOSE:
        close(step, ticket, "诉求人确认已解决")
    elif ticket.panel_approved:
        close(step, ticket, f"会商认定依法办结，诉求人不认可（{_said(callback)}）")
    elif event is TicketEvent.ORDER_REWORK:
        order_rework(step, ticket, Own("回访：" + _said(callback)))
    else:
        said = Own("重办后再次回访：" + _said(callback))
        supervise(replace(step, actor=SYSTEM), ticket, said)


def _said(callback: Callback) -> str:
    solved = callback.solved.label if callback.solved else ""
    satisfaction = callback.satisfaction.label if callback.satisfaction else ""
    return f"{solved}，{satisfaction}"


def close(step: Step, ticket: Ticket, reason: str) -> None:
    """Close a ticket (办结归档).

    Raises:
        RefusedTransitionError: a human callback is owed, or the matter is unresolved.
    """
    take(step, ticket, TicketEvent.CLOSE, Why(reason.strip() or "办结归档"))
    for assignment in store.open_assignments(step.session, ticket):
        assignment.ended_at, assignment.end_reason = step.now, "办结"
    clocks.stop_all(step, ticket, "办结")


def order_rework(step: Step, ticket: Ticket, reason: str) -> None:
    """Order the unit to do it again (退回重办), within its own limit.

    Raises:
        RefusedTransitionError: it was done again already; supervision is next.
    """
    record = take(step, ticket, TicketEvent.ORDER_REWORK, Why(reason))
    ticket.reworks += 1
    clock = _again(step, ticket)
    facts = {"reason": reason, **due_facts(clock)}
    tell_lead(step, ticket, NoticeKind.REWORK, f"event:{record.id}", facts)


def supervise(step: Step, ticket: Ticket, reason: str, *, tell: bool = True) -> None:
    """Put a ticket under supervision (督办) and propose the letter that may follow.

    Where the unit has not answered it gets no new days, and no limit is taken off: who has not
    signed has to, and may still return (H-13). `tell=False` leaves it to the caller to write.

    Raises:
        RefusedTransitionError: it is not with a unit.
    """
    after_rework = ticket.reworks > 0
    record = take(step, ticket, TicketEvent.SUPERVISE, Why(reason))
    clock = clock_in_hand(step, ticket) or _again(step, ticket)
    due = told_due(clock) if clock else None
    late = overdue_working_days(step, clock) if clock else 0
    reply_by = due
    if late:
        day = reply_day_by_mail(step, ticket, NoticeKind.SUPERVISION)
        reply_by = told_by_calendar(step, day)
    facts: dict[str, object] = {
        "reason": reason, "reply_by": reply_by, "due_on": due, "overdue_days": late,
    }  # fmt: skip
    if tell:
        tell_lead(step, ticket, NoticeKind.SUPERVISION, f"event:{record.id}", facts)
    if after_rework:
        _propose(step, ticket, reason)


def _propose(step: Step, ticket: Ticket, reason: str) -> None:
    """Propose a rectification letter (整改函) on what the record proves of a reworked ticket."""
    shown = grounds_shown(step, ticket)
    found = next((one for one in AFTER_A_REWORK if one in shown), None)
    if found is not None:
        propose_letter(step, ticket, Proposal(LetterKind.RECTIFICATION, (found,), reason))


def _again(step: Step, ticket: Ticket) -> Clock | None:
    """Start the clock of a rework or supervision on the lead's assignment."""
    lead = store.current_lead(step.session, ticket)
    if lead is None:
        return None
    lead.answered_at = None
    promises.drop(step, ticket, "重新办理")
    clocks.stop(step, ticket, STARTED_ANEW, "重新计时")
    subject = clocks.Subject(assignment=lead, rule=clocks.REWORK_RULE)
    return clocks.start(step, ticket, ClockKind.HANDLING, subject)
