"""Promises at the desks (承诺): reported by the unit, verified by the hotline."""

from collections.abc import Sequence
from typing import Any

from api.pages.acts import Act, chosen, day_typed
from api.pages.forms import Form
from api.pages.visit import HOTLINE, UNIT, Visit
from engine.actions import promises, verifying
from engine.models import Promise, Ticket
from engine.rules.promises import last_day
from engine.rules.shanghai import shanghai_date
from engine.store import desk_ticket
from engine.store import promises as store
from engine.terms import PromiseState, TicketEvent, VerificationResult, VerificationWay

E = TicketEvent


def _standing(visit: Visit, ticket: Ticket) -> Promise | None:
    found = store.open_one(visit.session, ticket.id)
    return found if found is not None and found.state in store.TO_VERIFY else None


def _may_report(visit: Visit, ticket: Ticket) -> bool:
    found = _standing(visit, ticket) if visit.role in UNIT else None
    mine = found is not None and found.unit_id == visit.account.unit_id
    return mine and found is not None and found.state is PromiseState.STANDING


def _report(visit: Visit, ticket: Ticket, form: Form) -> str:
    promises.report(visit.step, ticket, form.text("text"))
    return "已报告兑现，等热线核查。"


def _may_verify(visit: Visit, ticket: Ticket) -> bool:
    return visit.role in HOTLINE and _standing(visit, ticket) is not None


def _verify(visit: Visit, ticket: Ticket, form: Form) -> str:
    made = verifying.VerificationForm(
        way=chosen(form, "way", VerificationWay, "请选核查方式。"),
        result=chosen(form, "result", VerificationResult, "请选核查结果。"),
        done_on=day_typed(form, "done_on"), evidence=form.text("evidence"),
        place=form.text("place"), companion_id=form.number("companion"),
    )  # fmt: skip
    row = verifying.verify(visit.step, ticket, made)
    if row.result is VerificationResult.MET:
        return "核查已兑现，不再跟踪。"
    promise = visit.session.get_one(Promise, row.promise_id)
    if promise.state is PromiseState.STANDING:
        return "核查未兑现，还没到承诺日期，继续跟踪。"
    if promise.follow_on_id is not None:
        child = visit.session.get_one(Ticket, promise.follow_on_id)
        return f"核查未兑现，已另立续办件 {child.number} 并转督办。"
    return f"核查未兑现，工单转“{ticket.status.label}”。"


PROMISES: tuple[Act, ...] = (
    Act("report-promise", E.REPORT_PROMISE, "报告承诺兑现", _report, fits=_may_report),
    Act("verify-promise", E.VERIFY_PROMISE, "核查承诺", _verify, fits=_may_verify),
)


def form_facts(visit: Visit, ticket: Ticket) -> dict[str, Any]:
    """Return what the forms about promises show: the promise, who may go along, the last day."""
    today = shanghai_date(visit.now)
    hotline = visit.role in HOTLINE
    return {
        "promise": store.open_one(visit.session, ticket.id), "today": today,
        "promise_until": last_day(today, visit.rules),
        "companions": store.companions(visit.session, visit.account.id) if hotline else (),
        "ways": [*VerificationWay], "results": [*VerificationResult],
    }  # fmt: skip


def page_facts(visit: Visit, ticket: Ticket) -> dict[str, Any]:
    """Return what the page of a ticket shows of its promises and their verifications."""
    made: Sequence[Promise] = store.of_ticket(visit.session, ticket.id)
    found = store.verifications(visit.session, [one.id for one in made]) if made else {}
    people = [who for some in found.values() for one in some for who in (one.by_id, one.with_id)]
    on = [visit.session.get(Ticket, one.follow_on_id) for one in made if one.follow_on_id]
    return {
        "promises": made, "verified": found,
        "promise_people": desk_ticket.names(visit.session, people),
        "follow_on": {one.id: one.number for one in on if one is not None},
    }  # fmt: skip
