"""Who may not see private things is not told of letters what units do not read of them."""

from typing import Any

import pytest

from engine.actions.event_feed import is_private
from engine.models import Ticket, TicketEventRecord
from engine.store.unit_sight import NOT_FOR_UNITS, seen_by_units
from engine.terms import ClockKind, TicketEvent, TicketKind
from tests.actions.letter_steps import number_of
from tests.api.conftest import TICKETS
from tests.looking import events_of
from tests.store.test_letters_out_of_sight import (
    LIVES,
    called_back,
    called_back_and_sent_again,
)

FEED = "/api/v1/events"
SENDING = TicketEvent.SEND_LETTER.value
REPLY = ClockKind.RECTIFICATION_REPLY.value


@pytest.mark.usefixtures("var")
@pytest.mark.parametrize("life", LIVES)
def test_a_key_without_private_matters_reads_what_the_unit_reads(
    with_scopes: Any, life: Any
) -> None:
    number = number_of(life())
    public = with_scopes("tickets:read", "events:read")
    private = with_scopes("tickets:read", "events:read", "tickets:private")

    everything = [one.seq for one in events_of(number)]
    for_units = [one.seq for one in seen_by_units(events_of(number))]
    for path in (f"{TICKETS}/{number}/events", FEED):
        hidden, shown = (one.get(path).json()["items"] for one in (public, private))
        assert [one["seq"] for one in hidden] == for_units
        assert [one["seq"] for one in shown] == everything
    assert public.get(FEED).json()["next"] == private.get(FEED).json()["next"]


def test_of_a_letter_that_was_called_back_such_a_key_is_told_nothing_at_all(
    with_scopes: Any, var: Any
) -> None:
    number = number_of(called_back())
    public = with_scopes("tickets:read", "events:read")

    for path in (f"{TICKETS}/{number}/events", FEED, f"{FEED}?format=cloudevents"):
        assert "letter" not in public.get(path).text


def test_the_limit_of_a_letter_that_was_called_back_is_told_to_no_such_key(
    with_scopes: Any, var: Any
) -> None:
    number = number_of(called_back())
    public = with_scopes("tickets:read")
    private = with_scopes("tickets:read", "tickets:private")

    for path in (f"{TICKETS}/{number}", f"{TICKETS}/{number}/deadlines"):
        assert REPLY not in public.get(path).text
        assert REPLY in private.get(path).text


def test_the_limit_of_a_letter_that_was_sent_is_told_to_every_key(
    with_scopes: Any, var: Any
) -> None:
    number = number_of(called_back_and_sent_again())
    found = with_scopes("tickets:read").get(f"{TICKETS}/{number}/deadlines").json()["items"]

    assert [one["deadline"]["clock"]["code"] for one in found].count(REPLY) == 1


def test_cloudevents_tell_of_the_sending_that_reached_its_unit_alone(
    with_scopes: Any, var: Any
) -> None:
    number = number_of(called_back_and_sent_again())
    public, private = with_scopes("events:read"), with_scopes("events:read", "tickets:private")
    sendings = [one.seq for one in events_of(number) if one.event is TicketEvent.SEND_LETTER]

    def told(caller: Any) -> list[int]:
        items = [one["data"] for one in caller.get(f"{FEED}?format=cloudevents").json()]
        return [one["seq"] for one in items if one["event"]["code"] == SENDING]

    assert told(private) == sendings
    assert told(public) == sendings[1:]


@pytest.mark.parametrize("event", sorted(NOT_FOR_UNITS))
def test_what_units_may_not_read_goes_to_no_subscription_that_is_not_marked_for_it(
    event: TicketEvent,
) -> None:
    record = TicketEventRecord(event=event, details={})

    assert is_private(record, Ticket(kind=TicketKind.COMPLAINT, confidential=False))
