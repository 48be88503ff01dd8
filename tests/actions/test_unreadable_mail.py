"""A mail that cannot be read keeps back none of the others, and is not forgotten."""

import pytest

from engine.actions import mailing, stuck
from engine.actions.incoming_mail import give_to_ticket, settle
from engine.actions.unreadable_mail import NOT_FILED, NOT_READ
from engine.errors import ConflictError, TemporaryDeliveryError
from engine.settings import load_settings
from engine.store import mail_replies
from engine.store.database import work
from engine.terms import MailReplyStatus
from tests.actions.test_incoming_mail import NOW, a_mail, mark, replies
from tests.builders import SUPERVISOR, a_signed_ticket, doing, moment
from tests.delivery.imap_server import imap_server

pytestmark = pytest.mark.usefixtures("database", "var")
FIRST, SOON, LATE = (f"Tue 2026-11-24 {at}" for at in ("15:01", "15:02", "15:17"))
HOUR = "Tue 2026-11-24 16:00"


@pytest.fixture
def mailbox(monkeypatch):
    with imap_server() as box:
        monkeypatch.setenv("HOTLINE_IMAP_URL", box.url)
        load_settings.cache_clear()
        yield box


def a_pass(at):
    return mailing.fetch(mailing.waiting(moment(at)), moment(at))


def unread(at=LATE):
    with work() as session:
        return mail_replies.count_unread(session), stuck.lines(session, moment(at))


def three(mailbox, token):
    return [mailbox.put(a_mail(token, text=f"第{n}封：已办结")) for n in range(3)]


@pytest.mark.parametrize("how", ["no", "hang up"])
def test_one_mail_the_server_does_not_give_out_keeps_back_none_of_the_others(mailbox, how):
    bad, *_ = three(mailbox, mark(a_signed_ticket(NOW)))
    mailbox.broken[bad] = how

    for at in (FIRST, SOON):
        try:
            a_pass(at)
        except TemporaryDeliveryError:
            assert how == "hang up"

    assert mailbox.unread == [bad]
    assert sorted(one.text for one in replies() if one.text) == ["第1封：已办结", "第2封：已办结"]
    assert unread() == (0, ())


def test_what_stays_unread_for_long_waits_for_a_person_and_is_told(mailbox):
    bad, *_ = three(mailbox, mark(a_signed_ticket(NOW)))
    mailbox.broken[bad] = "no"

    told = [(a_pass(at)["unreadable"], unread(at)[0]) for at in (FIRST, SOON, LATE)]

    assert told == [(1, 0), (1, 0), (1, 1)]
    assert unread()[1] == ("1 封来信读不出来，原信在收信邮箱里，要人看",)
    (row,) = [one for one in replies() if one.status is MailReplyStatus.ASIDE]
    assert (row.reason, row.text) == (NOT_READ, "")
    with pytest.raises(ConflictError, match="读不出来"):
        doing(LATE, SUPERVISOR, lambda step: give_to_ticket(step, row.id, "LZ1"))


def test_it_is_tried_again_once_an_hour_and_filed_when_it_can_be_read(mailbox):
    bad, *_ = three(mailbox, mark(a_signed_ticket(NOW)))
    mailbox.broken[bad] = "no"
    for at in (FIRST, LATE):
        a_pass(at)

    assert mailing.waiting(moment("Tue 2026-11-24 15:59")) == []
    mailbox.broken.clear()
    assert a_pass(HOUR) == {"proposed": 1}

    assert mailbox.unread == []
    assert unread()[0] == 0
    assert mailing.waiting(moment("Tue 2026-11-24 17:00")) == []


def test_what_a_person_settled_is_not_told_again(mailbox):
    bad, *_ = three(mailbox, mark(a_signed_ticket(NOW)))
    mailbox.broken[bad] = "no"
    for at in (FIRST, LATE):
        a_pass(at)
    (row,) = [one for one in replies() if one.status is MailReplyStatus.ASIDE]

    doing(LATE, SUPERVISOR, lambda step: settle(step, row.id, used=False))
    a_pass(HOUR)

    assert unread() == (0, ())


def test_a_server_that_gives_none_of_several_out_is_in_trouble_and_the_mails_are_told(mailbox):
    mailbox.broken = dict.fromkeys(three(mailbox, mark(a_signed_ticket(NOW))), "no")

    for at in (FIRST, LATE):
        assert unread(at) == (0, ())
        with pytest.raises(TemporaryDeliveryError, match="一封信也读不出来"):
            a_pass(at)

    assert unread() == (3, ("3 封来信读不出来，原信在收信邮箱里，要人看",))


def test_mails_of_which_none_could_be_read_are_filed_when_the_server_is_well(mailbox):
    mailbox.broken = dict.fromkeys(three(mailbox, mark(a_signed_ticket(NOW))), "no")
    for at in (FIRST, LATE):
        with pytest.raises(TemporaryDeliveryError):
            a_pass(at)

    mailbox.broken.clear()

    assert a_pass(HOUR) == {"proposed": 3}
    assert unread(HOUR) == (0, ())


def test_many_that_cannot_be_read_leave_the_others_their_turn(mailbox, monkeypatch):
    keys = three(mailbox, mark(a_signed_ticket(NOW)))
    mailbox.broken = dict.fromkeys(keys[:2], "no")
    a_pass(FIRST)
    late = mailbox.put(a_mail(mark(a_signed_ticket(NOW)), text="后来的：已办结"))

    assert mailing.waiting(moment(SOON)) == [late, *keys[:2]]


def test_a_mail_that_breaks_the_filing_keeps_back_none_of_the_others(mailbox):
    bad = mailbox.put(nested(4000))
    mailbox.put(a_mail(mark(a_signed_ticket(NOW))))

    first, late = a_pass(FIRST), a_pass(LATE)

    assert (first, late) == ({"unreadable": 1, "proposed": 1}, {"unreadable": 1})
    assert mailbox.unread == [bad]
    assert [one.reason for one in replies() if one.status is MailReplyStatus.ASIDE] == [NOT_FILED]


def nested(depth):
    part = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return b"".join(part % (one, one) for one in range(depth))
