"""Whatever people do in whatever order, on the real tables: no clock is lost, the days add up."""

import random
from datetime import timedelta

import pytest
from sqlmodel import col, select

from engine.actions import (
    adjusting,
    background,
    callbacks,
    endings,
    overseeing,
    review,
    statutory,
    unit_work,
)
from engine.actions.day_ledger import days_in_words, days_used
from engine.actions.evaluations import Evaluation, evaluate_by_link, issue_evaluation_link
from engine.actions.verify import verify
from engine.errors import EngineError
from engine.lifecycle import FINAL
from engine.models import ExtensionRequest
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import shanghai_date
from engine.rules.statutory import StatutoryClaim
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ClockKind,
    ClockState,
    ReturnReason,
    Satisfaction,
    TicketEvent,
    TicketKind,
    TicketStatus,
)
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_ticket,
    an_answer,
    moment,
    on_ticket,
)
from tests.looking import callbacks_of, clocks_of, events_of, rungs_of, ticket_of
from tests.seeds import seeds

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
UNITS = (MARKET, TAX, FINANCE)
STEPS = 30
SOLVED = tuple(AnswerOutcome)
HAPPY = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED, Satisfaction.DISSATISFIED)
RETURN = {
    "reason": ReturnReason.NOT_OUR_DUTY,
    "explanation": "不属职责",
    "legal_basis": "三定方案",
    "suggested_unit": TAX,
}


def unit(step, slug):
    return store.unit_by_name(step.session, slug)


def decide_first(step, chance):
    query = select(ExtensionRequest.id).where(ExtensionRequest.state == "pending")
    found = step.session.exec(query.order_by(col(ExtensionRequest.id))).first()
    if found is not None:
        adjusting.decide_extension(step, found, granted=chance.random() < 0.7, reason="研究")


def evaluate(step, ticket, chance):
    secret = issue_evaluation_link(step, ticket).secret
    said = Evaluation(
        contacted=True, solved=chance.choice(SOLVED), satisfaction=chance.choice(HAPPY)
    )
    evaluate_by_link(step, secret, said)


def attempt(step, ticket, chance):
    reached = chance.random() < 0.6
    said = {"solved": chance.choice(SOLVED), "satisfaction": chance.choice(HAPPY)} if reached else {
        "solved": None, "satisfaction": None, "contacted": None}  # fmt: skip
    result = AttemptResult.REACHED if reached else AttemptResult.NO_ANSWER
    channel = chance.choice([CallbackChannel.HUMAN_CALL, CallbackChannel.ROBOT_CALL])
    callbacks.record_attempt(step, ticket, a_callback(channel=channel, result=result, **said))


def what_may_happen(chance):
    """Return what anybody might try on a ticket: who (None: its lead unit), and what."""
    from engine.actions.dispatch import Dispatch, dispatch

    other = chance.choice(UNITS)
    reason = chance.choice(["testing", "awaiting_requester", "force_majeure"])
    law = StatutoryClaim("某法", "第一条", chance.choice([5, 25, 40]))
    outcome = chance.choice(SOLVED)
    return [
        (OPERATOR, lambda s, t: dispatch(s, t, Dispatch(unit(s, other), ()))),
        (OPERATOR, lambda s, t: dispatch(s, t, Dispatch(unit(s, other), (unit(s, FINANCE),)))),
        (None, unit_work.sign_for),
        (None, unit_work.sign_for),
        (None, unit_work.first_contact),
        (None, lambda s, t: unit_work.answer(s, t, an_answer(outcome=outcome, legal_basis="某法"))),
        (None, lambda s, t: unit_work.answer(s, t, an_answer(outcome=outcome, legal_basis="某法"))),
        (None, lambda s, t: unit_work.request_return(s, t, unit_work.ReturnForm(**RETURN))),
        (None, lambda s, t: adjusting.request_extension(s, t, chance.choice([1, 3]), "需检测")),
        (None, lambda s, t: statutory.claim_statutory_limit(s, t, law)),
        (None, lambda s, t: statutory.staged_reply(s, t, "已立案，预计下月办结，届时答复。")),
        (SUPERVISOR, lambda s, t: statutory.decide_statutory_claim(
            s, t, granted=chance.random() < 0.8, reason="研究")),
        (SUPERVISOR, lambda s, t: decide_first(s, chance)),
        (SUPERVISOR, lambda s, t: adjusting.pause(s, t, reason)),
        (SUPERVISOR, adjusting.resume),
        (OPERATOR, lambda s, t: review.rule_on_return(
            s, t, review.Ruling(chance.random() < 0.6, "研定", unit(s, other)))),
        (SUPERVISOR, review.convene_panel),
        (SUPERVISOR, lambda s, t: review.designate(s, t, unit(s, other), (), "会商指定")),
        (SUPERVISOR, lambda s, t: overseeing.redispatch(s, t, unit(s, other), (), "改派")),
        (OPERATOR, review.approve_answer),
        (OPERATOR, review.approve_answer),
        (OPERATOR, lambda s, t: review.send_back(s, t, "没有说清结果")),
        (OPERATOR, lambda s, t: attempt(s, t, chance)),
        (OPERATOR, lambda s, t: evaluate(s, t, chance)),
        (OPERATOR, lambda s, t: callbacks.order_rework(s, t, "再办")),
        (SUPERVISOR, lambda s, t: callbacks.supervise(s, t, "督办")),
        (OPERATOR, lambda s, t: callbacks.close(s, t, "办结")),
        (SECOND_SUPERVISOR, lambda s, t: endings.hand_to_emergency(
            s, t, "119" if chance.random() < 0.1 else "")),
    ]  # fmt: skip


def walk(seed, steps=STEPS):
    """Let anything happen to one ticket over some weeks; check after every step."""
    chance = random.Random(seed)
    kind = chance.choice([TicketKind.COMPLAINT, TicketKind.REPORT, TicketKind.HELP_REQUEST])
    number, now = a_ticket(NOW, kind=kind), moment(NOW)
    for _ in range(steps):
        now += timedelta(hours=chance.choice([0, 1, 3, 8, 20]))
        something_happens(number, now, chance)
        for clock in background.clocks_due(now, 100):
            background.climb_one(clock, now)
        for link in background.windows_over(now, 100):
            background.close_window(link, now)
        check(number, now)
        if ticket_of(number).status in FINAL:
            return


def something_happens(number, now, chance):
    """Try what people might try, in any order, until one thing is allowed."""
    choices = what_may_happen(chance)
    for who, what in chance.sample(choices, 8):
        try:
            on_ticket(number, now, who or lead_of(number) or MARKET, what)
        except EngineError:
            continue
        return


def lead_of(number):
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        lead = store.current_lead(session, ticket)
        return session.get_one(type(unit_row(session)), lead.unit_id).slug if lead else None


def unit_row(session):
    return store.units(session)[0]


def check(number, now):
    ticket, events = ticket_of(number), events_of(number)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert background.set_aside() == {"tickets": [], "clocks": []}
    the_requesters_clock_is_there(number, ticket, events)
    the_ledger_adds_up(ticket, now)
    rungs_come_in_order(number)
    nobody_unhappy_was_closed_unheard(number, ticket, events)
    with work() as session:
        assert verify(session, load_rules("CN-GX")).difference is None


def the_requesters_clock_is_there(number, ticket, events):
    (clock,) = clocks_of(number, ClockKind.REQUESTER)
    answers = [one for one in events if one.event is TicketEvent.ANSWER
               or one.details.get("staged_reply")]  # fmt: skip
    if ticket.status not in FINAL and not answers:
        assert clock.state in (ClockState.RUNNING, ClockState.PAUSED)
    if ticket.status in FINAL:
        assert clock.state is ClockState.STOPPED


def the_ledger_adds_up(ticket, now):
    rules = load_rules("CN-GX")
    with work() as session:
        ledger = days_used(session, ticket, now, rules)
        (line,) = days_in_words(session, [ticket.id], now, rules).values()
    first, last = shanghai_date(ticket.accepted_at), shanghai_date(ticket.closed_at or now)
    assert sum(share.working_days for share in ledger.shares) == ledger.whole
    assert ledger.whole == rules.calendar.working_days_between(first, last)
    assert line == "、".join(
        f"{one.unit.name if one.unit else one.holder.label} {one.working_days}"
        for one in ledger.shares
    )


def rungs_come_in_order(number):
    by_clock = {}
    for rung in rungs_of(number):
        by_clock.setdefault(rung.clock_id, []).append(rung)
    for rungs in by_clock.values():
        assert len({one.rung for one in rungs}) == len(rungs)
        assert all(one.detected_at >= one.fell_due_at for one in rungs)
        moments = [one.fell_due_at for one in rungs]
        assert moments == sorted(moments)


def nobody_unhappy_was_closed_unheard(number, ticket, events):
    if ticket.status is not TicketStatus.CLOSED:
        return
    called = callbacks_of(number)[-1]
    assert not (called.human_required and called.state is CallbackState.OWED)
    unhappy = called.satisfaction is Satisfaction.DISSATISFIED
    assert not unhappy or ticket.panel_approved
    unsolved = [one for one in events if one.event is TicketEvent.EVALUATE
                and one.details.get("solved") not in (None, "solved")]  # fmt: skip
    human = [one for one in events if one.event is TicketEvent.CALLBACK_ATTEMPT
             and one.details["channel"] == "human_call"]  # fmt: skip
    assert not unsolved or human


@pytest.mark.parametrize("seed", seeds([*range(12), 165], quick=5))
def test_no_walk_loses_a_clock_a_day_or_a_requester(seed):
    walk(seed)
