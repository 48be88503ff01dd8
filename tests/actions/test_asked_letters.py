"""A letter to a body the hotline is not above (商请) holds no words of a superior."""

import pytest

from engine.actions.letter_facts import letter_data
from engine.documents.asked_words import SAID
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterKind, RectificationGround, Rung
from tests.actions.letter_steps import draft, proposed
from tests.builders import MARKET, TAX, a_signed_ticket, a_step
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")
G = RectificationGround
EARLY, LATE = "Mon 2026-11-02 09:00", "Thu 2026-11-26 09:00"
HARSH = ("红牌", "约谈", "挂牌督办", "督办函")


def said(unit, kind):
    """Return all a letter about a ticket says that climbed the whole ladder, annexes too."""
    number = a_signed_ticket(EARLY, unit)
    sweep(LATE)
    letter_id = proposed(number, LATE, kind=kind)
    draft(letter_id, LATE, grounds=(G.DUTY_NOT_PERFORMED,))
    with work() as session:
        data = letter_data(a_step(session, LATE), store.letter(session, letter_id), number=None)
    return "".join(text for _, text in data.texts())


@pytest.mark.parametrize("kind", [LetterKind.RECTIFICATION, LetterKind.SUPERVISION,
                                  LetterKind.REMINDER])  # fmt: skip
def test_no_red_card_and_no_summons_in_a_letter_that_asks(kind):
    words = said(TAX, kind)

    assert "商请" in words
    assert [one for one in HARSH if one in words] == []
    assert "提醒办理" in words


def test_a_unit_under_the_hotline_is_told_what_was_done():
    words = said(MARKET, LetterKind.RECTIFICATION)

    assert "系统红牌催办" in words


@pytest.mark.parametrize("unit", [MARKET, TAX])
def test_no_letter_tells_its_unit_what_was_only_proposed_to_supervisors(unit):
    words = said(unit, LetterKind.RECTIFICATION)

    for proposal in ("提示发", "提请", "提议", "提示再次商请"):
        assert proposal not in words


def test_every_rung_that_only_a_superior_climbs_has_words_that_ask():
    named = [label for label, _ in SAID]

    assert Rung.L1_REMINDER.label in named
    assert not [asked for _, asked in SAID if any(one in asked for one in HARSH)]
