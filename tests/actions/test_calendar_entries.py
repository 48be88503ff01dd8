"""The entry in a unit's calendar (.ics) moves with its limit: same UID, higher SEQUENCE."""

import pytest

from engine.actions.overseeing import redispatch
from engine.settings import load_settings
from engine.store.database import work
from engine.store.outbox import attachments
from engine.terms import ClockKind, NoticeKind
from tests.actions.test_adjusting import ask, decide
from tests.builders import (
    MARKET,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    on_ticket,
)
from tests.looking import clocks_of, mails_of, unit_named

pytestmark = pytest.mark.usefixtures("database")
NOW, LATER = "Mon 2026-11-23 09:00", "Thu 2026-12-03 10:00"


def entries(number, kind, unit=MARKET):
    """Return the calendar entries of the mails of a kind to a unit, each as its lines by name."""
    mails = [one for one in mails_of(number, kind) if one.unit_id == unit_named(unit).id]
    with work() as session:
        files = attachments(session, [one.id for one in mails])
    found = [file.data for mail in mails for file in files.get(mail.id, ())]
    return [_lines(one) for one in found]


def _lines(data):
    flat = data.replace(b"\r\n ", b"").decode().split("\r\n")
    return dict(line.split(":", 1) for line in flat[5:12] if ":" in line)


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
