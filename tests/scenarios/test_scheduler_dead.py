"""The scheduler is dead for days: nothing is lost, told once, and said when it truly fell due."""

from datetime import timedelta

import pytest

from engine.actions import background, clocks, unit_work
from engine.rules.rule_set import load_rules
from engine.store.database import work
from engine.terms import ClockKind, NoticeKind, Rung, TicketKind
from tests.builders import MARKET, SUPERVISOR, a_ticket, moment, on_ticket
from tests.looking import breaches_of, clock_of, letters_of, mails_of, rungs_of, ticket_of
from tests.scenarios.conftest import rounds

DEAD = {
    "three working days": ("Sun 2026-09-20 09:00", "Mon 2026-09-28 18:00", "Fri 2026-10-09 09:30"),
    "National Day": ("Sun 2026-09-20 09:00", "Wed 2026-09-30 17:00", "Mon 2026-10-12 10:00"),
    "a whole ladder": ("Sun 2026-09-20 09:00", "Wed 2026-09-30 17:00", "Tue 2026-10-20 08:10"),
}
DAYS = pytest.mark.parametrize("story", DEAD)


def a_neglected_ticket(days, story):
    """A complaint signed for and left; the scheduler dies, and comes back at the last moment."""
    begun, died, back = DEAD[story]
    number = a_ticket(days.go(begun), kind=TicketKind.COMPLAINT, lead_unit=MARKET)
    on_ticket(number, begun, MARKET, unit_work.sign_for)
    on_ticket(number, begun, MARKET, unit_work.first_contact)
    days.go(died)
    before = len(rungs_of(number)), len(mails_of(number))
    days.frozen.move_to(moment(back))
    rounds(moment(back))
    return number, moment(back), before


def expected(number, now):
    """The rungs of the handling clock that fell due by now, as the rules alone have them."""
    ticket, clock = ticket_of(number), clock_of(number, ClockKind.HANDLING)
    ladder = clocks.rungs_of(ticket, clock, load_rules("CN-GX"))
    due = sorted((one for one in ladder if one.at <= now), key=lambda one: one.at)
    return [(one.rung.value, one.at) for one in due]


@DAYS
def test_every_rung_is_caught_up_in_order_with_its_true_moment(days, story):
    number, now, _ = a_neglected_ticket(days, story)

    handling = clock_of(number, ClockKind.HANDLING)
    climbed = [(row.rung.value, row.fell_due_at) for row in rungs_of(number)
               if row.clock_id == handling.id]  # fmt: skip
    assert climbed == expected(number, now)
    assert len(climbed) >= 2


@DAYS
def test_what_was_caught_up_says_when_it_was_found(days, story):
    number, now, (rungs, _) = a_neglected_ticket(days, story)

    caught = rungs_of(number)[rungs:]
    assert caught
    assert {row.detected_at for row in caught} == {now}
    assert all(row.fell_due_at < now for row in caught)


@DAYS
def test_nobody_gets_two_mails_about_one_limit_for_one_outage(days, story):
    number, _, (_, mails) = a_neglected_ticket(days, story)

    about = [(mail.recipient, mail.key.split(":")[1]) for mail in mails_of(number)[mails:]
             if mail.key.startswith("clock:") and mail.status.value != "superseded"]  # fmt: skip
    assert about
    assert len(about) == len(set(about))


def test_a_breach_during_the_outage_stands_at_midnight_and_not_when_it_was_found(days):
    number, now, _ = a_neglected_ticket(days, "National Day")

    (breach,) = [one for one in breaches_of(number) if one.kind is ClockKind.HANDLING]
    assert (breach.true_at, breach.detected_at) == (moment("Sun 2026-10-11 00:00"), now)


def test_a_whole_ladder_is_climbed_at_once_with_its_letters_proposed_once(days):
    number, _, _ = a_neglected_ticket(days, "a whole ladder")

    handling = clock_of(number, ClockKind.HANDLING)
    taken = [row.rung for row in rungs_of(number) if row.clock_id == handling.id]
    assert taken[-1] is Rung.L4_LETTER
    assert len(letters_of(number)) == len({one.kind for one in letters_of(number)}) == 2


def test_a_second_round_after_the_outage_does_nothing_more(days):
    number, now, _ = a_neglected_ticket(days, "a whole ladder")
    before = len(rungs_of(number)), len(mails_of(number)), len(letters_of(number))

    rounds(now + timedelta(seconds=30))

    assert (len(rungs_of(number)), len(mails_of(number)), len(letters_of(number))) == before


def test_the_mail_tells_of_every_rung_it_stands_for(days):
    number, _, (_, mails) = a_neglected_ticket(days, "National Day")

    caught = [mail for mail in mails_of(number)[mails:] if mail.status.value != "superseded"]
    assert {mail.kind for mail in caught} == {NoticeKind.REMINDER}
    rungs = [row.rung.label for row in rungs_of(number)]
    assert any(all(rung in mail.text for rung in rungs[-3:]) for mail in caught), caught[0].text


def test_whoever_looks_sees_since_when_the_scheduler_is_dead(days, as_somebody):
    now = days.go("Wed 2026-09-30 17:00")
    background.beat("watch", now, True, {})

    alive = as_somebody(SUPERVISOR, "/supervise")
    days.frozen.move_to(moment("Sat 2026-10-03 17:00"))
    dead, admin = as_somebody(SUPERVISOR, "/supervise"), as_somebody("guanli", "/admin")

    assert "没有运行" not in alive
    assert "定时任务3 天前起没有运行" in dead
    assert "没有按时运行" in admin


def test_units_are_not_bothered_with_it(days, as_somebody):
    background.beat("watch", days.go("Wed 2026-09-30 17:00"), True, {})
    days.frozen.move_to(moment("Sat 2026-10-03 17:00"))

    assert "没有运行" not in as_somebody(MARKET, "/unit")


def test_the_job_that_stands_still_is_named_whatever_the_others_do(database):
    from engine.scheduler import JOBS
    from engine.store import watchdog

    daily = {job.name for job in JOBS if job.when["trigger"] == "cron"}
    assert daily == watchdog.DAILY
    with work() as session:
        assert watchdog.silent_since(session, moment("Wed 2026-09-30 17:00")) is None
