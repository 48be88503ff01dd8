"""A letter of which nothing stands any more asks its unit for no reply (不再要求反馈, H-96)."""

import pytest
from sqlalchemy import text

from engine.actions import adjusting
from engine.actions.evidence import evidence_for
from engine.actions.letter_replies import judge_answer
from engine.actions.recalling import follow_grounds
from engine.actions.setup import DEMO_LEADER
from engine.errors import ConflictError
from engine.store import daily_work, held_mails
from engine.store.database import work
from engine.store.desk_unit import letters_to_answer
from engine.store.unit_sight import seen_by_units
from engine.terms import (
    BreachJudgement,
    ClockState,
    LetterKind,
    LetterStatus,
    MessageStatus,
    NoticeKind,
    TicketEvent,
)
from tests.actions.letter_steps import number_of, on_letter, reply, review, send, sign, the
from tests.actions.test_corrected_letters import corrected
from tests.actions.test_excused_letters import excuse
from tests.actions.test_fallen_letters import DUTY, RUDE, SIGNED, a_draft
from tests.actions.test_findings import decide, judge
from tests.actions.test_grounds_without_a_line import sent_at_night as sent_about
from tests.actions.test_grounds_without_a_line import settle, unhappy_twice
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import REPLY, carrying, told
from tests.actions.test_referrals import referral_of
from tests.actions.test_referrals_follow_letters import NOT_MISSED, a_second, drawn_up
from tests.builders import MARKET, SUPERVISOR, moment, on_ticket
from tests.looking import (
    breaches_of,
    clocks_of,
    events_of,
    last_event,
    letters_of,
    mails_of,
    send_mails,
    sweep,
    unit_named,
)

pytestmark = pytest.mark.usefixtures("database", "var")
KINDS = [LetterKind.RECTIFICATION, LetterKind.SUPERVISION]
GRANTED, AFTER = "Fri 2026-11-20 10:00", "Fri 2026-11-20 10:30"
OVER, LATE, LATER = "Sat 2026-11-28 00:00", "Mon 2026-11-30 09:00", "Mon 2026-11-30 10:00"
UNIT = {"shijianguan@demo.invalid", "shijianguan.leader@demo.invalid"}


def mailed(kind=LetterKind.RECTIFICATION, grounds=(DUTY,)):
    """A letter whose mails left on a Friday morning, due on the next; the wish waits still."""
    letter_id, wish = a_draft(kind, grounds)
    for act in (review, sign, send):
        act(letter_id, SIGNED)
    send_mails("Fri 2026-11-20 09:41")
    return letter_id, wish


def limit_of(letter_id):
    (clock,) = clocks_of(number_of(letter_id), REPLY)
    return clock


def not_asked(letter_id):
    return [one for one in mails_of(number_of(letter_id), NoticeKind.DUE_CHANGED)
            if "不再要求反馈" in one.subject]  # fmt: skip


def owed_by_market():
    with work() as session:
        unit = unit_named(MARKET)
        listed = [one.number for one in letters_to_answer(session, unit.id)]
        daily = [one.number for one in daily_work.of_unit(session, unit, moment(AFTER))]
    return listed, [one for one in daily if "热线" in one]


def swept(*moments):
    for now in moments:
        sweep(now)
        send_mails(now)


@pytest.mark.parametrize("kind", KINDS)
def test_its_limit_ends_neither_kept_nor_missed_and_nothing_follows_of_it(kind):
    letter_id, wish = mailed(kind)
    number = number_of(letter_id)
    assert owed_by_market() == ([the(letter_id).number],) * 2

    grant(wish, GRANTED)
    swept("Thu 2026-11-26 09:00", OVER, LATE, "Fri 2026-12-04 09:00")

    clock = limit_of(letter_id)
    assert (clock.state, clock.stop_reason) == (ClockState.SUPERSEDED, "不再要求反馈")
    assert [one for one in breaches_of(number) if one.kind is REPLY] == []
    named = (TicketEvent.WARN, TicketEvent.BREACH, TicketEvent.ESCALATE)
    assert [one for one in events_of(number)
            if one.event in named and one.details.get("clock") == clock.id] == []  # fmt: skip
    assert referral_of(number) is None
    assert owed_by_market() == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_its_unit_is_told_by_mail_and_reads_why_in_the_history(kind):
    letter_id, wish = mailed(kind)

    grant(wish, GRANTED)
    send_mails(AFTER)

    number, said = the(letter_id).number, "依据已全部不成立，不再要求反馈"
    note = last_event(number_of(letter_id), TicketEvent.NOTE)
    assert note.reason == f"{kind.label} {number} {said}"
    assert "H-96" in note.citation
    assert note.seq in {one.seq for one in seen_by_units(events_of(number_of(letter_id)))}
    mails = not_asked(letter_id)
    assert {one.recipient for one in mails} == UNIT
    assert {one.status for one in mails} == {MessageStatus.SENT}
    ended = f"{kind.label}{number}不再要求反馈，原定反馈的期限取消"
    for words in (ended, "该函的依据已全部不成立"):
        assert all(words in one.text and words in one.html for one in mails)


def test_supervisors_are_told_of_it_with_the_fall():
    letter_id, wish = mailed()

    grant(wish, GRANTED)

    said = "已发出，依据已不成立，请发更正函；已告知单位不再要求反馈"
    assert told(letter_id)
    assert all(said in one.text for one in told(letter_id))


def everything(letter_id):
    number = number_of(letter_id)
    return [len(found(number)) for found in (events_of, mails_of, breaches_of, clocks_of)]


def test_doing_it_again_changes_nothing_and_more_days_wake_no_limit():
    letter_id, wish = mailed()
    number = number_of(letter_id)
    grant(wish, GRANTED)
    before = everything(letter_id)

    on_ticket(number, AFTER, SUPERVISOR, follow_grounds)
    assert everything(letter_id) == before
    again = on_ticket(number, AFTER, DEMO_LEADER, lambda step, one: (
        adjusting.request_extension(step, one, 1, "再检测").id))  # fmt: skip
    sweep("Tue 2026-11-24 09:00")
    grant(again, "Tue 2026-11-24 10:00")

    assert limit_of(letter_id).state is ClockState.SUPERSEDED
    assert len(not_asked(letter_id)) == 2


@pytest.mark.parametrize("more", [(RUDE,)])
def test_a_letter_of_which_a_part_stands_goes_on(more):
    letter_id, wish = mailed(grounds=(DUTY, *more))

    grant(wish, GRANTED)
    swept(OVER)

    assert not_asked(letter_id) == []
    assert limit_of(letter_id).state is ClockState.RUNNING
    assert [one.kind for one in breaches_of(number_of(letter_id))].count(REPLY) == 1
    assert "逾期未反馈" in referral_of(number_of(letter_id)).facts["reason"]


def test_excused_the_breach_it_rests_on_ends_it_likewise():
    letter_id, _ = mailed()

    excuse(number_of(letter_id), GRANTED)

    assert limit_of(letter_id).state is ClockState.SUPERSEDED
    assert not_asked(letter_id)


def test_settled_by_the_panel_it_ends_likewise():
    number = unhappy_twice()
    letter_id = sent_about(number)
    send_mails("Mon 2026-11-23 09:00")

    settle(number, "Mon 2026-11-23 12:00")

    assert limit_of(letter_id).state is ClockState.SUPERSEDED
    assert not_asked(letter_id)


@pytest.mark.parametrize("seen", [True, False])
def test_a_limit_missed_before_stays_missed_and_what_the_engine_proposed_for_it_is_dropped(seen):
    letter_id, wish = mailed()
    number = number_of(letter_id)
    if seen:
        sweep(OVER)
        assert referral_of(number).status is LetterStatus.PROPOSED

    grant(wish, LATE)
    swept(LATER, "Fri 2026-12-04 09:00")

    (missed,) = [one for one in breaches_of(number) if one.kind is REPLY]
    assert (missed.true_at, missed.judgement) == (moment(OVER), "")
    assert limit_of(letter_id).state is ClockState.STOPPED
    assert not_asked(letter_id)
    found = [one for one in letters_of(number) if one.kind is LetterKind.REFERRAL]
    assert [one.status for one in found] == ([LetterStatus.DROPPED] if seen else [])
    assert all("依据已全部不成立" in one.opinion for one in found)


def test_that_it_was_asked_no_more_is_told_nowhere_as_a_reply():
    letter_id, wish = mailed()
    number = number_of(letter_id)
    sweep(OVER)
    grant(wish, LATE)

    lines = on_ticket(number, LATER, SUPERVISOR, lambda s, t: evidence_for(s, t, t.lead_unit_id))

    (line,) = [one for one in lines if "整改反馈时限届满" in one]
    assert line.startswith("11月27日24:00整改反馈时限届满未反馈（")


def test_missed_before_it_may_be_excused():
    letter_id, wish = mailed()
    sweep(OVER)
    grant(wish, LATE)

    (missed,) = [one for one in breaches_of(number_of(letter_id)) if one.kind is REPLY]
    decide(judge(missed.id, now=LATER), now=LATER)

    (missed,) = [one for one in breaches_of(number_of(letter_id)) if one.kind is REPLY]
    assert missed.judgement == BreachJudgement.EXCUSED.value


def test_a_reply_may_still_be_given_and_accepted_and_is_not_asked_for_again():
    letter_id, wish = mailed()
    grant(wish, GRANTED)
    corrected(letter_id, NOT_MISSED, AFTER)

    reply(letter_id, now="Fri 2026-11-20 11:00")

    assert the(letter_id).status is LetterStatus.ANSWERED
    with pytest.raises(ConflictError, match="不能再认定整改不到位"):
        on_letter(letter_id, "Fri 2026-11-20 12:00", SUPERVISOR, lambda s, one: judge_answer(
            s, one, accepted=False, opinion="没有说明原因"))  # fmt: skip
    on_letter(letter_id, "Fri 2026-11-20 12:00", SUPERVISOR, lambda s, one: judge_answer(
        s, one, accepted=True))  # fmt: skip
    assert the(letter_id).status is LetterStatus.ACCEPTED


def test_what_was_drawn_up_of_its_silence_waits_for_people_and_is_not_passed_on():
    letter_id, wish = mailed()
    number = number_of(letter_id)
    sweep(OVER)
    referral_id = drawn_up(number, LATE)

    grant(wish, LATER)

    assert the(referral_id).status is LetterStatus.DRAFTED
    with pytest.raises(ConflictError, match=f"{the(letter_id).number}"):
        review(referral_id, LATER)


def test_of_copies_that_have_not_left_none_asks_any_more():
    letter_id, wish = mailed()
    held, _ = carrying(letter_id)
    with work() as session:  # a mail server did not take the second copy, say
        session.exec(text("UPDATE outbox_message SET status = 'pending', sent_at = NULL "
                          f"WHERE id = {held.id}"))  # fmt: skip

    grant(wish, GRANTED)

    assert {one.status for one in carrying(letter_id)} == {
        MessageStatus.SENT, MessageStatus.SUPERSEDED}  # fmt: skip
    with work() as session:
        assert not held_mails.all_held(session, letter_id)


def test_fallen_with_no_act_that_tells_letters_the_sweep_asks_no_more_before_it_charges_anybody():
    letter_id, _ = mailed()
    number = number_of(letter_id)
    with work() as session:  # its clock was moved by hand, say
        session.exec(text("UPDATE clock SET due_at = due_at + interval '30 days' WHERE kind = "
                          f"'handling' AND ticket_id = {the(letter_id).ticket_id}"))  # fmt: skip

    swept(OVER, LATE)

    assert limit_of(letter_id).state is ClockState.SUPERSEDED
    assert [one for one in breaches_of(number) if one.kind is REPLY] == []
    assert {one.recipient for one in not_asked(letter_id)} == UNIT
    assert referral_of(number) is None


def test_it_is_no_first_letter_for_a_second():
    _, wish = mailed()
    grant(wish, GRANTED)

    assert referral_of(a_second("Fri 2026-11-20 14:00")) is None
