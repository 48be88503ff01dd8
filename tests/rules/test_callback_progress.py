"""What somebody who dials is told: which attempts count, and how many are still needed."""

import pytest

from engine.rules.callback import Attempt, callback_state
from engine.rules.callback_progress import band_words, callback_progress
from engine.terms import AttemptResult, CallbackChannel, CallbackState
from tests.builders import day, moment

ON = day("Mon 2026-11-23")


def tried(*when, channel=CallbackChannel.HUMAN_CALL):
    return [Attempt(moment(one), channel, AttemptResult.NO_ANSWER) for one in when]


@pytest.mark.parametrize(
    ("attempts", "counted", "left"),
    [
        ((), 0, 3),
        (("Mon 2026-11-23 09:30",), 1, 2),
        (("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:30"), 2, 1),
        (("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:30", "Mon 2026-11-23 11:30"), 3, 1),
        (("Mon 2026-11-23 22:30",), 0, 3),
    ],
)
def test_what_counts_and_what_is_left(rules, attempts, counted, left):
    found = callback_progress(tried(*attempts), rules, ON)

    assert (found.counted, found.left) == (counted, left)


def test_nothing_is_left_exactly_when_the_duty_is_exhausted(rules):
    done = tried("Mon 2026-11-23 09:30", "Mon 2026-11-23 14:30", "Tue 2026-11-24 09:30")

    assert callback_progress(done, rules, ON).left == 0
    assert callback_state(done, rules, ON) is CallbackState.EXHAUSTED


def test_a_robots_attempts_never_count(rules):
    robot = tried("Mon 2026-11-23 09:30", channel=CallbackChannel.ROBOT_CALL)

    assert callback_progress(robot, rules, ON).counted == 0


def test_the_rule_and_the_bands_are_said_in_words(rules):
    assert callback_progress((), rules, ON).rule().startswith("不同 2 天、2 个时段共 3 次")
    assert band_words(moment("Mon 2026-11-23 09:00"), rules, ON) == "上午"
    assert band_words(moment("Mon 2026-11-23 12:00"), rules, ON) == "下午"
    assert band_words(moment("Mon 2026-11-23 20:00"), rules, ON) == "时段外，不计"
