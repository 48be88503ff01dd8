"""不予受理 on the pages: what was proposed is read where it is decided, and can be sent back."""

import re

import pytest

from engine.actions import background
from engine.actions.endings import refuse
from engine.actions.refusal_proposals import decline_refusal
from engine.errors import BadInputError, ConflictError, NotPermittedError, RefusedTransitionError
from engine.terms import RefusalReason
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_ticket,
    moment,
    on_ticket,
    status_of,
)

EARLIER = "Tue 2026-11-24 09:00"
SILENCE_OVER = "Mon 2026-11-30 09:00"
WORDS = "区人民法院已立案，案号在附件里"
WHY = "该案与本诉求不是同一事项，请照常派单"
PROPOSAL = {"refusal": "in_proceedings", "words": WORDS}


@pytest.fixture
def proposed(as_):
    number = a_ticket(EARLIER)
    as_(OPERATOR).submit(f"/tickets/{number}/propose-refusal", **PROPOSAL)
    return number


def decline(number, who=SUPERVISOR, now=EARLIER, words=WHY):
    on_ticket(number, now, who, lambda step, ticket: decline_refusal(step, ticket, words))


def test_who_decides_a_refusal_reads_ground_words_proposer_and_time(as_, proposed):
    page = as_(SUPERVISOR).get(f"/tickets/{proposed}/refuse").text

    assert f"{RefusalReason.IN_PROCEEDINGS.label}。{WORDS}" in page
    assert re.search(r'"hint">[^<，]+，11-24 10:00提议', page)
    assert '<option value="in_proceedings" selected>' in page


def test_the_list_of_what_waits_says_what_is_proposed_and_by_whom(as_, proposed):
    page = as_(SUPERVISOR).get("/supervise/approvals").text

    assert WORDS in page
    assert f"/tickets/{proposed}/refuse" in page


def test_a_proposal_is_sent_back_with_a_reason_that_its_proposer_reads(as_, proposed):
    desk, operator = as_(SUPERVISOR), as_(OPERATOR)

    done = desk.submit(f"/tickets/{proposed}/refuse", granted="no", words=WHY)

    assert "已退回不予受理的提议" in done.text
    assert status_of(proposed) == "accepted"
    for path in (f"/tickets/{proposed}", f"/tickets/{proposed}/propose-refusal", "/desk"):
        page = operator.get(path).text
        assert "不予受理的提议被退回" in page
        assert WHY in page
    assert f"/tickets/{proposed}/refuse" not in desk.get("/supervise/approvals").text


def test_sending_back_takes_a_reason_and_deciding_takes_a_choice(as_, proposed):
    desk = as_(SUPERVISOR)

    bare = desk.submit(f"/tickets/{proposed}/refuse", granted="no", words=" ")
    unchosen = desk.submit(f"/tickets/{proposed}/refuse", refusal="in_proceedings", words="请起诉")

    assert (bare.status_code, "不同意的，请写明理由" in bare.text) == (422, True)
    assert (unchosen.status_code, "请选是否同意不予受理" in unchosen.text) == (422, True)
    assert status_of(proposed) == "accepted"


def test_agreed_by_another_the_matter_is_refused(as_, proposed):
    done = as_(SUPERVISOR).submit(
        f"/tickets/{proposed}/refuse", granted="yes", refusal="in_proceedings", words="请依程序反映"
    )

    assert "已决定不予受理" in done.text
    assert status_of(proposed) == "refused"


def test_another_ground_than_the_proposed_is_refused_with_both_named(as_, proposed):
    refused = as_(SUPERVISOR).submit(
        f"/tickets/{proposed}/refuse", granted="yes", refusal="harassment", words="多次骚扰"
    )

    assert refused.status_code == 409
    assert RefusalReason.IN_PROCEEDINGS.label in refused.text.split("errsum")[1]
    assert RefusalReason.HARASSMENT.label in refused.text.split("errsum")[1]
    assert "多次骚扰" in refused.text


def test_who_proposed_is_told_that_another_must_decide(as_):
    number = a_ticket(EARLIER)
    desk = as_(SUPERVISOR)
    desk.submit(f"/tickets/{number}/propose-refusal", **PROPOSAL)

    refused = desk.submit(
        f"/tickets/{number}/refuse", granted="yes", refusal="in_proceedings", words="请依程序反映"
    )

    assert refused.status_code == 409
    assert "是您自己提议的，须由另一人复核批准" in refused.text


def test_what_was_sent_back_no_longer_counts_as_proposed(proposed):
    decline(proposed)

    with pytest.raises(RefusedTransitionError, match="还没有人提议"):
        on_ticket(proposed, EARLIER, SECOND_SUPERVISOR, lambda step, ticket: refuse(
            step, ticket, RefusalReason.IN_PROCEEDINGS, "请依程序反映"))  # fmt: skip


def test_what_was_sent_back_is_not_silence(proposed):
    decline(proposed)
    over = moment(SILENCE_OVER)

    assert background.refusals_over(over, 100) == []


def test_proposed_anew_it_waits_again(as_, proposed):
    decline(proposed)

    as_(OPERATOR).submit(f"/tickets/{proposed}/propose-refusal", refusal="harassment", words="骚扰")

    page = as_(SUPERVISOR).get(f"/tickets/{proposed}/refuse").text
    assert "骚扰" in page
    assert "不予受理的提议被退回" not in page
    assert f"/tickets/{proposed}/refuse" in as_(SUPERVISOR).get("/supervise/approvals").text


@pytest.mark.parametrize(("who", "words", "error"), [
    (SUPERVISOR, " ", BadInputError), (OPERATOR, WHY, NotPermittedError),
])  # fmt: skip
def test_only_a_supervisor_sends_back_and_says_why(proposed, who, words, error):
    with pytest.raises(error):
        decline(proposed, who, words=words)


def test_nothing_is_sent_back_twice(proposed):
    decline(proposed)

    with pytest.raises(ConflictError, match="没有待决定的不予受理提议"):
        decline(proposed, SECOND_SUPERVISOR)
