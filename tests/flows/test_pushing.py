"""The order of pushes: one piece for the receivers of a turn, more where there are more."""

from engine.flows import pushing
from engine.flows.batches import plainly
from tests.builders import moment

NOW = moment("Thu 2023-11-16 09:00")


class FakePushing:
    """Remembers which subscriptions were pushed to, and what was tidied."""

    def __init__(self):
        self.pushed = []

    def webhooks_due(self, now, limit):
        return list(range(limit))

    def push(self, ids, now):
        self.pushed.append(tuple(ids))
        return {"delivered": len(ids)}

    def tidy_webhooks(self, now, limit):
        return {"deleted": 7, "secrets": 1}


def test_the_receivers_of_a_turn_are_one_piece_so_that_none_waits_for_another():
    actions, names = FakePushing(), []

    def run(kind, piece, work):
        names.append(piece.name)
        return plainly(kind, piece, work)

    outcome = pushing.push(actions, [3, 5, 8], NOW, run)

    assert actions.pushed == [(3, 5, 8)]
    assert names == ["push-webhooks-3..8-(3)"]
    assert (outcome.counts, outcome.truncated) == ({"delivered": 3}, False)


def test_as_many_receivers_as_fit_in_a_turn_mean_that_more_may_wait():
    outcome = pushing.push(FakePushing(), list(range(pushing.LIMIT)), NOW)

    assert outcome.truncated


def test_what_was_tidied_is_added_up():
    assert pushing.tidy(FakePushing(), [], NOW).found == 8
