"""Builders: keyword-only, sensible defaults, naming only what matters to the test."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session

from engine.actions import callbacks, review, unit_work
from engine.actions.actor import SYSTEM, Actor
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.people import account_by_name, create_api_key
from engine.actions.promises import PromiseForm
from engine.actions.setup import SCOPES
from engine.actions.step import Step
from engine.models import Account, OutboxMessage, Ticket
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import SHANGHAI, weekday_name
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    MessageStatus,
    NoticeKind,
    Satisfaction,
    TicketKind,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
T = TypeVar("T")
OPERATOR, SUPERVISOR, SECOND_SUPERVISOR = "huawu", "zhuguan1", "zhuguan2"
MARKET, TAX, FINANCE = "shijianguan", "shuiwu", "caizheng"
LICENCE = "我公司办理营业执照变更登记，窗口反复要求补材料，一个月没有办下来"


def day(text: str) -> date:
    """Return the date in "Thu 2026-11-26"; a wrong weekday fails the test."""
    weekday, written = text.split()
    found = date.fromisoformat(written)
    assert WEEKDAYS[found.weekday()] == weekday, f"{written} is a {weekday_name(found)}"
    return found


def moment(text: str) -> datetime:
    """Return the UTC instant of the Shanghai time in "Thu 2026-11-26 09:00"."""
    written, clock = text.rsplit(" ", 1)
    hours = datetime.fromisoformat(f"{day(written)}T{clock}")
    return hours.replace(tzinfo=SHANGHAI).astimezone(UTC)


def a_new_ticket(**changes: Any) -> NewTicket:
    """Return what an operator types for an invented company's matter."""
    filled = {
        "kind": TicketKind.COMPLAINT, "content": LICENCE, "phone": "0772-0000000",
        "enterprise": "演示企业甲", **changes,
    }  # fmt: skip
    return NewTicket(**filled)


def an_account(session: Session, username: str = OPERATOR) -> Account:
    """Return one of the accounts every test database has."""
    account = account_by_name(session, username)
    assert account is not None, username
    return account


def a_step(session: Session, now: str | datetime, who: str | None = None) -> Step:
    """Return a step at a Shanghai moment by an account, or by the engine itself."""
    at = moment(now) if isinstance(now, str) else now
    actor = Actor.of(an_account(session, who)) if who else SYSTEM
    return Step(session, actor, at, load_rules("CN-GX"))


def doing(now: str | datetime, who: str | None, what: Callable[[Step], T]) -> T:
    """Run one action in a transaction of its own, as `who` at `now`."""
    with work() as session:
        return what(a_step(session, now, who))


def a_ticket(now: str | datetime, **changes: Any) -> str:
    """Take a ticket in and return its number."""
    new = a_new_ticket(**changes)
    return doing(now, OPERATOR, lambda step: accept_ticket(step, new).number)


def on_ticket(
    number: str, now: str | datetime, who: str | None, what: Callable[[Step, Ticket], T]
) -> T:
    """Run one action on a locked ticket, as `who` at `now`."""
    return doing(
        now, who, lambda step: what(step, store.ticket_by_number(step.session, number, lock=True))
    )


def a_dispatched_ticket(now: str | datetime, unit: str = MARKET, **changes: Any) -> str:
    """Take a ticket in, hand it to a unit, and return its number."""
    number = a_ticket(now, **changes)

    def hand_over(step: Step, ticket: Ticket) -> None:
        dispatch(step, ticket, Dispatch(store.unit_by_name(step.session, unit), (), "测试派单"))

    on_ticket(number, now, OPERATOR, hand_over)
    return number


def a_signed_ticket(now: str | datetime, unit: str = MARKET, **changes: Any) -> str:
    """Return the number of a ticket that its unit has signed for."""
    number = a_dispatched_ticket(now, unit, **changes)
    on_ticket(number, now, unit, unit_work.sign_for)
    return number


def an_answer(**changes: Any) -> unit_work.AnswerForm:
    """Return a unit's answer form."""
    filled = {
        "outcome": AnswerOutcome.SOLVED, "text": "已为企业办结变更登记，执照已送达。",
        "contacted": True, **changes,
    }  # fmt: skip
    return unit_work.AnswerForm(**filled)


def an_answered_ticket(now: str | datetime, unit: str = MARKET, **changes: Any) -> str:
    """Return the number of a ticket that its unit has answered."""
    outcome = changes.pop("outcome", AnswerOutcome.SOLVED)
    number = a_signed_ticket(now, unit, **changes)
    form = an_answer(outcome=outcome, legal_basis="依据：测试")
    on_ticket(number, now, unit, lambda step, ticket: unit_work.answer(step, ticket, form))
    return number


def a_ticket_to_call_back(now: str | datetime, unit: str = MARKET, **changes: Any) -> str:
    """Return the number of a ticket whose requester must be called back."""
    number = an_answered_ticket(now, unit, **changes)
    on_ticket(number, now, OPERATOR, review.approve_answer)
    return number


def a_callback(**changes: Any) -> callbacks.CallbackForm:
    """Return a callback that reached a satisfied requester."""
    filled = {
        "channel": CallbackChannel.HUMAN_CALL, "result": AttemptResult.REACHED, "contacted": True,
        "solved": AnswerOutcome.SOLVED, "satisfaction": Satisfaction.SATISFIED, **changes,
    }  # fmt: skip
    return callbacks.CallbackForm(**filled)


def an_unhappy_callback(**changes: Any) -> callbacks.CallbackForm:
    """Return a callback that reached a requester who is not helped."""
    return a_callback(
        solved=AnswerOutcome.NOT_SOLVED, satisfaction=Satisfaction.DISSATISFIED, **changes
    )


def a_promise(text: str = "余款三万元全部付清", due_on: str = "Fri 2026-10-30") -> PromiseForm:
    """Return a promise that comes with an answer."""
    return PromiseForm(text=text, due_on=day(due_on))


def a_promised_ticket(now: str | datetime, unit: str = MARKET, **changes: Any) -> str:
    """Return the number of a ticket closed on a promise, all at one moment."""
    promise = changes.pop("promise", None) or a_promise()
    number = a_signed_ticket(now, unit, **changes)
    form = an_answer(promise=promise)
    on_ticket(number, now, unit, lambda step, ticket: unit_work.answer(step, ticket, form))
    on_ticket(number, now, OPERATOR, review.approve_answer)
    call_back(number, now, a_callback())
    return number


def call_back(number: str, now: str | datetime, form: callbacks.CallbackForm) -> None:
    """Record a callback by the operator."""
    on_ticket(
        number, now, OPERATOR, lambda step, ticket: callbacks.record_attempt(step, ticket, form)
    )


def status_of(number: str) -> str:
    """Return the status of a ticket."""
    with work() as session:
        return store.ticket_by_number(session, number).status.value


def an_api_key(now: str | datetime = "Mon 2026-11-23 09:00", *scopes: str) -> str:
    """Create an API key with all scopes (or those named) and return its secret."""
    at = moment(now) if isinstance(now, str) else now
    with work() as session:
        return create_api_key(session, "测试密钥", list(scopes or SCOPES), at)[1]


def a_mail_tried_since(due: datetime) -> None:
    """Owe a mail that could have left at `due`; the last attempt put it off, as each does."""
    with work() as session:
        session.add(OutboxMessage(
            key="k", recipient="a@demo.invalid", message_id="<1@hotline>", subject="s", text="t",
            kind=NoticeKind.WARNING, created_at=due, due_at=due, status=MessageStatus.PENDING,
            next_attempt_at=due + timedelta(days=1),
        ))  # fmt: skip
