"""One mail a recipient a sweep (H-85): a storm is one list; letters and hand-overs stay alone."""

import pytest
from sqlmodel import select

from engine.actions import background
from engine.models import OutboxMessage, Ticket
from engine.store.database import work
from engine.terms import MessageStatus, NoticeKind
from tests.actions.sweep_steps import in_progress
from tests.builders import moment
from tests.looking import mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
# A complaint of Tue 2026-09-15 is due on Tue 2026-09-29.
START, WARNED = "Tue 2026-09-15 09:00", "Mon 2026-09-28 09:00"
UNIT_ADDRESS = "shijianguan@demo.invalid"


def warned(count):
    numbers = [in_progress(START) for _ in range(count)]
    send_mails(START)
    sweep(WARNED)
    return numbers


def to_unit(status):
    with work() as session:
        query = select(OutboxMessage).where(
            OutboxMessage.recipient == UNIT_ADDRESS, OutboxMessage.status == status,
            OutboxMessage.created_at >= moment(WARNED),
        )  # fmt: skip
        return list(session.exec(query))


def test_warnings_of_many_tickets_are_one_mail_that_lists_them():
    numbers = warned(4)

    send_mails(WARNED)

    (sent,) = to_unit(MessageStatus.SENT)
    assert sent.kind is NoticeKind.DIGEST
    assert all(number in sent.text and number in sent.html for number in numbers)
    assert "9月29日" in sent.text
    assert {one.last_error for one in to_unit(MessageStatus.SUPERSEDED)} == {"已并入后一封通知"}


def test_a_day_stands_once_in_a_line():
    warned(4)

    send_mails(WARNED)

    (sent,) = to_unit(MessageStatus.SENT)
    lines = [one for one in sent.text.splitlines() if "LZ" in one and "期限" in one]
    assert len(lines) == 4
    assert {one.count("9月29日") for one in lines} == {1}


def test_before_late_november_2026_two_stayed_two():
    warned(2)

    send_mails(WARNED)

    assert [one.kind for one in to_unit(MessageStatus.SENT)] == [NoticeKind.WARNING] * 2


@pytest.mark.parametrize(("tickets", "kind"), [(1, NoticeKind.WARNING), (2, NoticeKind.DIGEST)])
def test_since_then_two_are_one_mail_and_one_stays_as_it_is(tickets, kind):
    # A complaint of Fri 2026-11-27 is due on Fri 2026-12-11.
    for _ in range(tickets):
        in_progress("Fri 2026-11-27 09:00")
    sweep("Thu 2026-12-10 09:00")

    send_mails("Thu 2026-12-10 09:00")

    told = [one for one in to_unit(MessageStatus.SENT) if one.key.startswith(("sweep", "clock"))]
    assert [one.kind for one in told] == [kind]


def test_a_folded_reminder_says_by_when_it_must_be_answered():
    for _ in range(2):
        in_progress("Mon 2026-11-30 09:00")
    send_mails("Mon 2026-11-30 09:00")
    # Due on Mon 2026-12-14; the reminder of Tue 2026-12-15 asks for an answer by Wed 2026-12-16.
    sweep("Tue 2026-12-15 09:00")

    send_mails("Tue 2026-12-15 09:00")

    (sent,) = [one for one in to_unit(MessageStatus.SENT) if one.key.startswith("sweep")]
    assert sent.text.count("催办回复截止：12月16日（周三）") == 2
    assert sent.html.count("12月16日（周三）") == 2


def test_mails_of_a_sweep_that_goes_on_wait_for_it():
    """The first clock's mail wakes the sender while the second clock is still being climbed."""
    for _ in range(2):
        in_progress("Fri 2026-11-27 09:00")
    send_mails("Fri 2026-11-27 09:00")
    at = moment("Thu 2026-12-10 09:00")
    due = background.clocks_due(at, 500)
    background.climb_one(due[0], at)
    early = background.messages_due(at, 100)

    sweep("Thu 2026-12-10 09:00")
    send_mails("Thu 2026-12-10 09:00")

    assert early == []
    (sent,) = [one for one in to_unit(MessageStatus.SENT) if one.created_at >= at]
    assert sent.kind is NoticeKind.DIGEST


def test_looking_twice_folds_once():
    warned(3)

    background.messages_due(moment(WARNED), 100)
    background.messages_due(moment(WARNED), 100)

    assert len(to_unit(MessageStatus.SUPERSEDED)) == 3
    assert len(to_unit(MessageStatus.PENDING)) == 1


def test_hand_overs_are_never_folded():
    numbers = [in_progress(START) for _ in range(4)]

    send_mails(START)

    found = [mail for number in numbers for mail in mails_of(number, NoticeKind.ASSIGNMENT)]
    assert {one.status for one in found} == {MessageStatus.SENT}


def test_a_report_in_the_list_is_not_called_one():
    numbers = warned(3)
    with work() as session:
        for one in session.exec(select(Ticket)).all():
            one.confidential = True

    send_mails(WARNED)

    (sent,) = to_unit(MessageStatus.SENT)
    assert "投诉" not in sent.text
    assert numbers[0] in sent.text
