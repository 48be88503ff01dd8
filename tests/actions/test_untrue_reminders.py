"""What asks for a reply that is asked no more by morning leaves nobody (不再要求反馈, H-96)."""

import pytest

from engine.store import outbox
from engine.terms import BreachJudgement, LetterStatus, MessageStatus, NoticeKind
from tests.actions.letter_steps import number_of
from tests.actions.test_asked_no_more import LATER, OVER, UNIT, limit_of, mailed, not_asked, swept
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import REPLY
from tests.actions.test_referrals import referral_of
from tests.looking import breaches_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
NIGHT, EARLY, WORK = "Sat 2026-11-28 00:05", "Mon 2026-11-30 07:30", "Mon 2026-11-30 09:05"
PENDING, SENT, SUPERSEDED = MessageStatus.PENDING, MessageStatus.SENT, MessageStatus.SUPERSEDED


def of_limit(letter_id):
    """The mails of a letter's limit that were part of no other."""
    mine = f"clock:{limit_of(letter_id).id}:"
    return [one for one in mails_of(number_of(letter_id))
            if one.key.startswith(mine) and one.last_error != outbox.FOLDED]  # fmt: skip


def proposing(letter_id, since):
    return [one for one in mails_of(number_of(letter_id), NoticeKind.LETTER_PROPOSED)
            if one.created_at >= since]  # fmt: skip


@pytest.mark.parametrize("fell", [NIGHT, EARLY])
def test_missed_at_night_nobody_is_asked_for_the_reply_in_the_morning_and_the_breach_stands(fell):
    letter_id, wish = mailed()
    swept("Thu 2026-11-26 09:00", OVER)
    before = [one for one in of_limit(letter_id) if one.status is PENDING]
    assert {one.kind for one in before} >= {NoticeKind.BREACH}
    assert len({one.recipient for one in before}) == 3  # the unit and two supervisors

    grant(wish, fell)
    swept(WORK, LATER)

    after = {one.id: one for one in of_limit(letter_id)}
    assert {after[one.id].last_error for one in before} == {"不再发：不再要求反馈"}
    assert not [one for one in after.values() if one.created_at > before[0].created_at
                and one.status is not SUPERSEDED]  # fmt: skip
    assert {(one.recipient, one.status) for one in not_asked(letter_id)} == {
        (one, SENT) for one in UNIT}  # fmt: skip
    (missed,) = [one for one in breaches_of(number_of(letter_id)) if one.kind is REPLY]
    assert missed.judgement != BreachJudgement.WITHDRAWN


def test_nor_are_supervisors_asked_to_judge_the_referral_proposed_of_it_and_dropped():
    letter_id, wish = mailed()
    swept(OVER)
    told = proposing(letter_id, limit_of(letter_id).due_at)
    about = [one for one in told if "移交" in one.subject]
    assert {one.status for one in about} == {PENDING}

    grant(wish, EARLY)
    swept(WORK)

    assert referral_of(number_of(letter_id)).status is LetterStatus.DROPPED
    assert SENT not in {one.status for one in proposing(letter_id, limit_of(letter_id).due_at)
                        if "移交" in one.subject}  # fmt: skip


def test_a_warning_that_waits_for_the_morning_leaves_nobody():
    letter_id, wish = mailed()
    sweep("Fri 2026-11-27 00:00")
    before = of_limit(letter_id)
    assert {one.status for one in before} == {PENDING}

    grant(wish, "Fri 2026-11-27 07:00")

    assert {one.status for one in of_limit(letter_id)} == {SUPERSEDED}


def test_what_has_left_stays_sent():
    letter_id, wish = mailed()
    swept(OVER, WORK)
    left = {one.id for one in of_limit(letter_id) if one.status is SENT}
    assert left

    grant(wish, LATER)
    send_mails(LATER)

    assert {one.status for one in of_limit(letter_id) if one.id in left} == {SENT}
