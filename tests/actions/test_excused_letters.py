"""A breach judged excused (免责) is no ground and no evidence of a letter (H-94)."""

import pytest

from engine.actions.conduct import grounds_on_record
from engine.actions.letter_facts import facts_of
from engine.actions.letters import Draft, Proposal, draft_letter, propose_by_hand
from engine.actions.moot_letters import fallen
from engine.errors import BadInputError, ConflictError
from engine.terms import (
    ClockKind,
    LetterKind,
    LetterStatus,
    NoticeKind,
    TicketEvent,
)
from tests.actions.letter_steps import FOUND, number_of, on_letter, review, send, sign, the
from tests.actions.sweep_steps import in_progress
from tests.actions.test_fallen_letters import DUTY, RUDE
from tests.actions.test_findings import decide, judge
from tests.builders import SUPERVISOR, on_ticket
from tests.looking import breaches_of, last_event, letters_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
TAKEN, OVER = "Mon 2026-11-02 09:00", "Tue 2026-11-17 09:00"  # due on Mon 2026-11-16
DRAFTED, REVIEWED, SIGNED = "Fri 2026-11-20 09:00", "Fri 2026-11-20 09:20", "Fri 2026-11-20 09:40"
EVENING, NIGHT, MORNING = "Fri 2026-11-20 21:00", "Sat 2026-11-21 09:00", "Mon 2026-11-23 09:00"
NOTE = "承办时限的超期已认定免责，不能作事由和依据，只在工单经过里如实写明（H-94）"


def overdue():
    number = in_progress(TAKEN)
    sweep(OVER)
    return number


def excuse(number, now=NIGHT):
    breach = next(one for one in breaches_of(number) if one.kind is ClockKind.HANDLING)
    decide(judge(breach.id, now=now), now=now)
    return breach.id


def wish(number, *grounds, kind=LetterKind.RECTIFICATION, now=DRAFTED):
    wanted = Proposal(kind, grounds, "逾期没有答复")
    on_ticket(number, now, SUPERVISOR, lambda s, one: propose_by_hand(s, one, wanted))
    return letters_of(number)[-1].id


def draft(letter_id, *grounds, now=DRAFTED):
    wanted = Draft(grounds, ("限期办结",), found=FOUND)
    on_letter(letter_id, now, SUPERVISOR, lambda s, one: draft_letter(s, one, wanted))


def sent_at_night():
    letter_id = wish(overdue(), DUTY)
    draft(letter_id, DUTY)
    for step, now in ((review, REVIEWED), (sign, SIGNED), (send, EVENING)):
        step(letter_id, now)
    return letter_id


@pytest.mark.parametrize("kind", [LetterKind.SUPERVISION, LetterKind.RECTIFICATION])
def test_an_excused_breach_is_no_ground_to_propose_and_the_refusal_says_why(kind):
    number = overdue()
    excuse(number, OVER)

    with pytest.raises(BadInputError, match="未依法履行职能") as said:
        wish(number, DUTY, kind=kind)

    assert NOTE in str(said.value)


def test_it_is_neither_offered_as_evidence_nor_drafted_on():
    number = overdue()
    letter_id = wish(number, DUTY)
    before = the(letter_id).evidence
    excuse(number, DRAFTED)

    with pytest.raises(BadInputError) as said:
        draft(letter_id, DUTY, now=REVIEWED)
    draft(letter_id, RUDE, now=REVIEWED)

    assert NOTE in str(said.value)
    assert any("届满未办" in line for line in before)
    assert not any("届满未办" in line or "催办" in line for line in the(letter_id).evidence)


def test_the_picture_of_a_proposal_shows_no_line_that_is_evidence_no_more():
    number = overdue()
    letter_id = wish(number, RUDE)
    excuse(number, DRAFTED)

    facts = on_letter(letter_id, REVIEWED, SUPERVISOR, lambda s, one: facts_of(s, one, ""))

    assert any("届满未办" in line for line in the(letter_id).evidence)
    assert facts.beside == ()
    assert [one.evidence for one in facts.grounds if one.evidence] == []


def test_the_record_tells_it_as_a_fact_and_says_that_it_is_excused():
    number = overdue()
    letter_id = wish(number, RUDE)
    excuse(number, DRAFTED)
    draft(letter_id, RUDE, now=REVIEWED)

    facts = on_letter(letter_id, REVIEWED, SUPERVISOR, lambda s, one: facts_of(s, one, ""))

    told = [one.text for one in facts.history if "超期" in one.text or "届满" in one.text]
    assert told
    assert any("，已认定免责" in one for one in told)
    assert facts.overdue_days == 0
    assert not any("届满" in line for one in facts.grounds for line in one.evidence)
    assert not any("届满" in line for line in facts.beside)


@pytest.mark.parametrize("steps", [(review,), (review, sign)])
def test_excused_after_drafting_it_is_not_passed_on(steps):
    letter_id = wish(overdue(), DUTY)
    draft(letter_id, DUTY)
    for step, now in zip(steps, (REVIEWED, SIGNED), strict=False):
        step(letter_id, now)
    excuse(number_of(letter_id), EVENING)

    with pytest.raises(ConflictError, match="这次超期已认定免责") as said:
        (sign, send)[len(steps) - 1](letter_id, MORNING)

    assert "“未依法履行职能”已没有依据" in str(said.value)
    assert any("依据已不成立" in one.subject
               for one in mails_of(number_of(letter_id), NoticeKind.DIGEST))  # fmt: skip


def test_excused_before_its_mail_leaves_a_sent_letter_is_called_back():
    letter_id = sent_at_night()

    excuse(number_of(letter_id), NIGHT)

    assert the(letter_id).status is LetterStatus.SIGNED
    assert last_event(number_of(letter_id), TicketEvent.RECALL_LETTER).reason.endswith(
        "邮件未出，撤回发送：依据已不成立"
    )


def test_excused_after_its_mail_has_left_it_stays_sent_and_asks_for_a_correction():
    letter_id = sent_at_night()
    send_mails(MORNING)

    excuse(number_of(letter_id), MORNING)

    assert the(letter_id).status is LetterStatus.SENT
    found = on_letter(letter_id, MORNING, SUPERVISOR, fallen)
    assert "请发更正函" in found.what_now
    assert any("这次超期已认定免责" in line for line in found.lines)


def test_proposed_to_be_excused_by_one_alone_it_is_evidence_still():
    letter_id = sent_at_night()
    (breach,) = [one for one in breaches_of(number_of(letter_id)) if one.kind is ClockKind.HANDLING]

    judge(breach.id, now=NIGHT)
    send_mails(MORNING)

    assert the(letter_id).status is LetterStatus.SENT
    assert on_letter(letter_id, MORNING, SUPERVISOR, fallen) is None


def test_what_the_engine_proposed_on_it_alone_is_dropped_and_not_proposed_anew():
    number = overdue()
    sweep("Fri 2026-11-20 09:00")
    assert {one.status for one in letters_of(number)} == {LetterStatus.PROPOSED}

    excuse(number, "Fri 2026-11-20 10:00")
    sweep("Wed 2026-12-09 09:00")

    letters = letters_of(number)
    assert {one.status for one in letters} == {LetterStatus.DROPPED}
    assert "承办时限的超期已认定免责" in letters[0].opinion
    assert on_ticket(number, "Wed 2026-12-09 09:00", SUPERVISOR, grounds_on_record) == {}
