"""Everything dies again and again, and nothing is lost, done twice or left undone.

Smaller or larger: HOTLINE_CRASH_TICKETS, HOTLINE_CRASH_KILLS, HOTLINE_CRASH_SEED.
"""

import os
import random
import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.actions import auditing, background
from engine.actions.setup import demo_accounts, load_reference_data
from engine.settings import load_settings
from engine.store.database import connect, use, work
from engine.store.migrate import migrate
from tests.actions import test_any_walk
from tests.builders import an_api_key, moment
from tests.conftest import in_memory
from tests.faults import findings
from tests.faults.feeding import Feeder
from tests.faults.house import House
from tests.looking import events_of, ticket_of

pytestmark = pytest.mark.slow
TICKETS = int(os.environ.get("HOTLINE_CRASH_TICKETS", "2000"))
KILLS = int(os.environ.get("HOTLINE_CRASH_KILLS", "220"))
SEED = int(os.environ.get("HOTLINE_CRASH_SEED", "12345"))
BETWEEN = 1.1  # seconds between two kills, on average
LOOKED_AT = 120
PATIENCE, QUIET_WITHIN = 300, 600
# Twenty seconds before nine, when most rungs fall due; nights, a weekend and National Day between.
MORNINGS = (
    "Tue 2026-09-22", "Wed 2026-09-23", "Thu 2026-09-24", "Mon 2026-09-28", "Wed 2026-09-30",
    "Thu 2026-10-08", "Fri 2026-10-09", "Sat 2026-10-10", "Tue 2026-10-13", "Thu 2026-10-15",
    "Mon 2026-10-19",
)  # fmt: skip
POSTGRES_KILLED, MAIL_AWAY, POSTGRES_RESTARTED = MORNINGS[2], MORNINGS[4], MORNINGS[6]


@pytest.fixture
def house(monkeypatch):
    # In memory where there is room: a kill loses nothing that the kernel has, and 2,000 tickets are
    # 20,000 commits, too many for a busy disk.
    home = Path(tempfile.mkdtemp(prefix="hotline-crash-", dir=in_memory()))
    monkeypatch.setenv("HOTLINE_AUDIT_KEY", str(home / "audit.pem"))
    monkeypatch.setenv("HOTLINE_KEYS", str(home / "personal.json"))
    load_settings.cache_clear()
    found = House(home, SEED)
    yield found
    found.close()
    if os.environ.get("HOTLINE_CRASH_KEEP"):
        print(home)
        return
    shutil.rmtree(home, ignore_errors=True)


def furnish(house):
    """Migrate, load the registry, and give some units mail addresses that refuse."""
    database = use(connect(house.url))
    migrate(database)
    start = house.clock.now()
    load_reference_data(start)
    demo_accounts(start)
    with work() as session:
        for rest, word in ((0, "nobody"), (1, "busy")):
            session.connection().execute(text(
                f"UPDATE unit SET email = '{word}-' || email WHERE id % 7 = {rest}"))  # fmt: skip


def morning(day):
    return moment(f"{day} 08:59:40")


def a_day(house, day, kills):
    """Kill part after part for a while; on some days more happens than that."""
    special = random.Random(f"{SEED}{day}").randrange(kills // 3, kills // 2 + 1)
    for number in range(kills):
        time.sleep(house.chance.expovariate(1 / BETWEEN))
        house.kill_one()
        house.revive()
        if number == special and day == POSTGRES_KILLED:
            house.kill_postgres()
        if number == special and day == POSTGRES_RESTARTED:
            house.restart_postgres()
        if day == MAIL_AWAY and number == special:
            house.post.close()
    house.post.open()


def is_quiet(now):
    """Nothing is due any more, whatever machine looks at it."""
    later = now + timedelta(minutes=4)
    pending = findings.rows("SELECT count(*) FROM outbox_message WHERE status = 'pending'")[0][0]
    waiting = [background.tickets_to_route(1), background.clocks_due(later, 1),
               background.windows_over(later, 1), background.held_over(later, 1),
               background.refusals_over(later, 1)]  # fmt: skip
    return not any(waiting) and pending == 0


def until_quiet(house):
    """Let both workers finish, with the afternoon's hours passing as mails are put off."""
    began = time.monotonic()
    for hour in ("10:00", "10:30", "11:00", "11:30", "14:40", "15:30", "16:30", "17:20", "18:10",
                 "19:00"):  # fmt: skip
        house.night(moment(f"{MORNINGS[-1]} {hour}"))
        for name in ("people 1", "people 2"):
            house.running.pop(name).kill()
        until = time.monotonic() + 40
        while time.monotonic() < until:
            house.revive()
            if is_quiet(house.clock.now()):
                return True
            time.sleep(0.5)
        if time.monotonic() - began > QUIET_WITHIN:
            return False
    return False


def test_two_hundred_kills_lose_nothing_and_do_nothing_twice(house):
    house.clock.set(morning(MORNINGS[0]))
    furnish(house)
    house.open_prefect()
    house.post.open()
    seconds = KILLS * BETWEEN
    feeder = Feeder(house.port, an_api_key(house.clock.now()), TICKETS, seconds * 0.8)
    house.start_all()
    feeder.start()

    for day in MORNINGS:
        if day != MORNINGS[0]:
            house.night(morning(day))
        a_day(house, day, KILLS // len(MORNINGS))
        auditing.seal(house.clock.now())

    assert feeder.finish(PATIENCE), (len(feeder.known), feeder.repeated)
    assert until_quiet(house), left(house)
    house.kill_all()
    print(told(house, feeder))
    the_installation_is_whole(house, feeder)


def left(house):
    return findings.rows("SELECT status, count(*) FROM outbox_message GROUP BY 1"), findings.rows(
        "SELECT key, next_attempt_at, claimed_until, sending_until, attempts, last_error "
        "FROM outbox_message WHERE status = 'pending' LIMIT 5"), house.clock.now()  # fmt: skip


def told(house, feeder):
    """What befell, in figures."""
    return {
        "seconds": round(time.monotonic() - house.began),
        "killed": house.killed, "tickets": len(feeder.known), "repeated": feeder.repeated,
        "mails": sum(house.post.taken.values()), "distinct": len(house.post.taken),
        "refused": house.post.refused["for ever"],
        "status": findings.rows("SELECT status, count(*) FROM ticket GROUP BY 1 ORDER BY 2 DESC"),
        "rungs": findings.rows("SELECT rung, count(*) FROM rung_taken GROUP BY 1 ORDER BY 2 DESC"),
        "outbox": findings.rows("SELECT status, count(*) FROM outbox_message GROUP BY 1"),
        "flow runs": house.flow_runs(),
        "events": findings.rows("SELECT count(*) FROM ticket_event")[0][0],
    }  # fmt: skip


def the_installation_is_whole(house, feeder):
    now, kills = house.clock.now(), sum(house.killed.values())
    wrong = {
        "intake": [*feeder.contradictions, *feeder.surprises, *range(TICKETS - len(feeder.known))],
        "tickets": findings.lost_or_doubled(feeder.known),
        "rungs missing": findings.rungs_missing(now),
        "breaches": findings.breaches_missing(),
        "effects": findings.rungs_without_their_effect(),
        "rungs untold": findings.rungs_untold(),
        "order": findings.rungs_out_of_order(),
        "assignments": findings.assignments_untold(),
        "mails": findings.mails(house.post, kills),
        "set aside": findings.set_aside(),
        "certificates": findings.certificates(),
        "audit": findings.audit_chain(now),
        "log": findings.loud_lines(house.home),
    }
    assert {name: (len(what), what[:3]) for name, what in wrong.items() if what} == {}
    assert kills >= min(KILLS, 200) or KILLS < 200
    the_rules_hold(now)


def the_rules_hold(now):
    numbers = [number for (number,) in findings.rows("SELECT number FROM ticket ORDER BY id")]
    for number in random.Random(SEED).sample(numbers, min(LOOKED_AT, len(numbers))):
        ticket, events = ticket_of(number), events_of(number)
        test_any_walk.the_requesters_clock_is_there(number, ticket, events)
        test_any_walk.the_ledger_adds_up(ticket, now)
        test_any_walk.nobody_unhappy_was_closed_unheard(number, ticket, events)
