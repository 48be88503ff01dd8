"""The tag of a limit says how it stands by a number, and names no day that it is not."""

import pytest

from api.pages.english import said_in_english
from api.pages.words import clock_tag
from engine.models import Clock
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import end_of_day
from engine.terms import ClockKind, ClockState, DueStatus
from tests.builders import day, moment

FRIDAY, SATURDAY = "Fri 2026-11-27", "Sat 2026-11-28"


def a_limit(due_on, **changes):
    on = day(due_on)
    return Clock(
        ticket_id=1, kind=ClockKind.HANDLING, state=ClockState.RUNNING, due_on=on,
        due_at=end_of_day(on), due_status=DueStatus.CONFIRMED,
        certificate={"unit": "working_day"}, **changes,
    )  # fmt: skip


def said(limit, now):
    return clock_tag(limit, moment(now), load_rules("CN-GX"), named=True).text


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("Sat 2026-11-28 00:00", "承办超 1 分钟"),
        ("Sat 2026-11-28 01:59", "承办超 119 分钟"),
        ("Sat 2026-11-28 15:00", "承办超 15 小时"),
        ("Sun 2026-11-29 00:00", "承办超期不足 1 个工作日"),
        ("Sun 2026-11-29 23:59", "承办超期不足 1 个工作日"),
        ("Mon 2026-11-30 00:00", "承办超 1 个工作日"),
    ],
)
def test_a_limit_missed_says_by_how_much_from_its_first_minute(now, words):
    assert said(a_limit(FRIDAY), now) == words


@pytest.mark.parametrize(
    ("due_on", "now", "words"),
    [
        (FRIDAY, "Thu 2026-11-26 23:59", "承办剩 1 个工作日"),
        (FRIDAY, "Fri 2026-11-27 00:00", "承办今天24:00到期"),
        (SATURDAY, "Fri 2026-11-27 09:00", "承办明天24:00到期"),
        (SATURDAY, "Sat 2026-11-28 09:00", "承办今天24:00到期"),
        ("Sun 2026-11-29", "Fri 2026-11-27 09:00", "承办还有 2 天到期"),
        ("Sun 2026-11-29", "Thu 2026-11-26 09:00", "承办剩 1 个工作日"),
        ("Sat 2026-10-03", "Thu 2026-10-01 09:00", "承办还有 2 天到期"),
    ],
)
def test_today_is_said_of_today_alone(due_on, now, words):
    assert said(a_limit(due_on), now) == words


def test_done_late_within_a_day_says_by_how_many_hours():
    limit = a_limit(FRIDAY, stopped_at=moment("Sat 2026-11-28 06:00"), stop_reason="已答复")

    assert said(limit, "Mon 2026-11-30 09:00") == "承办逾期 · 已答复，超 6 小时"


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("承办超 15 小时", "handling 15 hours over"),
        ("超期不足 1 个工作日", "less than a working day over"),
        ("承办明天24:00到期", "handling due tomorrow 24:00"),
        ("承办还有 2 天到期（暂定）", "handling due in 2 days (provisional)"),
        ("承办逾期 · 已答复，超 6 小时", "handling late · answered, 6 hours over"),
    ],
)
def test_the_tag_is_said_in_english(words, english):
    assert said_in_english(words) == english
