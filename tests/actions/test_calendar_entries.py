"""The entry in a unit's calendar (.ics) moves with its limit: same UID, higher SEQUENCE."""

import pytest

from engine.actions.adjusting import resume
from engine.actions.overseeing import redispatch
from engine.settings import load_settings
from engine.store.database import work
from engine.store.outbox import attachments
from engine.terms import ClockKind, NoticeKind
from tests.actions.test_adjusting import ask, decide, paused
from tests.actions.test_letter_grounds import a_return
from tests.builders import (
    MARKET,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    on_ticket,
)
from tests.looking import clocks_of, mails_of, sweep, unit_named

pytestmark = pytest.mark.usefixtures("database")
NOW, LATER = "Mon 2026-11-23 09:00", "Thu 2026-12-03 10:00"


def entries(number, kind, unit=MARKET):
    """Return the calendar entries of the mails of a kind to a unit, each as its lines by name."""
    return [_lines(one.data) for one in entry_files(number, kind, unit)]


def entry_files(number, kind, unit):
    mails = [one for one in mails_of(number, kind) if one.unit_id == unit_named(unit).id]
    with work() as session:
        files = attachments(session, [one.id for one in mails])
    return [file for mail in mails for file in files.get(mail.id, ())]


def _lines(data):
    flat = data.replace(b"\r\n ", b"").decode().split("\r\n")
    return dict(line.split(":", 1) for line in flat if ":" in line)


def due(number):
    return f"{clocks_of(number, ClockKind.HANDLING)[-1].due_on:%Y%m%d}"


def test_a_granted_extension_moves_the_entry():
    number = a_signed_ticket(NOW)
    (first,) = entries(number, NoticeKind.ASSIGNMENT)

    decide(ask(number, LATER, 2), LATER, granted=True)

    (moved,) = entries(number, NoticeKind.EXTENSION)
    assert moved["UID"] == first["UID"]
    assert (first["SEQUENCE"], moved["SEQUENCE"]) == ("0", "1")
    assert moved["DTSTART;VALUE=DATE"] == due(number) != first["DTSTART;VALUE=DATE"]


def test_a_refused_one_moves_nothing():
    number = a_signed_ticket(NOW)

    decide(ask(number, LATER, 2), LATER, granted=False, reason="理由不足")

    assert mails_of(number, NoticeKind.EXTENSION)
    assert entries(number, NoticeKind.EXTENSION) == []


def test_doing_it_again_moves_the_entry_to_the_new_limit_and_counts_on():
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())

    (moved,) = entries(number, NoticeKind.REWORK)

    assert moved["SEQUENCE"] == "1"
    assert moved["DTSTART;VALUE=DATE"] == due(number)


def test_another_unit_has_an_entry_of_its_own():
    number = a_signed_ticket(NOW)
    tax = unit_named(TAX)
    on_ticket(number, LATER, SUPERVISOR, lambda s, t: redispatch(s, t, tax, (), "属税务事项"))

    (first,), (second,) = (entries(number, NoticeKind.ASSIGNMENT, one) for one in (MARKET, TAX))

    assert first["UID"] != second["UID"]
    assert second["SEQUENCE"] == "0"


def test_an_entry_has_the_senders_domain_and_keeps_its_name_when_that_changes(monkeypatch):
    monkeypatch.setenv("HOTLINE_MAIL_FROM", "12345专线 <hotline@one.invalid>")
    load_settings.cache_clear()
    number = a_signed_ticket(NOW)
    monkeypatch.setenv("HOTLINE_MAIL_FROM", "12345专线 <hotline@two.invalid>")
    load_settings.cache_clear()

    decide(ask(number, LATER, 2), LATER, granted=True)

    (first,), (moved,) = (
        entries(number, one) for one in (NoticeKind.ASSIGNMENT, NoticeKind.EXTENSION)
    )
    assert first["UID"].endswith("@one.invalid")
    assert moved["UID"] == first["UID"]


def stand_still(number, since, until):
    paused(number, since)
    on_ticket(number, until, SUPERVISOR, resume)


def test_a_pause_that_ended_tells_the_unit_the_new_day_and_moves_the_entry():
    number = a_signed_ticket(NOW)
    (first,), was = entries(number, NoticeKind.ASSIGNMENT), due(number)

    stand_still(number, "Wed 2026-11-25 10:00", "Fri 2026-11-27 10:00")

    (mail,) = mails_of(number, NoticeKind.DUE_CHANGED)
    (moved,) = entries(number, NoticeKind.DUE_CHANGED)
    assert mail.unit_id == unit_named(MARKET).id
    assert "承办时限：由12月7日（周一）改为12月9日（周三）" in mail.text
    assert "变更原因：停表结束，恢复计时" in mail.text
    assert "诉求人时限" not in mail.text
    assert (moved["UID"], moved["SEQUENCE"]) == (first["UID"], "1")
    assert moved["DTSTART;VALUE=DATE"] == due(number) == "20261209" != was


def test_a_pause_that_cost_no_working_day_writes_nobody():
    number = a_signed_ticket(NOW)

    stand_still(number, "Sat 2026-11-28 10:00", "Sun 2026-11-29 10:00")

    assert mails_of(number, NoticeKind.DUE_CHANGED) == []


def test_a_pause_used_up_tells_the_unit_too_and_once():
    number = a_signed_ticket(NOW)
    paused(number, "Wed 2026-11-25 10:00")

    for _ in range(2):
        sweep("Tue 2026-12-29 09:00")

    (mail,) = mails_of(number, NoticeKind.DUE_CHANGED)
    (moved,) = entries(number, NoticeKind.DUE_CHANGED)
    assert "变更原因：停表已满，恢复计时" in mail.text
    assert moved["DTSTART;VALUE=DATE"] == due(number)


def test_each_unit_that_stood_still_is_told_of_its_own_limit():
    number = a_signed_ticket(NOW)
    lead, tax = unit_named(MARKET), unit_named(TAX)
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: redispatch(s, t, lead, (tax,), "需协办"))

    stand_still(number, "Wed 2026-11-25 10:00", "Fri 2026-11-27 10:00")

    told = {one.unit_id: one.text for one in mails_of(number, NoticeKind.DUE_CHANGED)}
    assert set(told) == {lead.id, tax.id}
    assert "承办时限" in told[lead.id]
    assert "协办时限" in told[tax.id]
    assert "承办时限" not in told[tax.id]


def test_a_ticket_given_to_another_unit_leaves_the_calendar_of_the_one_before():
    number = a_signed_ticket(NOW)
    (first,) = entries(number, NoticeKind.ASSIGNMENT)

    give_to(number, TAX)

    (file,) = entry_files(number, NoticeKind.WITHDRAWN, MARKET)
    (gone,) = entries(number, NoticeKind.WITHDRAWN)
    assert file.content_type == "text/calendar; charset=utf-8; method=CANCEL"
    assert (gone["METHOD"], gone["STATUS"]) == ("CANCEL", "CANCELLED")
    assert (gone["UID"], gone["SEQUENCE"]) == (first["UID"], "1")
    assert "ACTION" not in gone
    (mail,) = mails_of(number, NoticeKind.WITHDRAWN)
    assert "下列工单已改派其他单位，你单位不必再办。" in mail.text
    assert unit_named(TAX).name not in mail.text


def test_who_keeps_a_part_of_it_keeps_the_entry_which_moves():
    number = a_signed_ticket(NOW)
    (first,) = entries(number, NoticeKind.ASSIGNMENT)
    lead, before = unit_named(TAX), unit_named(MARKET)

    on_ticket(number, LATER, SUPERVISOR, lambda s, t: redispatch(s, t, lead, (before,), "调整"))

    (moved,) = entries(number, NoticeKind.ASSISTING)
    assert mails_of(number, NoticeKind.WITHDRAWN) == []
    assert (moved["METHOD"], moved["UID"], moved["SEQUENCE"]) == ("PUBLISH", first["UID"], "1")


def test_a_ticket_that_comes_back_gets_a_new_entry():
    number = a_signed_ticket(NOW)
    give_to(number, TAX)

    give_to(number, MARKET)

    first, again = entries(number, NoticeKind.ASSIGNMENT)
    assert again["UID"] != first["UID"]
    assert (again["METHOD"], again["SEQUENCE"]) == ("PUBLISH", "0")


def test_a_return_that_is_upheld_takes_the_entry_with_it():
    number = a_dispatched_ticket(NOW)

    a_return(number, "Mon 2026-11-23 10:00", upheld=True)

    (gone,) = entries(number, NoticeKind.RETURN_RULING)
    assert gone["METHOD"] == "CANCEL"


def test_one_that_is_refused_leaves_it():
    number = a_dispatched_ticket(NOW)

    a_return(number, "Mon 2026-11-23 10:00", upheld=False)

    assert entries(number, NoticeKind.RETURN_RULING) == []


def give_to(number, unit):
    to = unit_named(unit)
    on_ticket(number, LATER, SUPERVISOR, lambda s, t: redispatch(s, t, to, (), "职责在该单位"))
