"""发文字号 are given once, whatever format was approved before formats were looked at."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import text

from engine.actions import letter_register, letter_signing, rule_changes, rules_in_force
from engine.actions.rule_changes import NewValue
from engine.actions.step import Step
from engine.errors import ConflictError
from engine.models import LetterSerial, RuleChange
from engine.rules.district import DistrictValue
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterStatus
from tests.actions.letter_steps import NEXT, a_reviewed_letter, sign, the
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, a_step, day, doing

pytestmark = pytest.mark.usefixtures("database", "var")
BEFORE = "Mon 2026-11-16 09:00"
PADDED, NO_NUMBER = "{organ}〔{year}〕{number:03d}号", "{organ}〔{year}〕号"
UNCLOSED, MISSPELT = "{organ}〔{year}〕{number", "{organ}〔{year}〕{nummer}号"


def proposed_format(form, stored=None):
    """Propose a format for the week of the letters; `stored` is what stands in the database."""
    new = NewValue("documents.number_format", form, day("Mon 2026-11-23"), "改用新的格式")
    number = doing(BEFORE, SUPERVISOR, lambda step: rule_changes.propose_value(step, new).id)
    if stored:
        doing(BEFORE, SUPERVISOR, lambda step: _store(step, number, stored))
    return number


def _store(step: Step, number, stored):
    change = step.session.get_one(RuleChange, number)
    change.content = {"value": stored}


def approve_change(number):
    doing(BEFORE, SECOND_SUPERVISOR, lambda step: rule_changes.approve(step, number))


def approved_before_it_was_looked_at(form):
    """Leave a format in force as an earlier program did."""
    number, since = proposed_format(PADDED, stored=form), day("Mon 2026-11-23")
    value = DistrictValue(number, "documents.number_format", since, form, "改用新的格式")

    def write(step: Step):
        change = step.session.get_one(RuleChange, number)
        rule_changes.write_state(step, change, [rules_in_force.as_json(value)], [])

    doing(BEFORE, SECOND_SUPERVISOR, write)


def sign_in_force(letter_id):
    with work() as session:
        step = a_step(session, NEXT, SECOND_SUPERVISOR)
        now = replace(step, rules=rules_in_force.rules_in_force(session))
        letter_signing.sign_letter(now, store.letter(session, letter_id, lock=True))


def given():
    with work() as session:
        return session.get(LetterSerial, ("城中热线", 2026))


def test_a_format_that_was_approved_is_used_from_its_day_on():
    approve_change(proposed_format(PADDED))
    letter_id = a_reviewed_letter()

    sign_in_force(letter_id)

    assert the(letter_id).number == "城中热线〔2026〕001号"


@pytest.mark.parametrize("form", [NO_NUMBER, UNCLOSED, MISSPELT])
def test_nothing_is_signed_by_a_format_that_gives_numbers_twice_or_none(form):
    approved_before_it_was_looked_at(form)
    letter_id = a_reviewed_letter()

    with pytest.raises(ConflictError, match=r"发文字号的格式.*另提一版"):
        sign_in_force(letter_id)

    assert the(letter_id).status is LetterStatus.REVIEWED
    assert given() is None


def test_the_register_names_a_missing_number_under_such_a_format_too():
    approved_before_it_was_looked_at(UNCLOSED)

    with work() as session:
        step = a_step(session, NEXT, SUPERVISOR)
        now = replace(step, rules=rules_in_force.rules_in_force(session))
        store.next_serial(session, "城中热线", 2026)
        (missing,) = letter_register.register_of(now, 2026)

    assert (missing.number, missing.status) == ("城中热线〔2026〕1号", "缺号")


@pytest.mark.parametrize("form", [NO_NUMBER, UNCLOSED, MISSPELT])
def test_such_a_format_that_waits_is_not_approved(form):
    number = proposed_format(PADDED, stored=form)

    with pytest.raises(ConflictError, match=f"请退回第{number}号修改，另提一版"):
        approve_change(number)


def numbered_by_an_earlier_program(letter_id, organ="旧代字"):
    with work() as session:
        session.exec(text(
            "UPDATE letter SET status = 'signed', approved_at = now(), organ_code = :organ, "
            "year = 2026, serial = 1, number = '城中热线〔2026〕1号' WHERE id = :id"
        ), params={"organ": organ, "id": letter_id})  # fmt: skip


def test_a_number_that_a_letter_bears_is_not_given_to_another():
    earlier, letter_id = a_reviewed_letter(), a_reviewed_letter()
    numbered_by_an_earlier_program(earlier)

    with pytest.raises(ConflictError, match="城中热线〔2026〕1号已经用过"):
        sign(letter_id)

    assert the(letter_id).status is LetterStatus.REVIEWED
    assert given() is None


def test_the_database_itself_lets_no_two_letters_bear_one_number():
    first, second = a_reviewed_letter(), a_reviewed_letter()
    numbered_by_an_earlier_program(first)

    with pytest.raises(IntegrityError, match="uq_letter_number"):
        numbered_by_an_earlier_program(second, organ="另一代字")
