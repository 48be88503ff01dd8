"""A letter says only what the record says, and can be signed at any moment of the clock."""

from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import review, unit_work
from engine.actions.letter_facts import letter_data
from engine.actions.letter_signing import send_letter, sign_letter
from engine.actions.letters import Draft, Proposal, draft_letter, propose_letter, review_letter
from engine.actions.step import Step
from engine.errors import BadInputError
from engine.models import Letter, Ticket
from engine.store import letters as letter_store
from engine.store import tickets as ticket_store
from engine.store.database import Database, work
from engine.terms import LetterKind, LetterStatus, RectificationGround, TicketEvent
from tests.actions.letter_steps import FOUND
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    doing,
    moment,
    on_ticket,
)
from tests.looking import sweep

NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:30"
GROUNDS = (RectificationGround.BAD_ATTITUDE,)


def a_proposed_letter(number: str, now: str) -> int:
    proposal = Proposal(LetterKind.RECTIFICATION, GROUNDS, "测试")

    def propose(step: Step, ticket) -> int:
        letter = propose_letter(step, ticket, proposal)
        assert letter is not None
        return letter.id

    return on_ticket(number, now, SUPERVISOR, propose)


def draft(letter_id: int, now: str, evidence: tuple[str, ...] | None = None) -> None:
    def write(step: Step) -> None:
        letter = letter_store.letter(step.session, letter_id, lock=True)
        draft_letter(step, letter, Draft(GROUNDS, ("重新办理",), evidence, found=FOUND))

    doing(now, SUPERVISOR, write)


def test_a_letter_can_be_approved_at_any_microsecond(database: Database) -> None:
    letter_id = a_proposed_letter(a_signed_ticket(NOW), NOW)
    draft(letter_id, NOW)
    odd = moment(NEXT) + timedelta(microseconds=123457)

    with work() as session:
        letter = letter_store.letter(session, letter_id, lock=True)
        step = a_step(session, odd, SECOND_SUPERVISOR)
        for act in (review_letter, sign_letter, send_letter):
            act(step, letter)

    with work() as session:
        assert session.exec(select(Letter.status)).one() is LetterStatus.SENT


def test_evidence_that_is_not_in_the_record_is_refused(database: Database) -> None:
    letter_id = a_proposed_letter(a_signed_ticket(NOW), NOW)

    with pytest.raises(BadInputError, match="只能取自工单经过"):
        draft(letter_id, NOW, evidence=("收受礼品（事件第99号）",))

    with work() as session:
        assert letter_store.letter(session, letter_id).status is LetterStatus.PROPOSED


def test_a_ground_no_event_speaks_for_says_when_it_was_found_and_by_which_event(
    database: Database,
) -> None:
    letter_id = a_proposed_letter(a_signed_ticket(NOW), NOW)
    draft(letter_id, NOW)

    with work() as session:
        letter = letter_store.letter(session, letter_id)
        data = letter_data(a_step(session, NOW), letter, number=None)
        drafted = [one.seq for one in ticket_store.events(session, session.get_one(
            Ticket, letter.ticket_id)) if one.event is TicketEvent.DRAFT_LETTER]  # fmt: skip

    assert f"存在态度恶劣问题：11月23日热线核实认定（事件第{drafted[-1]}号）。" in data.body[0].text


def test_the_history_is_told_in_official_words_without_the_dispatchers_own(
    database: Database,
) -> None:
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    sweep("Tue 2026-11-17 09:00")
    letter_id = a_proposed_letter(number, NOW)

    with work() as session:
        letter = letter_store.letter(session, letter_id)
        data = letter_data(a_step(session, NOW), letter, number=None)

    told = [words for _, _, words in data.attachments[-1].rows]
    assert told[:3] == [
        "热线受理登记",
        "热线派单：派区市场监管局主办（任务清单第7项）",
        "承办单位签收",
    ]
    assert "承办时限（2026年11月16日到期）超期" in told
    assert not any("-" in one or "：超期" in one for one in told)


def test_a_letter_about_an_answered_ticket_does_not_say_that_it_is_unanswered(
    database: Database,
) -> None:
    number = a_ticket_to_call_back(NOW)
    call_back(number, NEXT, an_unhappy_callback())
    on_ticket(number, NEXT, MARKET, lambda step, one: unit_work.answer(step, one, an_answer()))
    on_ticket(number, NEXT, OPERATOR, review.approve_answer)
    call_back(number, "Wed 2026-11-25 09:30", an_unhappy_callback())
    letter_id = a_proposed_letter_of(number)

    with work() as session:
        letter = letter_store.letter(session, letter_id)
        data = letter_data(a_step(session, "Wed 2026-11-25 10:00"), letter, number=None)

    text = "".join(part.text for part in data.body)
    assert "至今未答复" not in text
    assert "11月24日答复" in text


def a_proposed_letter_of(number: str) -> int:
    """Return the letter that the second dissatisfaction proposed by itself."""
    with work() as session:
        return session.exec(select(Letter.id).order_by(Letter.id.desc())).first() or 0
