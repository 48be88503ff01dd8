"""抄送: a letter's copies go to the units its drafter names, and never from a secret letter."""

import pytest

from engine.actions import letters
from engine.actions.letter_facts import letter_data
from engine.actions.letters import Draft
from engine.errors import BadInputError, ConflictError
from engine.models import Unit
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterKind, NoticeKind, TicketKind
from tests import builders
from tests.actions.letter_steps import (
    FOUND,
    GROUNDS,
    NEXT,
    NOW,
    approve,
    on_letter,
    proposed,
    review,
    sign,
    the,
)
from tests.builders import SUPERVISOR, a_signed_ticket, a_step
from tests.looking import mails_of, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
TAX, REFORM = "区税务局", "区发展和改革局"


def drafted(*copies, ticket=TicketKind.COMPLAINT, kind=LetterKind.RECTIFICATION, **signed):
    number = a_signed_ticket(NOW, kind=ticket, **signed)
    letter_id = proposed(number, kind=kind)
    form = Draft(GROUNDS, ("限期办结",), copies=copies, found=FOUND)
    on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, form))
    return number, letter_id


def test_the_copies_stand_in_the_letter_and_are_mailed_with_its_files():
    number, letter_id = drafted(TAX, REFORM)

    approve(letter_id)

    with work() as session:
        said = letter_data(a_step(session, NEXT), store.letter(session, letter_id), number="1号")
    sent = {one.recipient: one for one in mails_of(number, NoticeKind.RECTIFICATION)}
    copy = sent[unit_named(TAX).email]
    assert said.cc == f"{TAX}，{REFORM}"
    assert {unit_named(REFORM).email, unit_named("区市场监管局").email} <= set(sent)
    assert "（抄送）" in copy.subject
    assert "请知悉" in copy.text
    assert "反馈期限" not in copy.text


@pytest.mark.parametrize(
    ("unit", "copied", "name"),
    [(builders.MARKET, TAX, "督办函"), (builders.TAX, "区市场监管局", "商请函")],
)
def test_a_copy_is_named_by_the_letter_and_not_by_who_reads_it(unit, copied, name):
    number, letter_id = drafted(copied, kind=LetterKind.SUPERVISION, unit=unit)

    approve(letter_id)

    (copy,) = [one for one in mails_of(number, NoticeKind.RECTIFICATION)
               if one.recipient == unit_named(copied).email]  # fmt: skip
    assert copy.subject.startswith(f"【{name}】")
    assert f"现将{name}抄送" in copy.text


def test_a_unit_may_be_named_by_an_alias_and_twice_is_once():
    _, letter_id = drafted(TAX, TAX)

    assert the(letter_id).facts["copies"] == [TAX]


@pytest.mark.parametrize(
    ("copies", "why"),
    [(("区没有局",), "单位名录里没有"), (("区市场监管局",), "主送单位不用再抄送")],
)
def test_a_unit_nobody_knows_and_the_addressee_are_refused(copies, why):
    with pytest.raises(BadInputError, match=why) as refused:
        drafted(*copies)

    assert "copies" in refused.value.fields


def test_a_secret_letter_is_copied_to_nobody():
    with pytest.raises(BadInputError, match="不抄送"):
        drafted(TAX, ticket=TicketKind.REPORT)


def test_a_letter_is_not_signed_while_the_address_of_a_copy_is_not_verified():
    _, letter_id = drafted(TAX)
    with work() as session:
        session.get_one(Unit, unit_named(TAX).id).email_verified_at = None
    review(letter_id)

    with pytest.raises(ConflictError, match=TAX):
        sign(letter_id)
