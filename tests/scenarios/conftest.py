"""A calendar that is walked day by day: at midnight and at nine the engine does its rounds."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from freezegun import freeze_time

from engine.actions import background
from engine.rules.shanghai import SHANGHAI
from engine.store.database import Database
from tests.builders import moment
from tests.pages.conftest import Browser

ROUNDS = (0, 9)


class Days:
    """The present of a story; `go` walks to a moment, the engine working on the way."""

    def __init__(self, frozen):
        self.frozen = frozen
        self.now: datetime | None = None

    def go(self, text: str) -> datetime:
        """Walk to a Shanghai moment and return it."""
        target = moment(text)
        for stop in [*self._rounds(target), target]:
            self.frozen.move_to(stop)
            rounds(stop)
        self.now = target
        return target

    def _rounds(self, target: datetime) -> Iterator[datetime]:
        at = self.now or target
        while (at := _next_hour(at)) < target:
            if at.astimezone(SHANGHAI).hour in ROUNDS:
                yield at


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0) + timedelta(hours=1)


def rounds(now: datetime) -> None:
    """Route, sweep and send, as the flows do."""
    for ticket in background.tickets_to_route(100):
        background.route_one(ticket, now)
    for clock in background.clocks_due(now, 100):
        background.climb_one(clock, now)
    background.deliver(background.messages_due(now, 100), now)


@pytest.fixture
def days(database: Database) -> Iterator[Days]:
    with freeze_time(moment("Mon 2026-09-28 08:00")) as frozen:
        yield Days(frozen)


@pytest.fixture
def as_somebody(database: Database):
    """Return what a page shows to somebody who signs in for it."""

    def look(who: str, path: str) -> str:
        browser = Browser()
        browser.sign_in(who)
        return browser.get(path).text

    return look
