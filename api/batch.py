"""Many tickets in one request: each is written in a transaction of its own.

One transaction for all would keep everybody else's intake waiting for as long as the batch takes.
"""

from dataclasses import replace
from typing import Any

from pydantic import Field, ValidationError

from api.dependencies import Call
from api.errors import of_findings, problem_of
from api.problem import Problem
from api.receipt import TicketReceipt, receipt
from api.requests import TicketBody, new_ticket, sent_with
from api.schemas import Answer
from engine.actions.receiving import receive_ticket
from engine.errors import BadInputError, EngineError, UnavailableError
from engine.store.database import work

WRITTEN, WRITTEN_BEFORE = 201, 200


class BatchItem(Answer):
    """What became of one ticket of a batch: its receipt or its problem."""

    index: int = Field(description="its place in the batch, from 0")
    status: int = Field(description="201 written, 200 written before, else the problem's status")
    ticket: TicketReceipt | None
    problem: Problem | None


class BatchAnswer(Answer):
    """What became of each ticket of a batch, in the order sent."""

    items: list[BatchItem]


def take_in(call: Call, index: int, raw: dict[str, Any]) -> BatchItem:
    """Take one ticket of a batch in and return what became of it.

    Raises:
        UnavailableError: the database is away; what was written stays, the rest may be sent again.
    """
    try:
        status, ticket = _written(call, raw)
    except UnavailableError:
        raise
    except EngineError as error:
        problem = problem_of(error, f"#/tickets/{index}")
        return BatchItem(index=index, status=error.status, ticket=None, problem=problem)
    return BatchItem(index=index, status=status, ticket=ticket, problem=None)


def _written(call: Call, raw: dict[str, Any]) -> tuple[int, TicketReceipt]:
    body = _parsed(raw)
    with work() as session:
        own = replace(call, step=replace(call.step, session=session))
        received = receive_ticket(own.step, new_ticket(body), sent_with(body, call.key_id))
        status = WRITTEN_BEFORE if received.replayed else WRITTEN
        return status, receipt(own, received)


def _parsed(raw: dict[str, Any]) -> TicketBody:
    try:
        body = TicketBody.model_validate(raw)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise of_findings(found) from error
    if body.external_id is None:
        words = "批量登记的每件工单都要有外部编号，中断后才能安全重发。"
        raise BadInputError(words, fields={"external_id": words})
    return body
