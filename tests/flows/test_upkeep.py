"""What time alone brings: each order adds up what became of its pieces."""

from engine.flows import upkeep
from tests.builders import moment
from tests.flows.fakes import FakeBackground

NOW = moment("Mon 2026-11-23 09:00")


def test_windows_that_end_in_silence_are_told_apart_by_what_they_owe():
    outcome = upkeep.close_windows(FakeBackground(), [1, 2, 3], NOW)

    assert dict(outcome.counts) == {"callback_owed": 2, "closed": 1}


def test_refusals_not_decided_in_time_are_counted():
    assert dict(upkeep.deem_accepted(FakeBackground(), [1, 2], NOW).counts) == {"deemed": 2}


def test_a_full_batch_says_that_more_may_wait():
    assert upkeep.recompute(FakeBackground(), list(range(upkeep.LIMIT)), NOW).truncated
