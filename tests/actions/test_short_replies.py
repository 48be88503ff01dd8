"""A letter that lost all its grounds: that its reply was found short (整改不到位) is withdrawn."""

import pytest
from sqlalchemy import text

from engine.actions.letter_history import history_of
from engine.actions.recalling import follow_grounds
from engine.actions.taken_back import withdrawn_findings
from engine.actions.unit_share import share_of
from engine.errors import ConflictError
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
from tests.actions.letter_steps import number_of, reply, the
from tests.actions.test_asked_again_no_more import found_short_at_night
from tests.actions.test_fallen_letters import DUTY, RUDE
from tests.actions.test_late_grants import grant
from tests.actions.test_late_replies import judge
from tests.actions.test_recalled_letters import MORNING, NOON, REPLY, TUESDAY, sent_at_night, told
from tests.builders import SUPERVISOR, on_ticket
from tests.looking import breaches_of, clocks_of, events_of, letters_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
SHORT, AGAIN = "Mon 2026-11-23 14:00", "Mon 2026-11-23 14:01"
GRANTED, LATER = "Tue 2026-11-24 09:30", "Tue 2026-11-24 15:00"
SAID = "“整改不到位”的认定已撤销，不必再次反馈"


def found_short(grounds=(DUTY,), kind=LetterKind.RECTIFICATION):
    """A letter answered and found short by day: the mail that asks again has left."""
    letter_id, wish = sent_at_night(kind, grounds)
    send_mails(MORNING)
    reply(letter_id, now=NOON)
    judge(letter_id, accepted=False, now=SHORT)
    send_mails(AGAIN)
    return letter_id, wish


def findings_of(letter_id):
    return [one for one in events_of(number_of(letter_id))
            if one.event is TicketEvent.ACCEPT_LETTER_ANSWER]  # fmt: skip


def struck(letter_id):
    gone = withdrawn_findings(events_of(number_of(letter_id)))
    return [one.seq in gone for one in findings_of(letter_id)]


def notes_of(letter_id):
    return [one for one in events_of(number_of(letter_id))
            if one.event is TicketEvent.NOTE and "的认定已撤销" in one.reason]  # fmt: skip


def no_more(letter_id):
    return [one for one in mails_of(number_of(letter_id), NoticeKind.DUE_CHANGED)
            if "不必再次反馈" in one.subject]  # fmt: skip


def test_the_finding_is_withdrawn_and_its_unit_has_nothing_to_reply_to_any_more():
    letter_id, wish = found_short()

    grant(wish, GRANTED)

    letter = the(letter_id)
    assert (letter.status, letter.opinion) == (LetterStatus.ANSWERED, "")
    assert struck(letter_id) == [True]
    last = clocks_of(number_of(letter_id), REPLY)[-1]
    assert (last.state, last.stop_reason) == (ClockState.SUPERSEDED, "“整改不到位”的认定已撤销")
    with work() as session:
        assert letters_to_answer(session, letter.unit_id) == []


def test_its_unit_reads_that_in_the_history_and_is_told_by_mail_with_its_head():
    letter_id, wish = found_short()

    grant(wish, GRANTED)
    send_mails(LATER)

    (note,) = notes_of(letter_id)
    assert note.reason == f"整改函 {the(letter_id).number} {SAID}"
    assert note.seq in {one.seq for one in seen_by_units(events_of(number_of(letter_id)))}
    mails = no_more(letter_id)
    assert {one.recipient for one in mails} == {
        "shijianguan@demo.invalid", "shijianguan.leader@demo.invalid"}  # fmt: skip
    assert {one.status for one in mails} == {MessageStatus.SENT}
    assert all("原定再次反馈的期限取消" in one.text for one in mails)
    assert all("变更原因：“整改不到位”的认定已撤销" in one.text for one in mails)


def test_supervisors_are_told_of_it_with_what_is_to_be_done():
    letter_id, wish = found_short()

    grant(wish, GRANTED)

    said = "已发出，依据已不成立，“整改不到位”的认定已撤销，请发更正函"
    assert told(letter_id)
    assert all(said in one.text for one in told(letter_id))


def test_doing_it_again_changes_nothing():
    letter_id, wish = found_short()
    grant(wish, GRANTED)
    before = (len(events_of(number_of(letter_id))), len(mails_of(number_of(letter_id))))

    on_ticket(number_of(letter_id), LATER, SUPERVISOR, follow_grounds)

    assert before == (len(events_of(number_of(letter_id))), len(mails_of(number_of(letter_id))))


def test_a_missed_limit_to_reply_again_counts_no_more_nor_what_was_proposed_for_it():
    letter_id, wish = found_short()
    number = number_of(letter_id)
    sweep("Tue 2026-12-01 09:00")
    before = [one.status for one in letters_of(number) if one.kind is LetterKind.REFERRAL]

    grant(wish, "Tue 2026-12-01 10:00")

    assert before == [LetterStatus.PROPOSED]
    (missed,) = [one for one in breaches_of(number) if one.kind is REPLY]
    assert missed.judgement == BreachJudgement.WITHDRAWN.value
    assert "的认定已撤销，期限届满不计超期" in missed.judgement_reason
    after = [one.status for one in letters_of(number) if one.kind is LetterKind.REFERRAL]
    assert after == [LetterStatus.DROPPED]


def test_the_record_of_another_letter_tells_nothing_of_it():
    letter_id, wish = found_short()

    def found(step, ticket):
        share = share_of(step, ticket, the(letter_id).unit_id)
        return [one for one in history_of(step, ticket, share) if "不到位" in one.text]

    before = on_ticket(number_of(letter_id), SHORT, SUPERVISOR, found)
    grant(wish, GRANTED)

    assert len(before) == 1
    assert on_ticket(number_of(letter_id), LATER, SUPERVISOR, found) == []


def test_while_a_ground_is_left_finding_and_limit_stand():
    letter_id, wish = found_short((DUTY, RUDE))

    grant(wish, GRANTED)

    assert the(letter_id).status is LetterStatus.INSUFFICIENT
    assert struck(letter_id) == [False]
    assert clocks_of(number_of(letter_id), REPLY)[-1].state is ClockState.RUNNING
    assert no_more(letter_id) == []


def test_one_kept_in_at_night_is_withdrawn_and_no_mail_tells_of_what_no_mail_asked():
    letter_id, wish = found_short_at_night()

    grant(wish, "Mon 2026-11-23 21:30")

    assert struck(letter_id) == [True]
    assert len(notes_of(letter_id)) == 1
    assert no_more(letter_id) == []


def test_a_reply_accepted_since_stays_accepted_and_the_finding_before_is_struck():
    letter_id, wish = found_short()
    reply(letter_id, now=TUESDAY, text="已补充整改：逐项办结并向诉求人说明。")
    judge(letter_id, accepted=True, now="Tue 2026-11-24 09:20")

    grant(wish, GRANTED)

    assert (the(letter_id).status, the(letter_id).opinion) == (LetterStatus.ACCEPTED, "已当面核实")
    assert struck(letter_id) == [True, False]
    assert no_more(letter_id) == []
    assert "不必再次反馈" not in notes_of(letter_id)[0].reason


def test_it_is_not_found_short_anew_and_can_be_accepted():
    letter_id, wish = found_short()
    grant(wish, GRANTED)

    with pytest.raises(ConflictError, match="事由都已没有依据，不能再认定整改不到位；请认可反馈"):
        judge(letter_id, accepted=False, now=LATER)
    judge(letter_id, accepted=True, now=LATER)

    assert the(letter_id).status is LetterStatus.ACCEPTED
    assert struck(letter_id) == [True, False]


def test_a_supervision_letter_says_it_in_its_own_words():
    letter_id, wish = found_short(kind=LetterKind.SUPERVISION)

    grant(wish, GRANTED)

    (note,) = notes_of(letter_id)
    assert note.reason.endswith("“反馈不到位”的认定已撤销，不必再次反馈")


def test_fallen_with_no_act_that_tells_letters_its_unit_is_told_once_by_the_sweep():
    letter_id, _ = found_short()
    number = number_of(letter_id)
    with work() as session:  # its clock was moved by hand, say
        session.exec(text("UPDATE clock SET due_at = due_at + interval '30 days' WHERE kind = "
                          f"'handling' AND ticket_id = {the(letter_id).ticket_id}"))  # fmt: skip

    for at in ("Tue 2026-12-01 00:00", "Tue 2026-12-01 09:00", "Wed 2026-12-02 09:00"):
        sweep(at)
        send_mails(at)

    told_of_it = mails_of(number, NoticeKind.DUE_CHANGED)
    assert [one.subject for one in told_of_it] == [one.subject for one in no_more(letter_id)]
    assert len({one.recipient for one in told_of_it}) == len(told_of_it) == 2
    assert the(letter_id).status is LetterStatus.ANSWERED
    assert len(notes_of(letter_id)) == 1
    assert struck(letter_id) == [True]
    assert {one.state for one in clocks_of(number, REPLY)} == {
        ClockState.STOPPED, ClockState.SUPERSEDED}  # fmt: skip
    assert [one for one in breaches_of(number) if one.kind is REPLY] == []
