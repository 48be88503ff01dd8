"""Extensions (延期) and pauses (停表) move deadlines by the rules, and only by them."""

import pytest
from sqlmodel import select

from engine.actions.actor import SYSTEM
from engine.actions.adjusting import decide_extension, pause, request_extension, resume
from engine.actions.overseeing import redispatch
from engine.actions.review import send_back
from engine.actions.step import Step
from engine.actions.unit_work import answer
from engine.errors import BadInputError, ConflictError, RefusedTransitionError
from engine.models import Clock, ExtensionRequest, OutboxMessage
from engine.store import clocks as store
from engine.store import tickets
from engine.store.database import Database, work
from engine.terms import ClockKind, ClockState, NoticeKind, TicketEvent, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    an_answer,
    day,
    doing,
    on_ticket,
)
from tests.looking import breaches_of, clock_of, event_names, last_event, sweep

NOW = "Mon 2026-11-23 09:00"
BEFORE_DUE = "Thu 2026-12-03 10:00"


def ask(number: str, now: str, days: int, reason: str = "需现场检测") -> int:
    return on_ticket(
        number, now, MARKET, lambda step, ticket: request_extension(step, ticket, days, reason).id
    )


def decide(request_id: int, now: str, *, granted: bool, reason: str = "") -> None:
    def by_supervisor(step: Step) -> None:
        decide_extension(step, request_id, granted=granted, reason=reason)

    doing(now, SUPERVISOR, by_supervisor)


def due(kind: ClockKind) -> str:
    with work() as session:
        clock = session.exec(
            select(Clock).where(Clock.kind == kind).order_by(Clock.id.desc())
        ).first()
        assert clock is not None
        return clock.due_on.isoformat()


def test_a_granted_extension_moves_the_units_and_the_requesters_due_date(
    database: Database,
) -> None:
    number = a_signed_ticket(NOW)
    assert due(ClockKind.REQUESTER) == day("Mon 2026-12-07").isoformat()

    decide(ask(number, BEFORE_DUE, 3), "Thu 2026-12-03 15:00", granted=True)

    assert due(ClockKind.REQUESTER) == day("Thu 2026-12-10").isoformat()
    assert due(ClockKind.HANDLING) == day("Thu 2026-12-10").isoformat()


def test_the_unit_is_told_of_the_new_due_date(database: Database) -> None:
    number = a_signed_ticket(NOW)

    decide(ask(number, BEFORE_DUE, 3), "Thu 2026-12-03 15:00", granted=True)

    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.EXTENSION)
        assert "12月10日（周四）" in session.exec(query).one().text


def test_a_refused_extension_needs_a_reason_and_moves_nothing(database: Database) -> None:
    number = a_signed_ticket(NOW)
    request = ask(number, BEFORE_DUE, 3)

    with pytest.raises(BadInputError):
        decide(request, BEFORE_DUE, granted=False)
    decide(request, BEFORE_DUE, granted=False, reason="理由不充分")

    assert due(ClockKind.HANDLING) == day("Mon 2026-12-07").isoformat()


def test_a_request_is_decided_once(database: Database) -> None:
    request = ask(a_signed_ticket(NOW), BEFORE_DUE, 3)
    decide(request, BEFORE_DUE, granted=True)

    with pytest.raises(ConflictError):
        decide(request, BEFORE_DUE, granted=False, reason="改主意")


@pytest.mark.parametrize(
    ("now", "days"),
    [("Mon 2026-12-07 09:00", 3), (BEFORE_DUE, 11), (BEFORE_DUE, 0)],
    ids=["asked on the due day", "longer than the limit itself", "no day at all"],
)
def test_an_extension_against_the_rules_is_not_taken(
    database: Database, now: str, days: int
) -> None:
    number = a_signed_ticket(NOW)

    with pytest.raises(BadInputError):
        ask(number, now, days)

    with work() as session:
        assert session.exec(select(ExtensionRequest)).first() is None


def test_a_pause_takes_its_working_days_out_of_the_count(database: Database) -> None:
    number = a_signed_ticket(NOW)
    on_ticket(number, "Wed 2026-11-25 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, some_reason(step)))  # fmt: skip

    on_ticket(number, "Fri 2026-11-27 10:00", SUPERVISOR, resume)

    assert due(ClockKind.REQUESTER) == day("Wed 2026-12-09").isoformat()


def test_a_pause_over_a_weekend_counts_nothing(database: Database) -> None:
    number = a_signed_ticket(NOW)
    on_ticket(number, "Sat 2026-11-28 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, some_reason(step)))  # fmt: skip

    on_ticket(number, "Sun 2026-11-29 10:00", SUPERVISOR, resume)

    assert due(ClockKind.REQUESTER) == day("Mon 2026-12-07").isoformat()


def test_a_paused_clock_is_left_alone_by_the_sweep(database: Database) -> None:
    number = a_signed_ticket(NOW)
    on_ticket(number, "Wed 2026-11-25 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, some_reason(step)))  # fmt: skip

    with work() as session:
        paused = session.exec(select(Clock).where(Clock.kind == ClockKind.HANDLING)).one()
        later = doing("Wed 2026-12-09 10:00", None, lambda step: step.now)
        assert paused.id not in store.due(session, later, 100)


def paused(number: str, now: str) -> None:
    on_ticket(number, now, SUPERVISOR, lambda step, ticket: pause(step, ticket, some_reason(step)))


def test_a_used_up_pause_ends_by_itself_with_the_due_date_as_reckoned(database: Database) -> None:
    number = a_signed_ticket(NOW)
    paused(number, "Wed 2026-11-25 10:00")
    reckoned = due(ClockKind.REQUESTER)

    sweep("Wed 2026-12-16 23:59")
    assert clock_of(number, ClockKind.REQUESTER).state is ClockState.PAUSED
    sweep("Thu 2026-12-17 00:00")

    assert clock_of(number, ClockKind.REQUESTER).state is ClockState.RUNNING
    assert clock_of(number, ClockKind.HANDLING).state is ClockState.RUNNING
    assert reckoned == due(ClockKind.REQUESTER) == day("Mon 2026-12-28").isoformat()
    ended = last_event(number, TicketEvent.RESUME)
    assert ended.reason.startswith("停表已满")
    assert ended.actor_name == SYSTEM.name


def test_a_used_up_pause_found_late_ended_when_it_truly_did(database: Database) -> None:
    number = a_signed_ticket("Mon 2026-11-16 09:00")
    paused(number, "Wed 2026-11-18 10:00")

    sweep("Tue 2026-12-22 10:00")

    assert due(ClockKind.HANDLING) == day("Mon 2026-12-21").isoformat()
    assert clock_of(number, ClockKind.HANDLING).pauses[-1]["end"] == "2026-12-09T16:00:00+00:00"
    assert [one.kind for one in breaches_of(number)].count(ClockKind.HANDLING) == 1
    assert event_names(number).count("resume") == 1


def test_an_answer_ends_the_pause_so_that_a_clock_run_on_later_is_not_held(
    database: Database,
) -> None:
    number = a_signed_ticket(NOW)
    paused(number, "Wed 2026-11-25 10:00")
    on_ticket(number, "Fri 2026-11-27 10:00", MARKET,
              lambda step, ticket: answer(step, ticket, an_answer()))  # fmt: skip
    on_ticket(number, "Fri 2026-11-27 11:00", OPERATOR,
              lambda step, ticket: send_back(step, ticket, "未说明依据"))  # fmt: skip

    clock = clock_of(number, ClockKind.HANDLING)
    assert clock.state is ClockState.RUNNING
    assert clock.pauses[-1]["end"] is not None
    assert clock.due_on == day("Wed 2026-12-09")


def test_two_sweeps_end_a_pause_once(database: Database) -> None:
    number = a_signed_ticket(NOW)
    paused(number, "Wed 2026-11-25 10:00")

    sweep("Thu 2026-12-17 00:00")
    sweep("Thu 2026-12-17 00:01")

    assert event_names(number).count("resume") == 1


def test_on_the_due_day_no_clock_is_paused(database: Database) -> None:
    number = a_signed_ticket(NOW)

    with pytest.raises(RefusedTransitionError, match="当日及以后不停表"):
        paused(number, "Mon 2026-12-07 10:00")


def test_help_requests_are_not_paused(database: Database) -> None:
    number = a_signed_ticket(NOW, kind=TicketKind.HELP_REQUEST)

    with pytest.raises(RefusedTransitionError, match="不停表"):
        on_ticket(number, "Tue 2026-11-24 10:00", SUPERVISOR,
                  lambda step, ticket: pause(step, ticket, some_reason(step)))  # fmt: skip


def some_reason(step: Step) -> str:
    return next(iter(step.rules.parameters["suspension.reasons"].on(day("Mon 2026-11-23")).value))


def test_an_extension_of_a_unit_that_no_longer_has_the_ticket_moves_nobody_elses_date(
    database: Database,
) -> None:
    number = a_signed_ticket(NOW)
    request = ask(number, "Tue 2026-11-24 09:00", 3)
    on_ticket(number, "Tue 2026-11-24 10:00", SUPERVISOR, lambda step, ticket: redispatch(
        step, ticket, tickets.unit_by_name(step.session, TAX), (), "改派"))  # fmt: skip

    with pytest.raises(ConflictError, match="只能不同意"):
        decide(request, "Tue 2026-11-24 11:00", granted=True)

    assert due(ClockKind.HANDLING) == day("Tue 2026-12-08").isoformat()
