"""How long what was just logged may be taken back, and what never waits."""

from datetime import timedelta

import pytest

from engine.rules.undo import undo_closes_at
from engine.terms import Urgency
from tests.builders import moment

LOGGED = moment("Tue 2026-11-24 10:00")


def test_an_ordinary_ticket_waits_sixty_seconds(rules):
    assert undo_closes_at(LOGGED, Urgency.NORMAL, rules) == LOGGED + timedelta(seconds=60)


@pytest.mark.parametrize("urgency", [Urgency.CRITICAL, Urgency.URGENT])
def test_what_is_urgent_never_waits(rules, urgency):
    assert undo_closes_at(LOGGED, urgency, rules) is None
