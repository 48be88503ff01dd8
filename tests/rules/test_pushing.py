"""When an event is pushed again, when pushing stops, how long records and old secrets last."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules import access, pushing
from engine.rules.rule_set import load_rules
from engine.terms import CallbackChannel
from tests.builders import day, moment
from tests.names import NOBODY, SOMEBODY

NOW = moment("Mon 2026-11-23 09:00")
RULES = load_rules("CN-GX")
DRAWS = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 9), DRAWS)
def test_every_wait_is_at_least_its_length_and_at_most_a_fifth_longer(attempts, draw):
    base = pushing.retry_at(attempts, NOW, RULES, 0) - NOW
    waited = pushing.retry_at(attempts, NOW, RULES, draw) - NOW

    assert base <= waited <= base * 1.2


def test_ten_failures_are_enough():
    assert pushing.retry_at(9, NOW, RULES, 0) - NOW == timedelta(hours=24)
    assert pushing.retry_at(10, NOW, RULES, 0) is None


@given(st.integers(0, 10_000), DRAWS)
def test_no_pause_is_longer_than_half_an_hour(failures, draw):
    pause = pushing.paused_until(failures, NOW, RULES, draw) - NOW

    assert timedelta(seconds=5) <= pause <= timedelta(minutes=30)


def test_pushing_stops_after_five_days_in_which_nothing_arrived():
    since = NOW - timedelta(days=5)

    assert pushing.gives_up(since, NOW, RULES)
    assert not pushing.gives_up(since + timedelta(seconds=1), NOW, RULES)
    assert not pushing.gives_up(None, NOW, RULES)


def test_old_secrets_and_keys_last_seven_days():
    assert pushing.old_secret_ends(NOW, RULES) - NOW == timedelta(days=7)
    assert access.old_key_ends(NOW, RULES) - NOW == timedelta(days=7)


@pytest.mark.parametrize(("own", "allowed"), [(None, 9000), (60, 60), (99_999, 9000)])
def test_a_key_may_have_a_lower_limit_of_its_own_but_no_higher_one(own, allowed):
    assert access.calls_per_minute(own, NOW, RULES) == allowed


@pytest.mark.parametrize(
    ("channel", "called_by", "refused"),
    [
        (CallbackChannel.HUMAN_CALL, "", "姓名或工号"),
        (CallbackChannel.HUMAN_CALL, " 1 ", "姓名或工号"),
        (CallbackChannel.HUMAN_CALL, "\u200b\u200b-", "姓名或工号"),
        (CallbackChannel.HUMAN_CALL, "智能外呼", "不是一个人"),
        (CallbackChannel.FIELD_VERIFICATION, "Robot-7", "不是一个人"),
        (CallbackChannel.HUMAN_CALL, "工号 1023", None),
        (CallbackChannel.HUMAN_CALL, "覃晓", None),
        (CallbackChannel.ROBOT_CALL, "", None),
        (CallbackChannel.SMS, "", None),
    ],
)
def test_a_persons_callback_names_the_person(channel, called_by, refused):
    said = access.caller_refusal(channel, called_by, RULES, day("Mon 2026-11-23"))

    assert said is None if refused is None else refused in said


@pytest.mark.parametrize("name", NOBODY)
def test_a_machine_a_placeholder_or_a_post_is_nobody_who_called_back_however_it_is_spelled(name):
    channel, on = CallbackChannel.HUMAN_CALL, day("Mon 2026-11-23")

    assert "不是一个人" in (access.caller_refusal(channel, name, RULES, on) or "")


@pytest.mark.parametrize("name", SOMEBODY)
def test_a_person_is_no_machine_for_letters_in_the_name(name):
    channel, on = CallbackChannel.HUMAN_CALL, day("Mon 2026-11-23")

    assert access.caller_refusal(channel, name, RULES, on) is None


@given(
    st.lists(st.sampled_from(["AI", "机器人", "客服", "7", "号", "IVR", "测试"]), max_size=9),
    st.sampled_from(["", " ", "-", "\u200b", "\u00ad", "（"]),
    st.sampled_from(["", "韦晓", "Wei"]),
    st.integers(0, 9),
)
def test_a_name_is_nobodys_when_nothing_but_known_words_is_in_it(words, sign, person, at):
    name = sign.join([*words[:at], *([person] if person else []), *words[at:]])
    said = access.caller_refusal(CallbackChannel.HUMAN_CALL, name, RULES, day("Mon 2026-11-23"))

    nobody = not person and (bool({"AI", "机器人", "IVR", "测试"} & set(words)) or "7" not in words)
    assert bool(said) == (nobody or (not person and words == ["7"]))
