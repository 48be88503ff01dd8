"""A published calendar (日历公布): dates move in the open, never earlier silently."""

from dataclasses import replace
from datetime import date

import pytest

from engine.actions import background
from engine.actions.adjusting import pause, resume
from engine.actions.recompute import decide_shortening, recompute
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.flows import upkeep
from engine.rules.calendar_files import YearFile, load_year_files
from engine.rules.rule_set import RuleSet, load_rules
from engine.store import recomputing as store
from engine.store import tickets as ticket_store
from engine.store.database import work
from engine.terms import ClockKind, DueStatus, MessageStatus, NoticeKind, Role, TicketEvent
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_signed_ticket,
    a_step,
    a_ticket,
    day,
    moment,
    on_ticket,
)
from tests.looking import clock_of, events_of, last_event, mails_of
from tests.rules.changing import calendar_with

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
LATER = "Tue 2026-11-24 09:00"
DECEMBER = "Fri 2026-12-25 09:00"


def amended(off=(), work_on=()):
    """Return the rules after the year's notice was amended."""
    (file,) = [one for one in load_year_files("CN") if one.year == 2026]
    more = replace(file.notices[0], dated=date(2026, 11, 24), number="试验修改通知",
                   days_off=dict.fromkeys(off, "试验放假"),
                   make_up_days=dict.fromkeys(work_on, "试验调休上班"), restored=())  # fmt: skip
    return with_file(replace(file, notices=(*file.notices, more)))


def published(off=()):
    """Return the rules once next year's holidays are published."""
    model = load_year_files("CN")[-1].notices[0]
    first = replace(model, dated=date(2026, 11, 24), number="试验公布通知",
                    days_off=dict.fromkeys(off, "试验放假"), make_up_days={},
                    restored=())  # fmt: skip
    return with_file(YearFile("CN", 2027, date(2026, 11, 24), (first,)))


def with_file(file):
    return RuleSet(load_rules().parameters, calendar_with(file))


def recount(rules, at=LATER):
    """Recount every clock counted by another calendar; return what became of each kind."""
    now, outcomes = moment(at), {}
    with work() as session:
        ids = store.counted_otherwise(session, rules.calendar.version, now, 100)
    for clock_id in ids:
        with work() as session:
            step = replace(a_step(session, now), rules=rules)
            outcomes[clock_id] = recompute(step, clock_id)
    return outcomes


def decide(number, rules, *, shorten, who=SUPERVISOR, reason="企业需要尽快办结"):
    clock_id = clock_of(number, ClockKind.HANDLING).id

    def what(step: Step, ticket):
        decide_shortening(
            replace(step, rules=rules), ticket, clock_id, shorten=shorten, reason=reason
        )

    on_ticket(number, LATER, who, what)


def waiting(rules):
    with work() as session:
        return [
            clock.kind for _, clock, _ in store.shortenings_waiting(session, rules.calendar.version)
        ]


def test_nothing_is_recounted_while_the_calendar_is_the_same():
    a_signed_ticket(NOW)

    assert background.clocks_to_recompute(moment(LATER), 100) == []


def test_an_added_day_off_moves_open_deadlines_and_keeps_both_dates():
    number = a_signed_ticket(NOW)

    recount(amended(off=[day("Wed 2026-12-02")]))

    clock, event = clock_of(number, ClockKind.HANDLING), last_event(number, TicketEvent.RECOMPUTE)
    assert clock.due_on == day("Tue 2026-12-08")
    assert (event.details["old_due_on"], event.details["new_due_on"]) == (
        "2026-12-07",
        "2026-12-08",
    )
    assert event.details["old_calendar"] != event.details["new_calendar"]
    assert clock.certificate["calendar_version"] == event.details["new_calendar"]


def test_the_unit_is_told_of_its_new_date():
    number = a_signed_ticket(NOW)

    recount(amended(off=[day("Wed 2026-12-02")]))

    mails = mails_of(number, NoticeKind.DUE_CHANGED)
    assert {mail.recipient for mail in mails} == {f"{MARKET}@demo.invalid"}
    assert all("12月8日（周二）" in mail.text for mail in mails)


def test_a_unit_is_told_of_all_the_clocks_of_a_ticket_in_one_mail():
    number = a_signed_ticket(NOW)

    moved = recount(amended(off=[day("Wed 2026-12-02")]))

    still = [one for one in mails_of(number, NoticeKind.DUE_CHANGED)
             if one.status is MessageStatus.PENDING]  # fmt: skip
    assert len([one for one in moved.values() if one == "moved"]) > 1
    assert len(still) == 1
    assert "承办时限：由12月7日（周一）改为12月8日（周二）" in still[0].text
    assert "诉求人时限：由12月7日（周一）改为12月8日（周二）" in still[0].text


def test_recounting_twice_changes_nothing_and_tells_nobody_again():
    number = a_signed_ticket(NOW)
    rules = amended(off=[day("Wed 2026-12-02")])
    recount(rules)
    before = len(events_of(number)), len(mails_of(number))

    assert recount(rules) == {}
    assert (len(events_of(number)), len(mails_of(number))) == before


def test_a_provisional_date_becomes_confirmed_on_publication():
    number = a_signed_ticket(DECEMBER)
    assert clock_of(number, ClockKind.REQUESTER).due_status is DueStatus.PROVISIONAL
    due = clock_of(number, ClockKind.REQUESTER).due_on
    off = [day("Fri 2027-01-01")]

    recount(published(off), at="Sat 2026-12-26 09:00")

    clock = clock_of(number, ClockKind.REQUESTER)
    assert (clock.due_on, clock.due_status) == (due, DueStatus.CONFIRMED)
    assert "转为确定" in last_event(number, TicketEvent.RECOMPUTE).reason


def test_a_provisional_date_moves_either_way_on_publication():
    number = a_ticket(DECEMBER)
    due = clock_of(number, ClockKind.REQUESTER).due_on

    recount(published(), at="Sat 2026-12-26 09:00")

    assert clock_of(number, ClockKind.REQUESTER).due_on < due


def test_a_confirmed_deadline_is_never_shortened_silently():
    number = a_signed_ticket(NOW)
    rules = amended(work_on=[day("Sat 2026-12-05")])

    outcomes = recount(rules)

    clock = clock_of(number, ClockKind.HANDLING)
    assert outcomes[clock.id] == "needs_decision"
    assert clock.due_on == day("Mon 2026-12-07")
    assert "不自动提前" in last_event(number, TicketEvent.RECOMPUTE).reason
    assert {mail.recipient for mail in mails_of(number, NoticeKind.DIGEST)} == {
        "zhuguan1@demo.invalid", "zhuguan2@demo.invalid"}  # fmt: skip
    assert mails_of(number, NoticeKind.DUE_CHANGED) == []


def test_a_shortening_is_asked_about_once():
    a_signed_ticket(NOW)
    rules = amended(work_on=[day("Sat 2026-12-05")])
    recount(rules)

    assert recount(rules) == {}
    assert sorted(waiting(rules)) == [ClockKind.HANDLING, ClockKind.REQUESTER]


def test_a_supervisor_may_shorten_it_and_the_unit_is_told():
    number = a_signed_ticket(NOW)
    rules = amended(work_on=[day("Sat 2026-12-05")])
    recount(rules)

    decide(number, rules, shorten=True)

    assert clock_of(number, ClockKind.HANDLING).due_on == day("Sat 2026-12-05")
    assert len(mails_of(number, NoticeKind.DUE_CHANGED)) == 1
    assert waiting(rules) == [ClockKind.REQUESTER]


def test_a_supervisor_may_leave_the_date_as_it_is():
    number = a_signed_ticket(NOW)
    rules = amended(work_on=[day("Sat 2026-12-05")])
    recount(rules)

    decide(number, rules, shorten=False)

    assert clock_of(number, ClockKind.HANDLING).due_on == day("Mon 2026-12-07")
    assert waiting(rules) == [ClockKind.REQUESTER]
    assert recount(rules) == {}
    with pytest.raises(ConflictError, match="没有待决定"):
        decide(number, rules, shorten=True)


def test_only_a_supervisor_decides_and_says_why():
    number = a_signed_ticket(NOW)
    rules = amended(work_on=[day("Sat 2026-12-05")])
    recount(rules)

    with pytest.raises(NotPermittedError, match=Role.SUPERVISOR.label):
        decide(number, rules, shorten=True, who=OPERATOR)
    with pytest.raises(BadInputError):
        decide(number, rules, shorten=True, reason=" ")


def test_a_pause_does_not_shorten_by_the_back_door():
    number = a_signed_ticket(NOW)
    rules = amended(work_on=[day("Sat 2026-12-05")])
    recount(rules)

    on_ticket(number, "Sat 2026-11-28 10:00", SUPERVISOR, lambda step, ticket: pause(
        replace(step, rules=rules), ticket, "testing"))  # fmt: skip
    on_ticket(number, "Sun 2026-11-29 10:00", SUPERVISOR,
              lambda step, ticket: resume(replace(step, rules=rules), ticket))  # fmt: skip

    assert clock_of(number, ClockKind.HANDLING).due_on == day("Mon 2026-12-07")


def test_an_overdue_confirmed_clock_stays_as_it_was():
    number = a_ticket(NOW)

    recount(amended(off=[day("Wed 2026-12-02")]), at="Thu 2026-12-10 09:00")

    assert clock_of(number, ClockKind.REQUESTER).due_on == day("Mon 2026-12-07")


def test_the_order_works_off_bounded_batches():
    class Fake:
        def recompute_one(self, clock_id, now):
            return "moved" if clock_id % 2 else "none"

    outcome = upkeep.recompute(Fake(), [1, 2, 3], moment(NOW))

    assert dict(outcome.counts) == {"moved": 2, "none": 1}


def test_a_clock_that_cannot_be_recounted_is_set_aside_and_stops_nothing():
    number = a_ticket(NOW)
    with work() as session:
        ticket = ticket_store.ticket_by_number(session, number)
        clock = store.lock_clock(session, clock_of(ticket.number, ClockKind.REQUESTER).id)
        clock.certificate = {**clock.certificate, "calendar_version": "?", "rule": "no.such.rule"}

    (clock_id,) = background.clocks_to_recompute(moment(LATER), 100)

    assert background.recompute_one(clock_id, moment(LATER)) == "set_aside"
    assert background.clocks_to_recompute(moment(LATER), 100) == []


def test_supervisors_hear_every_day_of_a_calendar_that_is_missing():
    late, early = moment("Mon 2026-11-02 09:00"), moment("Fri 2026-10-30 09:00")

    with work() as session:
        assert "2027 年全国放假安排尚未载入" in "".join(
            background.calendar_alarm_lines(session, late)
        )
        assert background.calendar_alarm_lines(session, early) == ()
