"""What units read of letters: the database's own wall and the query layer draw one line."""

import pytest
from sqlmodel import col, select

from engine.actions.letter_signing import void_letter
from engine.actions.letters import reject_letter
from engine.models import TicketEventRecord
from engine.store.database import work
from engine.store.unit_sight import NOT_FOR_UNITS, seen_by_units
from engine.terms import TicketEvent
from tests.actions.letter_steps import (
    NEXT,
    a_drafted_letter,
    number_of,
    on_letter,
    reply,
    send,
)
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    LATER,
    MORNING,
    NIGHT,
    recall,
    sent_at_night,
)
from tests.builders import MARKET, SECOND_SUPERVISOR, SUPERVISOR
from tests.looking import events_of, send_mails
from tests.store.test_row_security import as_unit

pytestmark = pytest.mark.usefixtures("database", "var")
ABOUT_LETTERS = frozenset({*NOT_FOR_UNITS, TicketEvent.SEND_LETTER})


def in_its_role(number, who=MARKET):
    """Return what a query without any condition gives a unit's person of a ticket's events."""
    with work() as session:
        as_unit(session, who)
        return session.exec(select(TicketEventRecord).order_by(col(TicketEventRecord.seq))).all()


def seqs(events):
    return [one.seq for one in events]


def called_back():
    letter_id, _ = sent_at_night()
    recall(letter_id)
    return letter_id


def called_back_and_voided():
    letter_id = called_back()
    on_letter(letter_id, NIGHT, SUPERVISOR, lambda s, one: void_letter(s, one, "不再需要"))
    return letter_id


def called_back_and_sent_again():
    letter_id = called_back()
    send(letter_id, LATER)
    send_mails(MORNING)
    return letter_id


def answered_and_kept_in():
    letter_id, wish = sent_at_night()
    reply(letter_id, now=LATER)
    grant(wish, NIGHT)
    return letter_id


LIVES = [called_back, called_back_and_voided, called_back_and_sent_again, answered_and_kept_in]


@pytest.mark.parametrize("life", LIVES)
def test_in_its_role_a_unit_reads_what_the_query_layer_shows_it_and_nothing_else(life):
    number = number_of(life())
    everything = events_of(number)

    assert seqs(in_its_role(number)) == seqs(seen_by_units(everything))
    assert len(in_its_role(number)) < len(everything)


@pytest.mark.parametrize("life", [called_back, called_back_and_voided])
def test_of_a_letter_that_never_reached_it_a_unit_reads_nothing_and_supervisors_all_of_it(life):
    number = number_of(life())

    about = [one for one in events_of(number) if one.event in ABOUT_LETTERS]
    assert {one.event for one in about} >= {
        TicketEvent.PROPOSE_LETTER, TicketEvent.DRAFT_LETTER, TicketEvent.REVIEW_LETTER,
        TicketEvent.APPROVE_LETTER, TicketEvent.SEND_LETTER, TicketEvent.RECALL_LETTER,
    }  # fmt: skip
    assert [one for one in in_its_role(number) if one.event in ABOUT_LETTERS] == []


def test_of_a_letter_sent_again_it_reads_the_sending_that_reached_it_alone():
    number = number_of(called_back_and_sent_again())

    sendings = [one for one in events_of(number) if one.event is TicketEvent.SEND_LETTER]
    read = [one for one in in_its_role(number) if one.event in ABOUT_LETTERS]
    assert len(sendings) == 2
    assert seqs(read) == seqs(sendings[1:])


def test_a_draft_sent_back_is_out_of_its_sight_too():
    letter_id = a_drafted_letter()
    on_letter(letter_id, NEXT, SECOND_SUPERVISOR, lambda s, one: reject_letter(s, one, "写清楚"))
    number = number_of(letter_id)

    assert TicketEvent.REJECT_LETTER in {one.event for one in events_of(number)}
    assert TicketEvent.REJECT_LETTER not in {one.event for one in in_its_role(number)}
