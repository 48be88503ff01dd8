"""A reminder speaks against a unit once it arrived, and says only what it asked for."""

import pytest

from engine.actions import evidence, overseeing
from engine.actions.proofs import proofs_of
from engine.store.database import work
from engine.terms import MessageStatus, NoticeKind, RectificationGround
from tests.builders import SUPERVISOR, a_signed_ticket, on_ticket
from tests.looking import mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
G = RectificationGround
FRIDAY, SATURDAY, MONDAY = "Fri 2026-11-27 09:00", "Sat 2026-11-28 10:00", "Mon 2026-11-30 09:00"
AFTER = "Wed 2026-12-02 09:00"


def reminded_on_saturday():
    number = a_signed_ticket(FRIDAY)
    on_ticket(number, SATURDAY, SUPERVISOR, lambda s, t: overseeing.remind(s, t, "请抓紧"))
    return number


def lines(number, now):
    def told(step, ticket):
        return evidence.evidence_for(step, ticket, ticket.lead_unit_id)

    return [one for one in on_ticket(number, now, SUPERVISOR, told) if "催办" in one]


def neglect(number, now):
    return on_ticket(number, now, SUPERVISOR, lambda s, t: proofs_of(s, t)[G.PERFUNCTORY])


def test_a_reminder_of_a_saturday_counts_from_its_arrival_on_monday_and_says_so():
    number = reminded_on_saturday()
    send_mails(MONDAY)

    assert not neglect(number, "Tue 2026-12-01 23:59")
    (line,) = lines(number, AFTER)
    assert line.startswith("11月28日热线催办（11月30日送达），截至12月1日未回复催办（事件第")
    assert neglect(number, AFTER)


def test_a_mail_server_that_was_away_moves_the_day_by_which_a_reminder_asks():
    number = reminded_on_saturday()
    send_mails("Wed 2026-12-02 11:00")

    assert not neglect(number, "Thu 2026-12-03 23:59")
    (line,) = lines(number, "Fri 2026-12-04 00:00")
    assert "（12月2日送达），截至12月3日未回复催办" in line


@pytest.mark.parametrize("status", [MessageStatus.PENDING, MessageStatus.UNDELIVERED])
def test_a_reminder_that_never_arrived_proves_nothing(status):
    number = reminded_on_saturday()
    with work() as session:
        for one in mails_of(number, NoticeKind.REMINDER):
            session.merge(one).status = status

    assert not neglect(number, AFTER)
    (line,) = lines(number, AFTER)
    assert line.startswith("11月28日热线催办（事件第")


def test_the_ladders_reminder_names_its_limit_and_what_was_not_done_by_it():
    number = a_signed_ticket("Thu 2026-11-05 09:00")
    for now in ("Mon 2026-11-09 00:01", "Mon 2026-11-09 09:00", "Mon 2026-11-09 09:05",
                "Tue 2026-11-10 09:05"):  # fmt: skip
        sweep(now)
        send_mails(now)

    told = lines(number, "Wed 2026-11-11 09:00")

    assert told
    assert all("就首次联系时限红牌催办" in one for one in told)
    assert any("日未联系（事件第" in one for one in told)
    assert not any("未办" in one for one in told)
