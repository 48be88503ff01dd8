"""What the scheduler finds late (迟发现) costs a unit nothing and changes no past figure."""

import pytest

from engine.actions import unit_work
from engine.actions.figure_keeping import keep
from engine.terms import ClockKind, Indicator
from tests.actions.test_figures import on
from tests.actions.test_incoming_mail import a_bounce, file
from tests.actions.test_unsigned import DUE, EARLY, unsigned_of
from tests.builders import MARKET, a_dispatched_ticket, day, moment, on_ticket
from tests.looking import breaches_of, clock_of, clocks_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
SOON, FRIDAY, LATE = "Wed 2026-11-04 00:01", "Fri 2026-11-06 09:00", "Mon 2026-11-09 09:00"


def raw(date_text):
    return {name: one.raw for name, one in on(date_text).items()}


@pytest.mark.parametrize("found", [FRIDAY, LATE])
def test_figures_of_a_past_day_are_the_same_however_late_a_signature_is_deemed(found):
    a_dispatched_ticket(EARLY)
    days = [f"{name} 2026-11-0{n}" for n, name in enumerate(("Tue", "Wed", "Thu"), 3)]
    before = [raw(one) for one in days]
    keep(moment("Fri 2026-11-06 00:00"))

    sweep(found)

    assert [raw(one) for one in days] == before
    assert before[1][Indicator.SIGNED_ON_TIME].n == 1


def test_a_unit_found_late_has_the_whole_limit_for_its_first_contact():
    number = a_dispatched_ticket(EARLY)
    sweep(FRIDAY)

    assert clock_of(number, ClockKind.FIRST_CONTACT).due_on == day("Mon 2026-11-09")
    on_ticket(number, LATE, MARKET, unit_work.first_contact)

    figure = on("Tue 2026-11-10")[Indicator.RESPONDED_ON_TIME].raw
    assert (figure.n, figure.hit) == (1, 1)
    assert [one.kind for one in breaches_of(number)] == [ClockKind.SIGN_FOR]


@pytest.mark.parametrize("found", [SOON, LATE])
def test_the_wait_for_a_signature_ends_where_its_limit_did_whenever_that_is_found(found):
    number = a_dispatched_ticket(EARLY)

    sweep(found)

    clock = clock_of(number, ClockKind.SIGN_FOR)
    assert (clock.stopped_at, clock.stop_reason) == (moment(DUE), "视为签收")
    assert len(unsigned_of(number)) == 1


@pytest.mark.parametrize(("bounces", "begun"), [(True, 0), (False, 1)])
def test_no_first_contact_is_due_of_a_unit_whose_mail_bounced(bounces, begun):
    number = a_dispatched_ticket(EARLY)
    send_mails(EARLY)
    (mail,) = mails_of(number)
    if bounces:
        assert file(a_bounce(mail), EARLY) == "bounced"

    sweep(SOON)

    assert len(clocks_of(number, ClockKind.FIRST_CONTACT)) == begun
