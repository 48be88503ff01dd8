"""The simulated clock of the demonstration: it tells what truly leaves, when it leaves."""

import io

import pytest
from rich.console import Console

from engine.demo.clockwork import Clockwork
from engine.demo.narrator import Narrator
from engine.terms import MessageStatus
from tests.actions.sweep_steps import in_progress
from tests.builders import moment
from tests.looking import mails_of

pytestmark = pytest.mark.usefixtures("database")


def told(until):
    """Let a neglected complaint's days go by and return what the narrator printed."""
    paper = io.StringIO()
    narrator = Narrator(Console(file=paper, width=100))
    Clockwork(moment("Wed 2026-09-16 09:00"), seen=narrator.catch_up).advance(moment(until))
    return [line.strip() for line in paper.getvalue().splitlines()]


def test_a_mail_held_over_the_holiday_is_told_when_it_leaves():
    in_progress("Wed 2026-09-16 09:00")  # due Wed 2026-09-30

    lines = told("Thu 2026-10-08 10:00")

    mails = [line for line in lines if "✉" in line and line > "10-01"]
    assert [" ".join(line.split()[:5]) for line in mails] == [
        "10-01 周四 00:00 ✉ 邮件", "10-08 周四 09:00 ✉ 邮件"]  # fmt: skip
    assert "超期告知 → 话务员" in mails[0]  # who is on duty
    assert "催办通知书" in mails[1]


def test_nothing_due_is_left_behind_by_the_clock():
    number = in_progress("Wed 2026-09-16 09:00")

    told("Fri 2026-10-23 10:00")

    assert {one.status for one in mails_of(number)} == {
        MessageStatus.SENT, MessageStatus.SUPERSEDED}  # fmt: skip
