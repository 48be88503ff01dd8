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


def test_a_few_stay_as_they_are():
    warned(2)

    send_mails(WARNED)

    assert [one.kind for one in to_unit(MessageStatus.SENT)] == [NoticeKind.WARNING] * 2


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
