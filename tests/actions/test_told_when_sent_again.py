"""A unit that no mail told of its ticket: its first contact begins when one comes through."""

import pytest

from engine.actions import mail_trouble, unit_work
from engine.terms import ClockKind, NoticeKind, TicketEvent
from tests.actions.test_figures_nobody_mends import redispatch
from tests.actions.test_incoming_mail import a_bounce, file
from tests.actions.test_told_units import AFTER, LIMIT_OVER, NOW, bounced
from tests.builders import MARKET, SUPERVISOR, TAX, a_dispatched_ticket, doing, moment, on_ticket
from tests.looking import clocks_of, events_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
AGAIN, LATER = "Wed 2026-11-25 10:00", "Thu 2026-11-26 10:00"


def an_untold_ticket():
    """A ticket deemed signed though its mail bounced."""
    number = a_dispatched_ticket(NOW)
    bounced(number)
    sweep(LIMIT_OVER)
    return number


def sent_again(number, now=AGAIN):
    mail = mails_of(number, NoticeKind.ASSIGNMENT)[0]
    doing(now, SUPERVISOR, lambda step: mail_trouble.send_again(step, mail.id))
    send_mails(now)


def contacts_of(number):
    return [(one.started_at, str(one.due_on)) for one in clocks_of(number, ClockKind.FIRST_CONTACT)]


def told(number):
    return [one for one in events_of(number) if "首次联系时限自此起算" in one.reason]


def test_the_first_contact_begins_when_the_mail_sent_again_leaves():
    number = an_untold_ticket()
    assert contacts_of(number) == []

    sent_again(number)

    assert contacts_of(number) == [(moment(AGAIN), "2026-11-26")]
    (record,) = told(number)
    assert record.event is TicketEvent.NOTE


def test_it_begins_once_however_often_the_mail_is_sent():
    number = an_untold_ticket()
    sent_again(number)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    assert file(a_bounce(mail), AGAIN) == "bounced"
    sent_again(number, LATER)

    assert contacts_of(number) == [(moment(AGAIN), "2026-11-26")]
    assert len(told(number)) == 1


def test_who_called_meanwhile_has_no_limit_to_call():
    number = an_untold_ticket()
    on_ticket(number, AFTER, MARKET, unit_work.first_contact)

    sent_again(number)

    assert contacts_of(number) == []


def test_whoever_the_ticket_was_taken_from_meanwhile_has_none_either():
    number = an_untold_ticket()
    redispatch(number, TAX, AFTER)

    sent_again(number)

    assert contacts_of(number) == []


def test_who_was_told_in_time_keeps_the_limit_it_had():
    number = a_dispatched_ticket(NOW, TAX)
    send_mails(NOW)
    sweep(LIMIT_OVER)

    assert contacts_of(number) == [(moment(LIMIT_OVER), "2026-11-26")]
    assert told(number) == []
