"""Many tickets in one request: each is written in a transaction of its own.

One transaction for all would keep everybody else's intake waiting for as long as the batch takes.
"""

from dataclasses import replace
from typing import Any

from fastapi import Request
from pydantic import Field, ValidationError
from sqlalchemy.exc import DataError, IntegrityError

from api.dependencies import Call
from api.errors import deliberate, of_findings, problem_of
from api.problem import Problem
from api.receipt import TicketReceipt, receipt
from api.schemas import Answer
from api.strict_body import Doubled, SaidTwiceError
from api.ticket_body import TicketBody, received
from engine.errors import BadInputError, EngineError, UnavailableError
from engine.store.database import work

WRITTEN, WRITTEN_BEFORE = 201, 200
NEEDS_NUMBER = "批量登记的每件工单都要有外部编号，中断后才能安全重发。"
NO_KEY = (
    "批量登记不用 Idempotency-Key，请去掉这个请求头："
    "每件工单的 external_id 就是它的名字，整批可以原样重发。"
)


def check_no_key(request: Request) -> None:
    """Refuse a name for a whole batch: its tickets bring their own, each done once by that.

    Raises:
        BadInputError: an Idempotency-Key was sent.
    """
    if "idempotency-key" in request.headers:
        raise BadInputError(NO_KEY, fields={"Idempotency-Key": NO_KEY})


class BatchItem(Answer):
    """What became of one ticket of a batch: its receipt or its problem."""

    index: int = Field(description="its place in the batch, from 0")
    status: int = Field(description="201 written, 200 written before, else the problem's status")
    ticket: TicketReceipt | None
    problem: Problem | None


class BatchAnswer(Answer):
    """What became of each ticket of a batch, in the order sent."""

    items: list[BatchItem]


def take_in(call: Call, index: int, raw: Any) -> BatchItem:
    """Take one ticket of a batch in and return what became of it.

    Raises:
        UnavailableError: the database is away; what was written stays, the rest may be sent again.
    """
    try:
        status, ticket = _written(call, _parsed(index, raw))
    except (EngineError, DataError, IntegrityError) as error:
        refusal = deliberate(error)
        if isinstance(refusal, UnavailableError):
            raise refusal from error
        problem = problem_of(refusal, f"#/tickets/{index}")
        return BatchItem(index=index, status=refusal.status, ticket=None, problem=problem)
    return BatchItem(index=index, status=status, ticket=ticket, problem=None)


def _written(call: Call, body: TicketBody) -> tuple[int, TicketReceipt]:
    given = body.external_id is not None or "external_id" in body.wrong
    missing = {} if given else {"external_id": NEEDS_NUMBER}
    with work() as session:
        own = replace(call, step=replace(call.step, session=session))
        done = received(own, body, also_wrong=missing)
        return WRITTEN_BEFORE if done.replayed else WRITTEN, receipt(own, done)


def _parsed(index: int, raw: Any) -> TicketBody:
    if not isinstance(raw, dict):
        words = "这一项应为 JSON 对象，字段与 POST /tickets 相同。"
        raise BadInputError(words, fields={f"tickets[{index}]": words})
    if isinstance(raw, Doubled):
        raise deliberate(SaidTwiceError(raw.names))
    try:
        return TicketBody.model_validate(raw)
    except ValidationError as error:
        raise of_findings(
            [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        ) from error
