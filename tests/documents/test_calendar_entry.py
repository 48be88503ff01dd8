"""The calendar entry of an assignment (RFC 5545)."""

from datetime import UTC, date, datetime

import pytest

from engine.documents.calendar_entry import CalendarEntry, assignment_ics
from engine.documents.told_days import ToldDay

STAMP = datetime(2026, 9, 28, 1, 40, tzinfo=UTC)


def an_entry(**changes):
    facts = {
        "number": "LZ202609280042",
        "due": ToldDay(date(2026, 10, 16)),
        "uid": "assignment-42@hotline.example",
        "stamp": STAMP,
        "organizer": "hotline@hotline.example",
    }
    return assignment_ics(CalendarEntry(**{**facts, **changes}))


def unfolded(entry):
    return entry.replace(b"\r\n ", b"").decode().split("\r\n")


def test_the_due_date_is_one_whole_day_with_an_alarm_the_morning_before():
    lines = unfolded(an_entry())

    assert "DTSTART;VALUE=DATE:20261016" in lines
    assert "DTEND;VALUE=DATE:20261017" in lines
    assert "TRIGGER;RELATED=START:-PT15H" in lines
    assert "SEQUENCE:0" in lines
    assert "DTSTAMP:20260928T014000Z" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


@pytest.mark.parametrize("cancelled", [False, True])
def test_whoever_changes_an_entry_is_named_as_its_organizer(cancelled):
    lines = unfolded(an_entry(sequence=1, cancelled=cancelled))

    assert "ORGANIZER:mailto:hotline@hotline.example" in lines
    assert f"METHOD:{'CANCEL' if cancelled else 'PUBLISH'}" in lines


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut():
    entry = an_entry(number="工单办结期限" * 20)

    for line in entry.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert f"SUMMARY:{'工单办结期限' * 20} 办结期限" in unfolded(entry)


def test_signs_with_a_meaning_are_escaped_and_lines_cannot_be_smuggled_in():
    lines = unfolded(an_entry(number="a,b;c\\d\r\nATTENDEE:x"))

    assert "SUMMARY:a\\,b\\;c\\\\d ATTENDEE:x 办结期限" in lines


def test_the_same_facts_give_the_same_bytes():
    assert an_entry() == an_entry()


def test_a_day_that_may_still_move_is_tentative_in_status_and_in_words():
    lines = unfolded(an_entry(due=ToldDay(date(2027, 1, 14), provisional=True)))

    assert "STATUS:TENTATIVE" in lines
    assert "SUMMARY:LZ202609280042 办结期限（暂定）" in lines
    (said,) = [one for one in lines if one.startswith("DESCRIPTION:工单")]
    assert "放假安排公布后有变动的另行通知" in said


def test_a_day_that_stays_is_confirmed_and_has_no_reservation():
    lines = unfolded(an_entry())

    assert "STATUS:CONFIRMED" in lines
    assert "暂定" not in "".join(lines)
