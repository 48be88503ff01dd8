"""One whole life with names nobody else has: afterwards they are looked for everywhere."""

import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zipfile

import psycopg
import pytest
import structlog

from engine.actions import review, unit_work
from engine.actions.audit_export import export
from engine.actions.desk_work import unmask
from engine.flows import environment
from engine.serving import prefect_server
from engine.serving.logs import log_to_file
from engine.store.database import work
from tests.actions.webhook_steps import a_subscription, deliveries, pushed
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_callback,
    a_dispatched_ticket,
    an_answer,
    call_back,
    moment,
    on_ticket,
)
from tests.looking import send_mails, sweep
from tests.structure.page_roles import PAGES

NAME, PHONE, FIRM = "轩辕寻踪", "13877665544", "寻踪演示商行"
TEXT = f"{FIRM}的{NAME}反映门口道路开挖没有围挡，电话{PHONE}"
MARKS = (NAME, PHONE, json.dumps(NAME).strip('"'))
# Where people's own words stand (docs/decisions/0002): read by those who handle the ticket.
OWN_WORDS = {"ticket", "ticket_event", "answer", "callback_attempt"}
OPENED, SIGNED, ANSWERED = "Mon 2026-11-02 09:00", "Mon 2026-11-02 10:00", "Mon 2026-11-23 09:00"


def a_life():
    """Return the number of a ticket that was late, answered, called back, told of everywhere."""
    number = a_dispatched_ticket(
        OPENED, MARKET, content=TEXT, phone=PHONE, contact_name=NAME, enterprise=FIRM,
        external_id="CITY-1",
    )  # fmt: skip
    on_ticket(number, SIGNED, MARKET, unit_work.sign_for)
    on_ticket(number, SIGNED, MARKET, lambda s, t: unit_work.first_contact(s, t, f"{NAME}接了"))
    on_ticket(number, SIGNED, OPERATOR, lambda s, t: unmask(s, t, "回拨") and None)
    sweep("Fri 2026-11-20 09:00")
    on_ticket(number, ANSWERED, MARKET, lambda s, t: unit_work.answer(
        s, t, an_answer(text=f"已与{NAME}联系，围挡已装好，道路恢复通行。")))  # fmt: skip
    on_ticket(number, ANSWERED, OPERATOR, review.approve_answer)
    call_back(number, ANSWERED, a_callback(words=f"{NAME}满意"))
    return number


@pytest.fixture
def everywhere(database, frozen, var, caplog):
    """Live that life with every log written and every message sent."""
    caplog.set_level(logging.DEBUG)
    log_to_file(var, "DEBUG")
    a_subscription("http://receiver.example/hook")
    number = a_life()
    send_mails("Mon 2026-11-23 09:01")
    pushed("Mon 2026-11-23 09:02")
    yield number
    structlog.reset_defaults()


def marks_in(text):
    return [mark for mark in MARKS if mark in text]


def test_nothing_leaves_the_house_with_a_name_or_a_number(everywhere, var, caplog, tmp_path):
    with work() as session:
        export(session, tmp_path / "audit.jsonl", moment("Mon 2026-11-23 10:00"))
    mails = list((var / "mailbox").glob("*.eml"))
    written = [*mails, *(var / "logs").iterdir(), tmp_path / "audit.jsonl"]

    assert mails
    for path in written:
        assert marks_in(path.read_text(encoding="utf-8", errors="replace")) == [], path
    assert marks_in(caplog.text) == []
    assert deliveries()
    assert marks_in("".join(str(one.model_dump()) for one in deliveries())) == []


def test_no_table_has_them_but_those_with_peoples_own_words(everywhere, database):
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(database.url) as owner:
        for (name,) in owner.execute(tables).fetchall():
            rows = owner.execute(f'SELECT t::text FROM "{name}" t').fetchall()
            if name not in OWN_WORDS:
                assert marks_in("\n".join(row for (row,) in rows)) == [], name


def test_no_export_and_no_address_has_them(everywhere, as_):
    desk = as_(SUPERVISOR)
    for page in PAGES:
        if not page.startswith("GET /supervise/export/"):
            continue
        for name in ("tickets", "breaches", "callbacks", "units"):
            path = page.removeprefix("GET ").format(name=name)
            answer = desk.client.get(f"{path}?scope=all")
            assert answer.status_code == 200, path
            assert marks_in(plain(answer.content)) == [], path
    for path in ("/desk", "/supervise", "/supervise/tickets?scope=all", f"/tickets/{everywhere}"):
        assert all(mark not in link for link in links(desk.get(path).text) for mark in MARKS), path


def plain(content):
    """Return the text of a file, of every part where it is a package."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "".join(package.read(one).decode("utf-8", "replace") for one in package.namelist())


def links(page):
    return [part.partition('"')[0] for part in page.split('href="')[1:]]


FLOWS = """
import json, sys
from engine.flows import environment
environment.enter(json.loads(sys.argv[1]))
from engine.store.database import connect, use
use(connect(sys.argv[2]))
from engine.flows import keeping_recorded, recorded
with recorded.quick():
    for flow in (recorded.route_tickets, recorded.watch_clocks, recorded.send_messages,
                 keeping_recorded.protect_people, keeping_recorded.keep_retention):
        flow(now_iso="2030-11-23T09:00:00+08:00")
"""


@pytest.mark.slow
def test_prefects_own_database_knows_nobody(database, tmp_path):
    a_life()
    server = prefect_server.start(tmp_path / "var", 0)
    try:
        wait_for(server.api_url)
        values = environment.for_flows(server.home, server.api_url, server.password)
        subprocess.run(
            [sys.executable, "-c", FLOWS, json.dumps(values), database.url], check=True,
            timeout=180, env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
    finally:
        server.stop()

    (file,) = (tmp_path / "var").rglob("*.db")
    with sqlite3.connect(file) as prefect:
        names = [row[0] for row in prefect.execute("SELECT name FROM sqlite_master "
                                                   "WHERE type = 'table'")]  # fmt: skip
        runs = prefect.execute("SELECT count(*) FROM flow_run").fetchone()[0]
        found = {name: marks_in(str(prefect.execute(f'SELECT * FROM "{name}"').fetchall()))
                 for name in names}  # fmt: skip
    assert runs >= 5
    assert {name: marks for name, marks in found.items() if marks} == {}


def wait_for(api_url):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{api_url}/health", timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
