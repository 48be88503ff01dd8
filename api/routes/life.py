"""The life of a ticket besides its events: routing, callbacks, withdrawal (派单、回访、撤回)."""

from fastapi import APIRouter, Response

from api import life_views, promise_views
from api.dependencies import Number, Reading, Writing
from api.life_views import CallbackHistory, RoutingView, WithdrawalView
from api.one_thread import CallRoute
from api.promise_views import Promises
from api.requests import WithdrawalBody, withdrawal_form
from api.routes.documented import READING, WRITING, problems
from api.routes.writing import Guarded, once, opened
from engine.actions.withdrawing import withdraw
from engine.store.tickets import ticket_by_number
from engine.terms import TicketStatus

router = APIRouter(prefix="/tickets/{number}", tags=["tickets"], route_class=CallRoute)


@router.get("/routing", responses=problems(404, *READING))
def routing(number: Number, call: Reading) -> RoutingView:
    """Show what routing said of a ticket when it came in, and which units have it now."""
    return life_views.routing(call, ticket_by_number(call.step.session, number))


@router.get("/callbacks", responses=problems(404, *READING))
def callbacks(number: Number, call: Reading) -> CallbackHistory:
    """Show every callback duty of a ticket and the attempts made under it, oldest first."""
    return life_views.callbacks(call, ticket_by_number(call.step.session, number))


@router.get("/promises", responses=problems(404, *READING))
def promises(number: Number, call: Reading) -> Promises:
    """Show what was promised with a ticket's answers (承诺), and what verifications found."""
    return promise_views.promises(call, ticket_by_number(call.step.session, number))


@router.post(
    "/withdrawals", status_code=201,
    responses={**once(WithdrawalView), **problems(404, 412, *WRITING)},
)  # fmt: skip
def take_back(
    number: Number, body: WithdrawalBody, call: Writing, guards: Guarded, response: Response
) -> WithdrawalView:
    """Say that the requester takes the matter back (撤回).

    It ends at once while no unit has had it; later by a person's word alone: what came by text
    message, web or robot is recorded and the hotline calls (`withdrawn` is false). After an answer,
    and for a 举报, it is refused with 409.
    """
    write = opened(call, number, guards, "withdrawal", body, response)
    if write.replayed:
        ended = write.ticket.status is TicketStatus.WITHDRAWN
    else:
        ended = withdraw(call.step, write.ticket, withdrawal_form(body))
    return life_views.withdrawal(call, write.ticket, ended)
