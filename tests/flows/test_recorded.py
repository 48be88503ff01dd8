"""The flows on a real Prefect server: run names, task runs, retries, cost."""

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from engine.flows import environment
from engine.serving import prefect_server

pytestmark = pytest.mark.slow

# In a process of its own: Prefect reads its settings once, when it is imported.
PROGRAM = """
import json, sys, time
from datetime import datetime
from engine.flows import environment, orders
from tests.flows.fakes import FakeBackground
environment.enter(json.loads(sys.argv[1]))
actions = FakeBackground(tickets=[1, 2, 3], clocks={7: ["warning"]}, messages=list(range(60)))
failures = [OSError("mail server away")]
def deliver(ids, now, real=actions.deliver):
    if failures:
        raise failures.pop()
    return real(ids, now)
actions.deliver = deliver
orders.live = lambda: actions
from engine.flows import recorded
told = {}
with recorded.quick():
    told["route"] = recorded.route_tickets(now_iso="2023-11-16T09:00:00+08:00")
    told["watch"] = recorded.watch_clocks()
    told["send"] = recorded.send_messages()
    told["nothing"] = recorded.route_tickets()
    walls = []
    for _ in range(5):
        began = time.perf_counter()
        recorded.route_tickets(ids=[])
        walls.append(time.perf_counter() - began)
    told["seconds"] = min(walls)
    told["housekeeping"] = recorded.housekeeping()
from engine.flows import learning
from engine.flows.door import PrefectDoor
class FakeLearning:
    def learn_now(self, now):
        return "kept", 240
learning.live = lambda: FakeLearning()
door = PrefectDoor("http://127.0.0.1")
night = datetime.fromisoformat("2023-11-14T02:30:00+08:00")
told["learn"] = door.run("learn_routing", night, None).as_details()
told["alarm"] = door.run("calendar_alarm", night, None).as_details()
print(json.dumps(told))
"""

CLEANING = """
import json, sys
from engine.flows import environment
environment.enter(json.loads(sys.argv[1]))
from engine.flows import recorded
with recorded.quick():
    print(json.dumps(recorded.housekeeping(now_iso="2099-01-01T00:00:00+08:00")))
"""


@pytest.fixture(scope="module")
def prefect(tmp_path_factory):
    server = prefect_server.start(tmp_path_factory.mktemp("var"), 0)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{server.api_url}/health", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    yield server
    server.stop()
    assert server.child.poll() is not None


def running(program, prefect):
    values = environment.for_flows(prefect.home, prefect.api_url, prefect.password)
    ended = subprocess.run(
        [sys.executable, "-c", program, json.dumps(values)],
        capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def told(prefect):
    return running(PROGRAM, prefect)


def listed(prefect, what):
    sign_in = base64.b64encode(f"admin:{prefect.password}".encode()).decode()
    request = urllib.request.Request(
        f"{prefect.api_url}/{what}/filter", data=b"{}",
        headers={"Content-Type": "application/json", "Authorization": f"Basic {sign_in}"},
    )  # fmt: skip
    return json.loads(urllib.request.urlopen(request, timeout=10).read())


def test_flows_report_what_became_of_their_ids(told):
    assert told["route"]["counts"] == {"dispatched": 2, "to_choose": 1}
    assert told["watch"]["counts"] == {"warning": 1}
    assert told["nothing"]["found"] == 0


def test_the_nights_learning_and_the_days_alarm_run_as_flows(told, prefect):
    assert told["learn"]["counts"] == {"kept": 1}
    assert told["alarm"]["counts"] == {"alarms": 1, "mailed": 2}
    names = {run["name"] for run in listed(prefect, "flow_runs")}
    assert "11-14 02:30:00" in names


def test_a_mail_server_that_was_away_for_a_moment_is_tried_again(told):
    assert told["send"]["counts"]["sent"] == 60


def test_a_flow_without_work_takes_less_than_0_3_seconds(told):
    assert told["seconds"] < 0.3


def test_a_stranger_without_the_password_is_refused(prefect):
    request = urllib.request.Request(
        f"{prefect.api_url}/flow_runs/filter", data=b"{}",
        headers={"Content-Type": "application/json"},
    )  # fmt: skip

    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=10)


def test_each_ticket_has_a_task_run_of_its_name(told, prefect):
    names: set[str] = set()
    until = time.monotonic() + 20
    while "route-1" not in names and time.monotonic() < until:
        names = {run["name"] for run in listed(prefect, "task_runs")}
        time.sleep(0.5)

    assert names >= {"route-1", "route-2", "route-3", "climb-7"}


def test_only_old_runs_are_deleted(told, prefect):
    assert told["housekeeping"]["found"] == 0

    assert running(CLEANING, prefect)["found"] >= 9
