"""An exclusion belongs to the unit whose clock ran, whoever has the ticket by then."""

import pytest
from sqlmodel import select

from engine.actions import findings
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.overseeing import redispatch
from engine.errors import BadInputError, NotFoundError
from engine.models import Finding, Unit
from engine.store import unit_figures
from engine.store.database import work
from engine.terms import Indicator
from tests.actions.test_figures import FIRST, LAST, on
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    doing,
    moment,
    on_ticket,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")
EARLY, MOVED, NOW = "Mon 2026-11-02 09:00", "Wed 2026-11-18 09:00", "Mon 2026-11-23 09:00"
LONG_AFTER = "Mon 2026-12-21 09:00"


def unit(slug):
    with work() as session:
        return session.exec(select(Unit).where(Unit.slug == slug)).one()


def late_then_redispatched():
    number = a_signed_ticket(EARLY)
    sweep("Tue 2026-11-17 09:00")
    on_ticket(number, MOVED, SUPERVISOR,
              lambda s, t: redispatch(s, t, unit(TAX), (), "职责在税务"))  # fmt: skip
    return number


def leave_out(number, now=NOW, indicator="answered_on_time", unit=""):
    form = ExclusionForm(number=number, indicator=indicator, ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》", unit=unit)  # fmt: skip
    return doing(now, SUPERVISOR, lambda step: exclude(step, form).id)


def agree(finding, now=NOW):
    doing(now, SECOND_SUPERVISOR, lambda step: findings.decide(step, finding, agreed=True))


def unit_of(finding):
    with work() as session:
        return session.get_one(Finding, finding).unit_id


def appeal(finding, who):
    doing(NOW, who, lambda step: findings.appeal(step, finding, "停电只有半日"))


@pytest.mark.parametrize("indicator", ["answered_on_time", "responded_on_time"])
def test_after_a_redispatch_the_unit_whose_clock_ran_may_appeal_and_the_new_one_may_not(indicator):
    finding = leave_out(late_then_redispatched(), indicator=indicator)
    agree(finding)

    with pytest.raises(NotFoundError):
        appeal(finding, TAX)
    appeal(finding, MARKET)


@pytest.mark.parametrize("indicator", ["satisfied", "reworked", "promise_kept"])
def test_nothing_is_left_out_of_an_indicator_in_which_the_ticket_does_not_count(indicator):
    number = late_then_redispatched()

    with pytest.raises(BadInputError, match="现在不计入") as refused:
        leave_out(number, indicator=indicator)

    assert list(refused.value.fields) == ["indicator"]


def test_where_two_units_have_a_case_it_is_said_whose_is_left_out_and_the_other_stays():
    number = late_then_redispatched()
    sweep(LONG_AFTER)

    with pytest.raises(BadInputError) as refused:
        leave_out(number, LONG_AFTER)
    agree(leave_out(number, LONG_AFTER, unit=unit(MARKET).name), LONG_AFTER)

    figure = on("Mon 2026-12-21")[Indicator.ANSWERED_ON_TIME]
    with work() as session:
        beside = unit_figures.unit_figures(session, FIRST, LAST, moment("Tue 2026-12-22 00:00"))
    assert list(refused.value.fields) == ["unit"]
    assert (figure.raw.n, figure.fair.n) == (2, 1)
    assert {one.name: one.left_out for one in beside} == {
        unit(MARKET).name: 1, unit(TAX).name: 0,
    }  # fmt: skip
    assert unit_of(leave_out(number, LONG_AFTER, unit=unit(TAX).name)) == unit(TAX).id
