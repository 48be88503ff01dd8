"""The nightly order of learning, without Prefect and without a database."""

from engine.actions import learning as actions
from engine.flows import learning
from tests.builders import moment

NIGHT = moment("Tue 2023-11-14 02:30")


class FakeLearning:
    """Learning that remembers when it was asked."""

    def __init__(self):
        self.asked = []

    def learn_now(self, now):
        self.asked.append(now)
        return "kept", 240


def test_a_night_learns_once_and_says_from_how_many_tickets():
    fake = FakeLearning()

    outcome = learning.learn(fake, [], NIGHT)

    assert fake.asked == [NIGHT]
    assert (outcome.found, outcome.counts, outcome.truncated) == (240, {"kept": 1}, False)


def test_in_life_the_order_is_carried_out_on_the_database(database):
    outcome = learning.learn(learning.live(), [], NIGHT)

    assert outcome.counts == {"too_few": 1}
    assert set(outcome.counts) <= set(actions.OUTCOMES)
