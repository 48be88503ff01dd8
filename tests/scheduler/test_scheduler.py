"""The table of jobs and how one job runs: idle, busy, without Prefect, without the database."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import engine.flows
from engine.errors import UnavailableError
from engine.flows import orders
from engine.flows.batches import Outcome
from engine.flows.door import ShutDoor
from engine.scheduler import JOBS, Job, JobRunner, Scheduler
from tests.builders import moment
from tests.flows.fakes import FakeBackground

NOW = moment("Thu 2023-11-16 09:00")
TABLE = {job.name: job for job in JOBS}


@dataclass
class FakeDoor:
    """Prefect as the scheduler sees it; `error` is what a run ends with."""

    error: Exception | None = None
    ran: list[tuple[str, list[int] | None]] = field(default_factory=list)
    shut: bool = False

    def is_open(self) -> bool:
        return not self.shut

    def run(self, flow: str, now: datetime, ids: list[int] | None) -> Outcome:
        if self.error is not None:
            raise self.error
        self.ran.append((flow, ids))
        return Outcome(len(ids or []))

    def failed(self) -> None:
        self.shut = True


def runner(name, actions, door=None, now=lambda: NOW):
    return JobRunner(TABLE[name], actions, door or ShutDoor(), now=now)


def test_routing_and_sending_tick_every_two_seconds_and_the_sweep_every_thirty():
    every = {job.name: job.when.get("seconds") for job in JOBS}

    assert every == {
        "route": 2, "send": 2, "watch": 30, "recompute": 60, "windows": 60, "silence": 60,
        "release": 2, "learn": None, "seal": 300, "check": 60, "push": 2, "tidy": None,
        "figures": 120,
        "fetch": 60, "stuck": None, "daily": 120, "tidy_desks": None,
        "protect": 60, "retain": None,
        "alarm": None, "housekeeping": None,
    }  # fmt: skip


def test_every_flow_of_the_table_exists():
    room = Path(engine.flows.__file__).parent
    source = "".join(file.read_text() for file in room.glob("*recorded.py"))

    assert all(f"def {job.flow}(" in source for job in JOBS)


def test_every_flow_of_the_table_is_cleaned_up_after():
    source = (Path(engine.flows.__file__).parent / "cleaning.py").read_text()

    assert all(f'"{name.replace("_", "-")}"' in source for name in (job.flow for job in JOBS))


def test_routing_learns_at_half_past_two_at_night_and_not_at_a_start():
    job = TABLE["learn"]

    assert (job.when["hour"], job.when["minute"], str(job.when["timezone"])) == (
        2, 30, "Asia/Shanghai",
    )  # fmt: skip
    assert not job.at_start


def test_supervisors_are_told_of_missing_calendars_at_nine_even_without_prefect():
    actions = FakeBackground()

    runner("alarm", actions)()

    assert (TABLE["alarm"].when["hour"], TABLE["alarm"].when["minute"]) == (9, 0)
    assert actions.done == ["alarms"]
    assert actions.beats[-1][:2] == ("alarm", True)
    assert actions.beats[-1][2]["counts"] == {"alarms": 1, "mailed": 2}


def test_a_tick_with_nothing_waiting_asks_once_and_starts_nothing():
    actions, door = FakeBackground(), FakeDoor()
    one = runner("route", actions, door)
    one()
    actions.asked.clear()

    one()

    assert actions.asked == ["tickets"]
    assert door.ran == []


def test_an_idle_job_notes_its_heartbeat_every_fifteen_seconds():
    actions = FakeBackground()
    times = iter(NOW + timedelta(seconds=second) for second in range(0, 40, 2))
    one = runner("route", actions, now=lambda: next(times))

    for _ in range(20):
        one()

    assert [details["mode"] for _, _, details in actions.beats] == ["idle"] * 3


def test_what_waits_goes_through_prefect_with_ids():
    actions, door = FakeBackground(tickets=[1, 2]), FakeDoor()

    runner("route", actions, door)()

    assert door.ran == [("route_tickets", [1, 2])]
    assert actions.beats[-1][2]["mode"] == "prefect"


def test_without_prefect_the_work_is_done_all_the_same_and_the_heartbeat_says_so():
    actions = FakeBackground(tickets=[1, 2])

    runner("route", actions)()

    assert actions.done == [1, 2]
    assert actions.beats[-1][:2] == ("route", True)
    assert actions.beats[-1][2]["mode"] == "plain"


def test_a_prefect_that_fails_in_the_middle_is_left_alone_and_the_work_is_done():
    actions, door = FakeBackground(tickets=[1]), FakeDoor(error=ConnectionError("away"))

    runner("route", actions, door)()

    assert actions.done == [1]
    assert door.shut


def test_housekeeping_waits_for_prefect_because_it_cleans_prefect():
    actions = FakeBackground()

    runner("housekeeping", actions)()

    assert actions.beats == [
        ("housekeeping", False, {"mode": "waiting", "found": 0, "counts": {}, "truncated": False})
    ]


def test_a_backlog_longer_than_a_batch_is_worked_off_in_one_tick():
    actions = FakeBackground(messages=list(range(orders.SEND_LIMIT * 2 + 1)))

    runner("send", actions)()

    assert actions.messages == []


def test_an_unavailable_database_is_logged_once_and_work_goes_on_later(capsys):
    actions = FakeBackground(tickets=[1], database_away=True)
    one = runner("route", actions)

    one()
    one()
    actions.database_away = False
    one()

    assert actions.done == [1]
    assert capsys.readouterr().out.count("database_away") <= 1


def test_a_database_that_goes_away_inside_a_flow_is_not_taken_for_prefects_fault():
    door = FakeDoor(error=UnavailableError("数据库暂时连不上"))

    runner("route", FakeBackground(tickets=[1]), door)()

    assert not door.shut


def test_a_bug_in_a_job_is_reported_and_the_next_tick_comes():
    class Broken(FakeBackground):
        def tickets_to_route(self, limit):
            raise ZeroDivisionError

    actions = Broken()
    one = runner("route", actions)

    one()

    assert actions.beats == [("route", False, {"error": "ZeroDivisionError"})]


def eventually(condition, seconds=5.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def slow_table():
    """A job that would tick once a day, so that only a wake can run it."""
    job = Job(
        "route", "route_tickets", {"trigger": "interval", "seconds": 86400}, frozenset({"ticket"}),
        lambda actions, _: actions.tickets_to_route(10), orders.route, at_start=False,
    )  # fmt: skip
    actions = FakeBackground()
    scheduler = Scheduler(ShutDoor(), actions, [job])
    scheduler.start()
    yield actions, scheduler
    scheduler.stop()


def test_a_notice_runs_the_job_that_waits_for_it_at_once(slow_table):
    actions, scheduler = slow_table
    actions.tickets.append(5)

    scheduler.wake(frozenset({"ticket"}))

    assert eventually(lambda: actions.done == [5])


def test_a_notice_for_another_job_runs_nothing(slow_table):
    actions, scheduler = slow_table
    actions.tickets.append(5)

    scheduler.wake(frozenset({"outbox"}))

    assert not eventually(lambda: actions.done == [5], seconds=0.3)


def test_a_job_woken_while_it_runs_looks_once_more():
    actions = FakeBackground()
    one = runner("route", actions)
    started = threading.Event()

    def find(limit):
        if not started.is_set():
            started.set()
            one.woken.set()
            return []
        return actions.tickets[:limit]

    actions.tickets, actions.tickets_to_route = [9], find

    one()

    assert actions.done == [9]
