"""单位汇总 books a return, a rework and a missed signature to the unit whose deed it was."""

import pytest

from engine.actions import review, unit_work
from engine.actions.figure_keeping import keep
from engine.actions.overseeing import redispatch
from engine.actions.told_units import deemed_though_told
from engine.store import unit_figures
from engine.store.database import work
from engine.terms import TicketKind
from tests.actions.return_steps import rule, send_back
from tests.actions.test_unsigned import unit
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    moment,
    on_ticket,
)
from tests.looking import assignments_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
EARLY, LATER, NEXT = "Mon 2026-11-02 09:00", "Mon 2026-11-02 15:00", "Tue 2026-11-03 09:00"
END = "Thu 2026-12-31 09:00"


@pytest.fixture(params=["kept", "counted"])
def deeds(request):
    """Return what counts the deeds of each unit, from what is kept and from the cases."""

    def count():
        if request.param == "kept":
            keep(moment(END))
        with work() as session:
            found = unit_figures.unit_figures(
                session, day("Sun 2026-11-01"), day("Thu 2026-12-31"), moment(END)
            )
            names = {unit(slug).name: slug for slug in (MARKET, TAX)}
        return {
            names[one.name]: (one.due, one.deemed_signed, one.returned, one.reworked)
            for one in found
        }

    return count


def test_a_return_is_that_of_the_unit_that_returned(deeds):
    number = a_signed_ticket(EARLY)
    send_back(number, LATER)
    rule(number, NEXT, upheld=True, lead=TAX)
    sweep(END)

    assert deeds() == {MARKET: (0, 0, 1, 0), TAX: (1, 1, 0, 0)}


def test_a_rework_is_that_of_the_unit_whose_answer_was_done_again(deeds):
    number = a_signed_ticket(EARLY, kind=TicketKind.HELP_REQUEST)
    taken = "Fri 2026-11-06 10:00"  # late by then
    on_ticket(number, taken, SUPERVISOR, lambda s, t: redispatch(s, t, unit(TAX), (), "久拖不办"))
    on_ticket(number, taken, TAX, unit_work.sign_for)
    on_ticket(number, taken, TAX, lambda s, t: unit_work.answer(s, t, an_answer(contacted=True)))
    on_ticket(number, taken, OPERATOR, review.approve_answer)
    call_back(number, "Fri 2026-11-06 14:00", an_unhappy_callback())
    sweep(END)

    assert deeds() == {MARKET: (1, 0, 0, 0), TAX: (1, 0, 0, 1)}


def test_a_unit_that_returned_in_time_and_was_refused_has_not_left_it_unsigned(deeds):
    number = a_dispatched_ticket(EARLY)
    send_mails(EARLY)
    send_back(number, LATER)
    rule(number, "Thu 2026-11-05 09:00", upheld=False)
    sweep(END)

    assert deeds() == {MARKET: (1, 0, 1, 0)}
    (lead,) = assignments_of(number)
    assert not on_ticket(number, END, SUPERVISOR, lambda s, _: deemed_though_told(s, lead))
