"""How an event is told to other systems: names, Standard Webhooks, CloudEvents 1.0."""

import re
from dataclasses import replace
from datetime import date

from engine.delivery.events import NAMES, Due, Told, cloudevent, standard, trial, type_of, written
from engine.terms import ClockKind, DueStatus, TicketEvent, TicketKind, TicketStatus
from tests.builders import moment

SOURCE = "https://hotline.example/api/v1/events"
AT = moment("Mon 2026-11-23 09:00")
TOLD = Told(
    id=42, number="LZ2611230001", seq=3, event=TicketEvent.DISPATCH, at=AT,
    kind=TicketKind.COMPLAINT, status=TicketStatus.DISPATCHED, previous=TicketStatus.ACCEPTED,
    unit=("区市场监管局", "shijianguan"),
    dues=(Due(ClockKind.HANDLING, date(2026, 12, 7), moment("Tue 2026-12-08 00:00"),
              DueStatus.CONFIRMED),),
    page="https://hotline.example/tickets/LZ2611230001",
    api="https://hotline.example/api/v1/tickets/LZ2611230001",
)  # fmt: skip
ALLOWED = {"id", "number", "seq", "event", "kind", "status", "previous_status", "unit",
           "deadlines", "page", "api"}  # fmt: skip


def test_every_event_has_a_name_of_its_own():
    assert set(NAMES) == set(TicketEvent)
    assert len(set(NAMES.values())) == len(NAMES)
    for event in TicketEvent:
        assert re.fullmatch(r"hotline\.ticket\.[a-z_]+", type_of(event))


def test_a_standard_webhook_says_type_time_and_data():
    shape = standard(TOLD)

    assert list(shape) == ["type", "timestamp", "data"]
    assert shape["type"] == "hotline.ticket.dispatched"
    assert shape["timestamp"] == "2026-11-23T01:00:00Z"
    assert shape["data"]["deadlines"][0]["due_on"] == "2026-12-07"


def test_a_cloudevent_has_what_the_specification_requires():
    shape = cloudevent(TOLD, SOURCE)

    assert (shape["specversion"], shape["id"], shape["source"]) == ("1.0", "42", SOURCE)
    assert shape["type"] == "hotline.ticket.dispatched"
    assert (shape["subject"], shape["time"]) == ("LZ2611230001", "2026-11-23T01:00:00Z")
    assert shape["datacontenttype"] == "application/json"
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in shape)


def test_the_sequence_of_cloudevents_sorts_as_text():
    later = cloudevent(replace(TOLD, id=1000), SOURCE)["sequence"]

    assert cloudevent(TOLD, SOURCE)["sequence"] < later


def test_both_shapes_carry_the_same_data_and_no_field_more():
    assert standard(TOLD)["data"] == cloudevent(TOLD, SOURCE)["data"]
    assert set(standard(TOLD)["data"]) == ALLOWED


def test_a_trial_is_about_no_ticket():
    for as_cloudevent in (False, True):
        shape = trial(7, AT, SOURCE, as_cloudevent=as_cloudevent)
        assert shape["type"] == "hotline.trial"
        assert "number" not in shape["data"]
    assert "subject" not in shape


def test_what_is_sent_is_small_and_readable():
    text = written(standard(TOLD))

    assert "区市场监管局" in text
    assert len(text.encode()) < 1500
