"""The first evaluation (首次评价) by a link: asked once, answered once, never a person's callback.

The link holds a random secret and nothing else; only its hash is kept. What was said can only
settle what nobody disputed: 未解决 or 不满意 makes a human callback owed (row 113).
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.actions import clocks
from engine.actions.actor import SYSTEM, Actor
from engine.actions.callback_needs import is_silence, need_of
from engine.actions.callbacks import close
from engine.actions.characters import tidied
from engine.actions.recalling import follow_grounds
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError, ConflictError, NotFoundError, RefusedTransitionError
from engine.models import Callback, CallbackAttempt, EvaluationLink, Ticket
from engine.rules.callback import CallbackNeed, next_attempt_at
from engine.rules.citations import clause
from engine.rules.notice_times import requester_notice_at
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.settings import load_settings
from engine.store import clocks as clock_store
from engine.store import evaluations as store
from engine.store import tickets as ticket_store
from engine.terms import (
    ActorKind,
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ClockKind,
    Satisfaction,
    TicketEvent,
    TicketStatus,
)

REQUESTER = Actor(ActorKind.API, "网上评价")
LONGEST_WORDS = 1000
SECRET_BYTES = 32


@dataclass(frozen=True)
class IssuedLink:
    """A link to hand to the requester, once: it cannot be read again; when it may be, and ends.

    Requesters are not texted at night: `send_from` is the first moment at which it may leave.
    """

    url: str
    secret: str
    expires_at: datetime
    send_from: datetime


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a requester says by the link: contacted, solved, content, and in their own words."""

    contacted: bool
    solved: AnswerOutcome
    satisfaction: Satisfaction
    words: str = ""


def issue_evaluation_link(step: Step, ticket: Ticket) -> IssuedLink:
    """Return a new link for the callback that is owed; an earlier link no longer works.

    The window runs from the answer's approval, however late or often a link is issued. While only
    silence would demand a human callback, its clock waits for the window's end.

    Raises:
        RefusedTransitionError: no callback is owed, it was evaluated, or the window is over.
    """
    callback = _owed(step, ticket)
    expires_at = _window_end(step, ticket, callback)
    if expires_at <= step.now:
        message = f"工单 {ticket.number} 的评价期已过，请人工回访。"
        raise RefusedTransitionError(message, clause=clause("house/H-27").label)
    if store.evaluated(step.session, callback):
        message = f"工单 {ticket.number} 的诉求人已经评价过，请人工回访。"
        raise RefusedTransitionError(message, clause=clause("house/H-27").label)
    for earlier in store.open_links(step.session, callback):
        earlier.closed_at = step.now
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = EvaluationLink(
        ticket_id=ticket.id, callback_id=callback.id, secret_hash=_hash(secret),
        issued_at=step.now, expires_at=expires_at,
    )  # fmt: skip
    step.session.add(link)
    _wait_for_evaluation(step, ticket, callback, expires_at)
    step.session.flush()
    url = f"{load_settings().link_base}/evaluate/{secret}"
    on = shanghai_date(ticket.accepted_at)
    return IssuedLink(url, secret, expires_at, requester_notice_at(step.now, step.rules, on))


def _owed(step: Step, ticket: Ticket) -> Callback:
    callback = ticket_store.last_callback(step.session, ticket)
    due = ticket.status is TicketStatus.CALLBACK_DUE
    if not due or callback is None or callback.state is not CallbackState.OWED:
        message = f"工单 {ticket.number} 现在不需要评价。"
        raise RefusedTransitionError(message)
    return callback


def _window_end(step: Step, ticket: Ticket, callback: Callback) -> datetime:
    on = shanghai_date(ticket.accepted_at)
    days = step.rules.parameters["callback.first_window"].on(on).value
    return end_of_day(shanghai_date(callback.opened_at) + timedelta(days=days))


def _wait_for_evaluation(step: Step, ticket: Ticket, callback: Callback, until: datetime) -> None:
    if _only_silence(step, ticket, callback):
        clocks.stop(step, ticket, [ClockKind.CALLBACK], "待诉求人评价")
        callback.next_attempt_at = _first_call(step, ticket, until)


def _first_call(step: Step, ticket: Ticket, after: datetime) -> datetime | None:
    """Return when a person may first call once a window is over, which ends at midnight."""
    return next_attempt_at([], after, step.rules, shanghai_date(ticket.accepted_at))


def _only_silence(step: Step, ticket: Ticket, callback: Callback) -> bool:
    """Return whether nothing but a missing evaluation would demand a person's call."""
    need = need_of(step, ticket)
    return is_silence(step, ticket, need) and callback.why == need.reason


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def evaluate_by_link(step: Step, secret: str, evaluation: Evaluation) -> Ticket:
    """Record what the requester says (评价) and return the ticket, closed where all is well.

    未解决, 部分解决 or 不满意 makes a human callback owed; nothing said here lifts one that is
    owed for another reason.

    Raises:
        NotFoundError: there is no such link.
        ConflictError: it was used.
        RefusedTransitionError: it expired, was replaced, or the callback is done.
        BadInputError: the words are too long, or nothing was said of satisfaction.
    """
    _check(evaluation)
    step = replace(step, actor=REQUESTER)
    link, ticket = _open(step, secret)
    callback = _owed(step, ticket)
    if callback.id != link.callback_id:
        raise _over()
    link.used_at = step.now
    _record(step, ticket, callback, evaluation)
    need = need_of(step, ticket, evaluation.solved, evaluation.satisfaction)
    if need.human:
        _owe_human(step, ticket, callback, need)
    elif not callback.human_required or _only_silence(step, ticket, callback):
        _settle(step, ticket, callback)
    follow_grounds(step, ticket)
    return ticket


def _check(evaluation: Evaluation) -> None:
    fields = {}
    if len(evaluation.words) > LONGEST_WORDS:
        fields["words"] = f"意见最多 {LONGEST_WORDS} 字。"
    if evaluation.satisfaction is Satisfaction.NOT_EVALUATED:
        fields["satisfaction"] = "请选择是否满意。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _open(step: Step, secret: str) -> tuple[EvaluationLink, Ticket]:
    """Return the link and its ticket, the ticket locked, or refuse without telling anything."""
    found = store.by_hash(step.session, _hash(secret))
    if found is None:
        message = "评价链接无效，请核对短信中的链接。"
        raise NotFoundError(message)
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    link = store.by_hash(step.session, found.secret_hash) or found
    if link.used_at is not None:
        message = "您已经评价过了，谢谢。"
        raise ConflictError(message)
    if link.closed_at is not None or link.expires_at <= step.now:
        raise _over()
    return link, ticket


def _over() -> RefusedTransitionError:
    message = "评价链接已失效；如有意见，请拨打 12345。"
    return RefusedTransitionError(message, clause=clause("house/H-27").label)


def _record(step: Step, ticket: Ticket, callback: Callback, evaluation: Evaluation) -> None:
    solved, satisfaction = evaluation.solved, evaluation.satisfaction
    details = {"channel": CallbackChannel.WEB.value, "contacted": evaluation.contacted,
               "solved": solved.value, "satisfaction": satisfaction.value}  # fmt: skip
    why = Why(f"网上评价：{solved.label}，{satisfaction.label}", details=details)
    take(step, ticket, TicketEvent.EVALUATE, why)
    callback.contacted, callback.solved = evaluation.contacted, solved
    callback.satisfaction = satisfaction
    step.session.add(
        CallbackAttempt(
            callback_id=callback.id, ticket_id=ticket.id, at=step.now, channel=CallbackChannel.WEB,
            result=AttemptResult.REACHED, contacted=evaluation.contacted, solved=solved,
            satisfaction=satisfaction, words=tidied(evaluation.words),
        )
    )  # fmt: skip
    step.session.flush()


def _owe_human(step: Step, ticket: Ticket, callback: Callback, need: CallbackNeed) -> None:
    callback.human_required, callback.why = True, need.reason
    callback.next_attempt_at = _first_call(step, ticket, step.now)
    _run_callback_clock(step, ticket)


def _run_callback_clock(step: Step, ticket: Ticket) -> None:
    if not clock_store.running(step.session, ticket.id, [ClockKind.CALLBACK]):
        clocks.start(step, ticket, ClockKind.CALLBACK)


def _settle(step: Step, ticket: Ticket, callback: Callback) -> None:
    callback.human_required, callback.state = False, CallbackState.REACHED
    callback.done_at, callback.next_attempt_at = step.now, None
    clocks.stop(step, ticket, [ClockKind.CALLBACK], "诉求人已评价")
    close(replace(step, actor=SYSTEM), ticket, "诉求人网上评价已解决")


def close_window(step: Step, link_id: int) -> bool:
    """Note that a window ended in silence (评价期满); true when a human callback is owed for it.

    The callback's clock starts at the window's true end, however late this is found.
    """
    step = replace(step, actor=SYSTEM)
    found = step.session.get_one(EvaluationLink, link_id)
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    step.session.refresh(found)
    if found.used_at is not None or found.closed_at is not None:
        return False
    found.closed_at = step.now
    callback = ticket_store.last_callback(step.session, ticket)
    if callback is None or callback.id != found.callback_id or not _is_owed(ticket, callback):
        return False
    need = need_of(step, ticket)
    words = f"评价期满，诉求人未评价。{need.reason}"
    take(step, ticket, TicketEvent.EVALUATE, Why(words, need.citation.label, {"evaluated": False}))
    if callback.human_required:
        callback.next_attempt_at = _first_call(step, ticket, found.expires_at)
        _run_callback_clock(replace(step, now=found.expires_at), ticket)
    return callback.human_required


def _is_owed(ticket: Ticket, callback: Callback) -> bool:
    owed = callback.state is CallbackState.OWED
    return owed and ticket.status is TicketStatus.CALLBACK_DUE
