"""What was written at night of a breach that is withdrawn by morning leaves nobody (超期已撤销)."""

import pytest
from sqlalchemy import text

from engine.actions.letters import drop_letter
from engine.actions.moved_breaches import withdraw_breach
from engine.store import clocks as clock_store
from engine.store import outbox
from engine.store.database import work
from engine.terms import ClockKind, LetterKind, MessageStatus, NoticeKind
from tests.actions.letter_steps import number_of, on_letter, proposed
from tests.actions.test_adjusting import ask
from tests.actions.test_late_grants import TAKEN, grant
from tests.actions.test_short_replies import found_short, no_more
from tests.builders import SUPERVISOR, a_signed_ticket, moment, on_ticket
from tests.looking import breaches_of, letters_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
NIGHT, EARLY, WORK = "Tue 2026-12-01 00:10", "Tue 2026-12-01 07:30", "Tue 2026-12-01 09:00"
LATE, GRANTED, OPENS = "Tue 2026-11-17 00:10", "Tue 2026-11-17 07:30", "Tue 2026-11-17 09:00"
AFTER = "Tue 2026-11-17 09:40"
UNTRUE = (NoticeKind.BREACH, NoticeKind.REMINDER, NoticeKind.LETTER_PROPOSED)
PENDING, SENT, SUPERSEDED = MessageStatus.PENDING, MessageStatus.SENT, MessageStatus.SUPERSEDED


def missed_at_night():
    """A letter found short whose second limit was missed; its mails wait for the morning."""
    letter_id, wish = found_short()
    sweep(NIGHT)
    send_mails(NIGHT)
    return number_of(letter_id), letter_id, wish


def overdue_at_night():
    """A ticket overdue by a night, whose unit has asked for more days; and the wish."""
    number = a_signed_ticket(TAKEN)
    wish = ask(number, "Fri 2026-11-13 10:00", 10)
    send_mails("Fri 2026-11-13 16:10")
    sweep(LATE)
    send_mails(LATE)
    return number, wish


def untrue(number, since=NIGHT):
    """The mails of that night and after that told of a missed limit and were part of no other."""
    return [one for one in mails_of(number) if one.kind in UNTRUE
            and one.created_at >= moment(since) and one.last_error != outbox.FOLDED]  # fmt: skip


def how(mails):
    return {one.status for one in mails}


def test_a_finding_withdrawn_by_morning_leaves_no_breach_and_no_referral_to_be_read():
    number, letter_id, wish = missed_at_night()
    before = untrue(number)

    grant(wish, EARLY)
    send_mails(WORK)

    assert {one.kind for one in before} >= {NoticeKind.BREACH, NoticeKind.LETTER_PROPOSED}
    assert how(before) == {PENDING}
    assert [one.kind for one in letters_of(number)][-1] is LetterKind.REFERRAL
    taken = [one for one in untrue(number) if one.status is SUPERSEDED]
    assert {one.id for one in taken} == {one.id for one in before}
    assert {one.last_error for one in taken} == {"不再发：超期已撤销", "不再发：这份提议已作罢"}
    # What had become part of them tells of another limit, which stays missed.
    left = {one.subject for one in untrue(number)} - {one.subject for one in taken}
    assert left == {f"【待审】{number} 建议发督办函、整改函"}
    assert how(no_more(letter_id)) == {SENT}


def test_an_extension_granted_by_morning_leaves_no_breach_to_be_read_and_no_digest_of_it():
    number, wish = overdue_at_night()
    before = untrue(number, LATE)

    grant(wish, GRANTED)
    for at in (OPENS, AFTER):
        send_mails(at)

    about = [one for one in before if "承办时限" in one.subject]
    assert how(about) == {PENDING}
    after = {one.id: one.status for one in mails_of(number)}
    assert {after[one.id] for one in about} == {SUPERSEDED}
    assert {one.key for one in untrue(number, LATE) if one.sent_at and one.sent_at >= moment(OPENS)
            } == {one.key for one in before if "首次联系时限" in one.subject}  # fmt: skip
    with work() as session:
        folded = session.execute(text(
            "SELECT count(*) FROM outbox_message WHERE key LIKE 'sweep:%'")).scalar()  # fmt: skip
    assert folded == 0


def test_what_has_left_stays_sent():
    number, _, wish = missed_at_night()
    send_mails("Tue 2026-12-01 09:05")
    before = {one.id for one in untrue(number)}

    grant(wish, "Tue 2026-12-01 09:30")

    assert how(one for one in untrue(number) if one.id in before) == {SENT}


def test_what_a_sender_has_in_hand_is_left_to_it():
    number, _, wish = missed_at_night()
    with work() as session:
        session.execute(text("UPDATE outbox_message SET sending_until = now() + interval '1 hour' "
                             "WHERE kind = 'breach' AND status = 'pending'"))  # fmt: skip

    grant(wish, EARLY)

    held = [one for one in untrue(number) if one.kind is NoticeKind.BREACH]
    assert how(held) == {PENDING}


def test_what_may_have_left_is_left():
    number, _, wish = missed_at_night()
    with work() as session:
        session.execute(text("UPDATE outbox_message SET last_error = '可能已送出：程序中断' "
                             "WHERE kind = 'breach' AND status = 'pending'"))  # fmt: skip

    grant(wish, EARLY)

    held = [one for one in untrue(number) if one.kind is NoticeKind.BREACH]
    assert how(held) == {PENDING}


def withdrawn(number, kind):
    def do(step, ticket):
        for breach in clock_store.breaches(step.session, ticket.id):
            if breach.kind is kind:
                withdraw_breach(step, ticket, breach, "测试", "house/H-19")

    on_ticket(number, GRANTED, SUPERVISOR, do)


@pytest.mark.parametrize("kind", [ClockKind.HANDLING, ClockKind.REQUESTER])
def test_while_another_limit_stays_missed_its_mail_leaves(kind):
    number, _ = overdue_at_night()
    assert {one.kind for one in breaches_of(number)} >= {ClockKind.HANDLING, ClockKind.REQUESTER}
    told = {one.recipient for one in untrue(number, LATE) if one.status is PENDING}

    withdrawn(number, kind)

    left = [one for one in untrue(number, LATE) if one.status is PENDING]
    assert {one.recipient for one in left} <= told
    assert left
    gone = {f"clock:{one.clock_id}:" for one in breaches_of(number) if one.kind is kind}
    assert not [one for one in left if one.key.startswith(tuple(gone))]


def test_a_proposal_that_its_reader_has_dropped_already_is_told_to_nobody():
    number = a_signed_ticket(TAKEN)
    send_mails(TAKEN)
    letter_id = proposed(number, LATE)
    before = untrue(number, LATE)

    on_letter(letter_id, GRANTED, SUPERVISOR, lambda step, one: drop_letter(
        step, one, "情况已查明，不需要发函"))  # fmt: skip

    assert how(before) == {PENDING}
    assert how(untrue(number, LATE)) == {SUPERSEDED}
