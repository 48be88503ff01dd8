"""Migrations that carry data over: what an installation had before stands as it would now."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.findings import decide
from engine.actions.overseeing import redispatch
from engine.models import Finding, Unit
from engine.store.database import work
from engine.store.migrate import alembic_config
from engine.terms import ClockKind, Indicator
from tests.actions import letter_steps
from tests.actions.test_figures import on
from tests.actions.test_numbers_once import numbered_by_an_earlier_program
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    doing,
    on_ticket,
)
from tests.looking import breaches_of, clock_of, sweep

EARLY = "Mon 2026-11-02 09:00"


@pytest.fixture
def as_before(database):
    """Return what takes this database down, changes it as the old program left it, and up."""

    def go(revision, change):
        with database.engine.begin() as connection:
            command.downgrade(alembic_config(connection), revision)
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(change))
            connection.execute(text("SET session_replication_role = origin"))
            command.upgrade(alembic_config(connection), "head")

    return go


def test_a_signature_deemed_given_before_stands_in_the_ledger_afterwards(as_before):
    number = a_dispatched_ticket(EARLY)
    sweep("Thu 2026-11-05 09:00")
    before = [one for one in breaches_of(number) if one.kind is ClockKind.SIGN_FOR]

    as_before("0039_reports_signed", "DELETE FROM breach WHERE kind = 'sign_for'")

    (after,) = [one for one in breaches_of(number) if one.kind is ClockKind.SIGN_FOR]
    told = [(one.clock_id, one.unit_id, one.task_rows, one.true_at, one.detected_at, one.judgement)
            for one in (*before, after)]  # fmt: skip
    assert told[0] == told[1]


def test_a_wait_that_stopped_when_it_was_found_ends_with_its_limit_afterwards(as_before):
    number = a_dispatched_ticket(EARLY)
    sweep("Mon 2026-11-09 09:00")
    before = clock_of(number, ClockKind.SIGN_FOR)

    as_before("0043_days_taken_in", "UPDATE clock SET stopped_at = '2026-11-09 01:00Z', "
              "stop_reason = '已签收' WHERE kind = 'sign_for'")  # fmt: skip

    after = clock_of(number, ClockKind.SIGN_FOR)
    assert (after.stopped_at, after.stop_reason) == (before.stopped_at, before.stop_reason)


def late_then_moved():
    """A ticket late at one unit, then at the next."""
    number = a_signed_ticket(EARLY)
    sweep("Tue 2026-11-17 09:00")
    with work() as session:
        units = {one.slug: one for one in session.exec(select(Unit))}
    on_ticket(number, "Wed 2026-11-18 09:00", SUPERVISOR,
              lambda s, t: redispatch(s, t, units[TAX], (), "职责在税务"))  # fmt: skip
    return number, units


@pytest.mark.parametrize("indicator", ["answered_on_time", "returned"])
def test_what_was_left_out_of_two_units_cases_before_is_left_out_of_both_afterwards(
    as_before, indicator
):
    number, units = late_then_moved()
    sweep("Mon 2026-12-21 09:00")
    form = ExclusionForm(number=number, indicator=indicator, ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》",
                         unit=units[TAX].name)  # fmt: skip
    found = doing("Mon 2026-12-21 09:00", SUPERVISOR, lambda step: exclude(step, form).id)
    doing("Mon 2026-12-21 10:00", SECOND_SUPERVISOR, lambda s: decide(s, found, agreed=True))
    on_that_day = on("Mon 2026-12-21")[Indicator.parse(indicator)]

    as_before("0040_unsigned_is_missed", "SELECT 1")

    again = on("Mon 2026-12-21")[Indicator.parse(indicator)]
    assert (on_that_day.raw.n, on_that_day.fair.n) == (2, 1)  # as a new exclusion is
    assert (again.raw.n, again.fair.n) == (2, 0)  # as the program before told it
    with work() as session:
        both = session.exec(select(Finding.unit_id, Finding.effective_at)).all()
    assert {unit for unit, _ in both} == {units[MARKET].id, units[TAX].id}
    assert len({effective for _, effective in both}) == 1


def test_stepping_back_leaves_one_exclusion_of_the_ticket(as_before, database):
    test_what_was_left_out_of_two_units_cases_before_is_left_out_of_both_afterwards(
        as_before, "answered_on_time")  # fmt: skip

    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0040_unsigned_is_missed")
        assert connection.execute(text("SELECT count(*) FROM finding")).scalar_one() == 1


def test_an_exclusion_filed_under_the_new_unit_goes_to_the_one_whose_clock_ran(as_before):
    number, units = late_then_moved()
    form = ExclusionForm(number=number, indicator="answered_on_time", ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing("Mon 2026-11-23 09:00", SUPERVISOR, lambda step: exclude(step, form).id)

    as_before("0039_reports_signed", f"UPDATE finding SET unit_id = {units[TAX].id}")

    with work() as session:
        assert session.get_one(Finding, found).unit_id == units[MARKET].id


ONE_NUMBER = "UPDATE letter SET number = '城中热线〔2026〕号' WHERE number <> ''"


def test_letters_that_bear_one_number_since_before_keep_it_and_no_other_gets_it(as_before):
    before = [letter_steps.a_signed_letter() for _ in range(2)]
    waiting = letter_steps.a_reviewed_letter()

    as_before("0058_called_back", ONE_NUMBER)
    letter_steps.sign(waiting)

    said = [letter_steps.the(one).number for one in (*before, waiting)]
    assert said == ["城中热线〔2026〕号"] * 2 + ["城中热线〔2026〕3号"]
    first, second = (letter_steps.a_reviewed_letter() for _ in range(2))
    numbered_by_an_earlier_program(first)
    with pytest.raises(IntegrityError, match="uq_letter_number"):
        numbered_by_an_earlier_program(second, organ="另一代字")
