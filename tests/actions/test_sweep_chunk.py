"""Many clocks in one transaction: the same rows as one by one, and one that breaks stops nobody."""

import random
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import update

from engine.actions import audit_verify, background
from engine.actions.verify import verify
from engine.errors import UnavailableError
from engine.models import OutboxMessage, Ticket
from engine.rules.rule_set import load_rules
from engine.store import tickets as ticket_store
from engine.store.database import work
from engine.terms import ClockKind, MessageStatus, TicketKind, Urgency
from tests.actions.sweep_steps import climbed, in_progress
from tests.actions.test_any_walk import something_happens
from tests.builders import a_ticket, moment
from tests.looking import (
    assignments_of,
    breaches_of,
    clock_of,
    clocks_of,
    event_names,
    events_of,
    letters_of,
    mails_of,
    rungs_of,
    sweep,
    ticket_of,
)
from tests.seeds import seeds
from tests.store.test_database import cut_connections

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
DUE = moment("Tue 2026-12-08 00:00")
KINDS = (TicketKind.COMPLAINT, TicketKind.HELP_REQUEST, TicketKind.REPORT, TicketKind.CONSULTATION)
STEPS = 12
BOOKKEEPING = {"id", "ticket_id", "clock_id", "assignment_id", "letter_id", "message_id", "link",
               "words_digest", "recorded_at", "supersedes_id", "key"}  # fmt: skip


def one_by_one(ids, now):
    return {one: background.climb_one(one, now) for one in ids}


def rows_of(number):
    """Everything a sweep may write about a ticket, without the numbers a database gives."""
    places = {clock.id: place for place, clock in enumerate(clocks_of(number))}

    def plain(row):
        said = row.model_dump(exclude=BOOKKEEPING)
        if "details" in said and "clock" in said["details"]:
            said["details"] = {**said["details"], "clock": places[said["details"]["clock"]]}
        key = re.sub(r"\d+", lambda one: f"#{places.get(int(one[0]), one[0])}",
                     getattr(row, "key", ""))  # fmt: skip
        words = repr((key, places.get(getattr(row, "clock_id", 0)), sorted(said.items(), key=str)))
        return words.replace(number, "NUMBER")

    ticket = sorted(ticket_of(number).model_dump(exclude={"id", "number", "routing"}).items())
    ordered = [plain(row) for rows in (events_of, clocks_of, assignments_of, breaches_of,
                                       letters_of) for row in rows(number)]  # fmt: skip
    return [repr(ticket), *ordered, *sorted(plain(row) for row in rungs_of(number)),
            *sorted(plain(row) for row in mails_of(number))]  # fmt: skip


def lived(seed, climb):
    """Let anything happen to some tickets over some weeks, swept in that way; return their rows."""
    hours, now = random.Random(seed), moment(NOW)
    chances = [random.Random(f"{seed}-{place}") for place in range(len(KINDS))]
    numbers = [a_ticket(NOW, kind=kind, urgency=hours.choice(list(Urgency))) for kind in KINDS]
    for _ in range(STEPS):
        now += timedelta(hours=hours.choice([1, 8, 20, 50, 120]))
        for number, chance in zip(numbers, chances, strict=True):
            something_happens(number, now, chance)
        climb(background.clocks_due(now, 500), now)
    return [row for number in numbers for row in rows_of(number)]


@pytest.mark.parametrize("seed", seeds(range(4)))
def test_chunks_and_one_by_one_leave_the_same_rows(database, seed):
    alone = lived(seed, one_by_one)
    with database.engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))  # past the guards
        owner.execute(text("TRUNCATE ticket, number_series RESTART IDENTITY CASCADE"))

    assert lived(seed, background.climb_many) == alone
    assert background.set_aside() == {"tickets": [], "clocks": []}
    with work() as session:
        assert verify(session, load_rules("CN-GX")).difference is None
        assert audit_verify.verify(session).fault == ""


def test_the_chain_of_events_a_chunk_wrote_is_whole():
    numbers = [in_progress() for _ in range(3)]

    sweep("Fri 2026-12-11 10:00")

    with work() as session:
        assert audit_verify.verify(session).fault == ""
    assert all([event.seq for event in events_of(one)] == list(range(1, len(events_of(one)) + 1))
               for one in numbers)  # fmt: skip


def asked(do):
    """Return how many statements the database is asked meanwhile."""
    execute, count = psycopg.Cursor.execute.__code__, 0

    def seen(frame, event, _):
        nonlocal count
        count += event == "call" and frame.f_code is execute

    sys.setprofile(seen)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


def test_many_tickets_ask_the_database_no_more_often_than_one():
    def swept(count, day):
        numbers = [in_progress() for _ in range(count)]
        due = [clock_of(number, ClockKind.HANDLING).id for number in numbers]
        background.climb_many(due, DUE)  # what is asked once a process is known after this
        return asked(lambda: background.climb_many(due, moment(day)))

    one, many = swept(1, "Tue 2026-12-08 09:00"), swept(12, "Tue 2026-12-08 09:00")

    assert one > 10
    assert many <= one + 2  # a connection that rested is asked whether it is still there


def test_a_ticket_that_breaks_half_way_is_set_aside_and_leaves_nothing_of_itself():
    broken, healthy = in_progress(), in_progress()
    with work() as session:
        # What a mail calls the matter is read from here, after its events were laid ready.
        session.exec(update(Ticket).where(Ticket.number == broken).values(routing=["not a table"]))
    before = event_names(broken)

    sweep("Tue 2026-12-08 00:00")

    assert (event_names(broken), climbed(broken), breaches_of(broken)) == (before, [], [])
    assert clock_of(broken, ClockKind.HANDLING).stuck_reason
    assert "breach" in climbed(healthy)
    assert mails_of(healthy)[-1].status is MessageStatus.PENDING


def test_a_chunk_that_the_database_refuses_is_climbed_clock_by_clock():
    odd, healthy = in_progress(), in_progress()
    clock = clock_of(odd, ClockKind.HANDLING)
    (mail, *_) = mails_of(odd)
    with work() as session:  # a mail that nobody can owe yet
        values = mail.model_dump(exclude={"id", "key", "message_id"})
        session.add(OutboxMessage(**values, key=f"clock:{clock.id}:20261207:breach",
                                  message_id="<odd@hotline>"))  # fmt: skip

    sweep("Tue 2026-12-08 00:00")

    assert climbed(odd) == climbed(healthy) != []
    assert background.set_aside()["clocks"] == []


def before_statement(count, do):
    """Return a profiler that does something before the `count`th statement of this process."""
    left = count

    def seen(frame, event, _):
        nonlocal left
        left -= event == "call" and frame.f_code is psycopg.Cursor.execute.__code__
        if left == 0:
            sys.setprofile(None)
            do()

    return seen


def test_a_server_that_goes_before_any_statement_of_a_chunk_is_away_and_no_clock_is_to_blame(
    database, server
):
    one, other = in_progress(), in_progress()
    due = background.clocks_due(DUE, 100)
    refused = 0
    while not climbed(one):
        sys.setprofile(before_statement(refused + 1, lambda: cut_connections(server)))
        try:
            background.climb_many(due, DUE)
        except UnavailableError:
            refused += 1
        finally:
            sys.setprofile(None)
        assert refused < 100

    assert refused > 20
    assert climbed(one) == climbed(other)


def test_a_ticket_in_somebodys_hands_waits_for_them_and_the_others_do_not():
    held, free = in_progress(), in_progress()
    due = background.clocks_due(DUE, 100)
    with ThreadPoolExecutor(1) as pool:
        with work() as session:
            ticket_store.ticket_by_number(session, held, lock=True)
            sweeping = pool.submit(background.climb_many, due, DUE)
            until = time.monotonic() + 10
            while not climbed(free) and time.monotonic() < until:
                time.sleep(0.02)
            assert (climbed(held), climbed(free)[-1]) == ([], "breach")
        sweeping.result(20)

    assert climbed(held) == climbed(free)


def test_two_sweepers_of_the_same_clocks_climb_each_rung_once():
    numbers = [in_progress() for _ in range(6)]
    at = moment("Tue 2026-12-08 09:00")
    due = background.clocks_due(at, 100)

    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(lambda _: background.climb_many(due, at), range(4)))

    assert sum(1 for one in swept for rungs in one.values() if rungs) == len(due)
    for number in numbers:
        assert len(climbed(number)) == len(set(climbed(number))) == 5
        assert len(breaches_of(number)) == 2


def test_both_clocks_of_a_ticket_due_together_leave_one_mail_to_each():
    number = in_progress()
    before = {mail.id for mail in mails_of(number)}

    sweep("Tue 2026-12-08 09:00")

    pending = [mail for mail in mails_of(number)
               if mail.id not in before and mail.status is MessageStatus.PENDING]  # fmt: skip
    assert len({mail.recipient for mail in pending}) == len(pending) > 2
