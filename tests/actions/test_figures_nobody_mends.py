"""What was late stays late: no act after a limit is over takes it out of the raw figures."""

import pytest

from engine.actions import bulletin_life, bulletins, callbacks, withdrawing
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.figure_keeping import keep
from engine.actions.findings import decide
from engine.errors import ConflictError
from engine.store import bulletins as store
from engine.store import tickets, unit_figures
from engine.store.database import work
from engine.terms import (
    AnswerOutcome,
    CallbackChannel,
    CaseGround,
    Indicator,
    ReportKind,
    TicketEvent,
)
from tests.actions.test_fair_figures import excused
from tests.actions.test_figures import EARLY, FIRST, LAST, on
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")

OVER = "Tue 2026-11-17 09:00"
AFTER = "Wed 2026-11-18 09:00"
NOVEMBER = (day("Sun 2026-11-01"), day("Mon 2026-11-30"))
ENDED, NEXT = "Tue 2026-12-01 10:00", "Wed 2026-12-02 10:00"


def redispatch(number, to, now=AFTER):
    def act(step, ticket):
        unit = tickets.unit_by_name(step.session, to)
        order = Dispatch(unit, (), "重新派", event=TicketEvent.REDISPATCH)
        dispatch(step, ticket, order)

    on_ticket(number, now, SUPERVISOR, act)


def withdraw(number, now=AFTER):
    form = withdrawing.WithdrawalForm(words="诉求人来电撤回", channel=CallbackChannel.HUMAN_CALL)
    on_ticket(number, now, OPERATOR, lambda step, ticket: withdrawing.withdraw(step, ticket, form))


def late_cases():
    with work() as session:
        found = unit_figures.unit_figures(session, FIRST, LAST, moment(AFTER))
    return [(one.due, one.late) for one in found if one.due]


@pytest.mark.parametrize("act", [lambda number: redispatch(number, TAX), withdraw])
def test_a_limit_that_was_missed_counts_whoever_has_the_ticket_afterwards(act):
    number = a_signed_ticket(EARLY)
    sweep(OVER)

    act(number)

    after = on("Thu 2026-11-19")
    assert (after[Indicator.ANSWERED_ON_TIME].raw.n, after[Indicator.ANSWERED_ON_TIME].value) == (
        1, 0.0,
    )  # fmt: skip
    assert after[Indicator.BREACHED].value == 100.0
    assert late_cases() == [(1, 1)]


def test_what_is_taken_from_a_unit_before_its_limit_is_no_case_of_it():
    number = a_signed_ticket(EARLY)

    redispatch(number, TAX, "Tue 2026-11-03 09:00")

    assert on("Wed 2026-11-18")[Indicator.ANSWERED_ON_TIME].raw.n == 1  # the new unit's own


def test_what_is_taken_away_before_it_had_to_be_signed_counts_for_nobody_signed_or_not():
    for signs in (a_signed_ticket, a_dispatched_ticket):
        redispatch(signs(EARLY), TAX, "Mon 2026-11-02 10:00")

    after = on("Wed 2026-11-18")

    assert after[Indicator.SIGNED_ON_TIME].raw.n == 2  # the new unit's own


def test_a_callback_that_is_overdue_is_not_made_by_ordering_a_rework():
    number = a_ticket_to_call_back(EARLY, outcome=AnswerOutcome.NOT_SOLVED)
    sweep("Mon 2026-11-09 09:00")

    on_ticket(
        number, "Mon 2026-11-09 10:00", SUPERVISOR,
        lambda step, ticket: callbacks.order_rework(step, ticket, "答复不实，重办"),
    )  # fmt: skip

    after = on("Tue 2026-11-10")
    for indicator in (Indicator.CALLED_BACK, Indicator.HUMAN_CALLED_BACK):
        assert (after[indicator].raw.n, after[indicator].value) == (1, 0.0)


def left_out(number, indicator, now=AFTER):
    form = ExclusionForm(number=number, indicator=indicator, ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(now, SUPERVISOR, lambda step: exclude(step, form).id)
    doing(now, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))


def test_units_beside_each_other_leave_out_what_is_excluded_from_overdue():
    number = a_signed_ticket(EARLY)
    sweep(OVER)

    left_out(number, "breached")

    with work() as session:
        (one,) = unit_figures.unit_figures(session, FIRST, LAST, moment(AFTER))
    assert (one.left_out, one.fair_due) == (1, 0)


def cases_of(now=ENDED):
    def told(step):
        draft = bulletins.draft_bulletin(step, NOVEMBER, [])
        return [one.number for one in draft.proposed if one.ground is CaseGround.LATE]

    keep(moment(now))
    return doing(now, SUPERVISOR, told)


@pytest.mark.parametrize(
    "act", [lambda number: left_out(number, "breached"), lambda number: excused(number, "handling")]
)  # fmt: skip
def test_no_bulletin_tells_of_a_late_answer_where_there_was_none_or_it_does_not_count(act):
    number = a_signed_ticket(EARLY)
    sweep(OVER)
    assert cases_of() == [number]

    act(number)

    assert cases_of() == []


def test_a_late_rework_is_no_late_answer_in_a_bulletin():
    number = a_ticket_to_call_back(EARLY)
    call_back(number, "Tue 2026-11-03 10:00", an_unhappy_callback())
    sweep("Fri 2026-11-20 09:00")

    assert cases_of() == []


def test_a_bulletin_whose_case_was_excused_since_is_not_signed(in_earnest):
    number = a_signed_ticket(EARLY)
    sweep(OVER)
    keep(moment(ENDED))
    asked = bulletin_life.Asked(ReportKind.BULLETIN, NOVEMBER, [number])
    kept = doing(ENDED, SUPERVISOR, lambda step: bulletin_life.keep_draft(step, asked).id)

    def step_on(what, now):
        def act(step):
            return what(step, store.bulletin(step.session, kept, lock=True))

        return doing(now, SECOND_SUPERVISOR, act)

    step_on(bulletin_life.review, ENDED)
    excused(number, "handling", ENDED)

    with pytest.raises(ConflictError, match=number):
        step_on(bulletin_life.sign, NEXT)
