"""Only what somebody can really do is offered to them, and what they cannot says why."""

import re

import pytest

from engine.rules.letter_life import LetterRefused, letter_acts, letter_move
from engine.terms import LetterAct, LetterStatus, TicketKind
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    a_ticket,
)
from tests.looking import event_names
from tests.pages.test_letters_and_supervision import draft, letter_id

__all__ = ["letter_id"]
EARLIER = "Tue 2026-11-24 09:00"
A, S = LetterAct, LetterStatus
PROPOSAL = {"refusal": "in_proceedings", "words": "区人民法院已立案，案号在附件里"}


def listed(page, heading):
    """Return what stands in the list below a heading of the ticket's page."""
    found = re.search(rf"<h3>{heading}</h3><ul.*?</ul>", page, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("status", list(S))
def test_a_drafter_is_never_told_to_check_or_sign_the_own_draft(status):
    assert not {A.REVIEW, A.SIGN} & set(letter_acts(status, own_draft=True))


@pytest.mark.parametrize("status", list(S))
def test_an_answer_is_the_units_alone_and_nothing_else_is(status):
    assert A.ANSWER not in letter_acts(status)
    assert set(letter_acts(status, unit=True)) <= {A.ANSWER}


@pytest.mark.parametrize(("own", "status"), [(own, one) for own in (True, False) for one in S])
def test_whatever_a_refusal_names_may_really_be_done(own, status):
    for act in set(A) - {A.ANSWER}:
        found = letter_move(status, act, own_draft=own)
        if isinstance(found, LetterRefused) and not found.by_person:
            for one in letter_acts(status, own_draft=own):
                assert one.label in found.reason
                assert not isinstance(letter_move(status, one, own_draft=own), LetterRefused)


def test_a_letter_refused_to_its_drafter_names_what_the_drafter_may_do(as_, letter_id):
    desk = as_(SUPERVISOR)
    draft(desk, letter_id)
    desk.get(f"/letters/{letter_id}")

    refused = desk.post(f"/letters/{letter_id}/send")

    assert "您现在可以：退回修改、决定不发。" in refused.text


def test_in_english_a_refusal_of_a_letter_is_all_english(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    desk = as_(SECOND_SUPERVISOR)
    desk.get(f"/letters/{letter_id}?lang=en")

    page = desk.post(f"/letters/{letter_id}/send").text

    said = re.search(r'<section class="errsum".*?</h2>', page, re.DOTALL)[0]
    assert "you may now: check the draft" in said
    assert not re.search(r"[\u4e00-\u9fff]", said)


def test_a_help_request_is_not_offered_a_pause_and_says_why(as_):
    number = a_signed_ticket(EARLIER, kind=TicketKind.HELP_REQUEST)
    desk = as_(SUPERVISOR)

    page, form = desk.get(f"/tickets/{number}").text, desk.get(f"/tickets/{number}/pause").text

    assert f'href="/tickets/{number}/pause"' not in page
    assert "停表：求助类工单不停表。" in listed(page, "现在不能")
    assert "现在不能“停表”：求助类工单不停表。" in form
    assert "停表理由" not in form


def test_a_complaint_is_offered_a_pause(as_):
    number = a_signed_ticket(EARLIER, kind=TicketKind.COMPLAINT)

    page = as_(SUPERVISOR).get(f"/tickets/{number}").text

    assert f'href="/tickets/{number}/pause"' in page


def test_before_anybody_proposed_it_the_list_says_for_what_a_refusal_works_alone(as_):
    number = a_ticket(EARLIER)
    desk = as_(SUPERVISOR)
    words = "还没有另一人提议不予受理，现在只能以“紧急事项应转110、119、120、122”为由决定。"

    before = desk.get(f"/tickets/{number}").text
    as_(OPERATOR).submit(f"/tickets/{number}/propose-refusal", **PROPOSAL)
    after = desk.get(f"/tickets/{number}").text

    assert words in before
    assert "还没有另一人提议" not in after


def test_the_same_person_proposes_the_same_refusal_once(as_):
    number = a_ticket(EARLIER)
    desk, address = as_(OPERATOR), f"/tickets/{number}/propose-refusal"

    desk.submit(address, **PROPOSAL)
    again = desk.submit(address, **PROPOSAL)
    desk.submit(address, **{**PROPOSAL, "words": "又立了一案，案号另附"})

    assert again.status_code == 409
    assert "同样的提议您已经提过" in again.text
    assert event_names(number).count("propose_refusal") == 2


def test_what_one_person_proposed_another_may_propose_too(as_):
    number = a_ticket(EARLIER)

    for who in (OPERATOR, SUPERVISOR):
        as_(who).submit(f"/tickets/{number}/propose-refusal", **PROPOSAL)

    assert event_names(number).count("propose_refusal") == 2
