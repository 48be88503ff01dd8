"""The ladder: each rung at its moment, to whom it is told, and what takes a person first."""

import pytest

from engine.actions import review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.evidence import evidence_for
from engine.actions.letter_history import history_of
from engine.actions.unit_share import share_of
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ClockKind, DueStatus, LetterKind, NoticeKind, Rung, TicketEvent, TicketKind
from tests.actions.sweep_steps import NOW, climbed, in_progress, new_mails
from tests.builders import (
    MARKET,
    OPERATOR,
    TAX,
    a_dispatched_ticket,
    a_step,
    a_ticket,
    an_answer,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import (
    assignments_of,
    breaches_of,
    clock_of,
    events_of,
    last_event,
    letters_of,
    mails_of,
    rungs_of,
    send_mails,
    sweep,
)

pytestmark = pytest.mark.usefixtures("database")


def test_half_time_warns_the_unit_once():
    number = in_progress()

    sweep("Tue 2026-12-01 09:00")

    assert climbed(number) == ["half_time"]
    (mail,) = [
        one for one in mails_of(number, NoticeKind.WARNING) if "shijianguan" in one.recipient
    ]
    assert "期限过半" in mail.text


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        ("Tue 2026-12-01 08:59:59", []),
        ("Tue 2026-12-01 09:00", ["half_time"]),
        ("Fri 2026-12-04 09:00", ["half_time", "one_day_left"]),
        ("Mon 2026-12-07 09:00", ["half_time", "one_day_left", "due_day"]),
        ("Mon 2026-12-07 23:59:59", ["half_time", "one_day_left", "due_day"]),
        ("Tue 2026-12-08 00:00", ["half_time", "one_day_left", "due_day", "breach"]),
    ],
)
def test_each_rung_is_climbed_at_its_moment_and_not_before(now, taken):
    number = in_progress()

    sweep(now)

    assert climbed(number) == taken


def test_no_rung_falls_on_a_holiday():
    number = in_progress("Mon 2026-09-28 09:00", kind=TicketKind.HELP_REQUEST)

    sweep("Sat 2026-10-10 12:00")

    moments = {row.rung: row.fell_due_at for row in rungs_of(number)}
    assert moments[Rung.BREACH] == moment("Fri 2026-10-09 00:00")
    assert moments[Rung.L1_REMINDER] == moment("Fri 2026-10-09 09:00")
    assert moments[Rung.L2_SUPERVISION] == moment("Sat 2026-10-10 09:00")


def test_the_ladder_waits_out_the_holiday_before_the_next_step():
    number = in_progress("Tue 2026-09-15 09:00")

    sweep("Wed 2026-10-07 23:00")
    during = climbed(number)[-1]
    sweep("Thu 2026-10-08 09:00")

    assert (during, climbed(number)[-1]) == ("l1_reminder", "l2_supervision")


def test_what_goes_against_a_unit_takes_a_person_first():
    number = in_progress()
    sweep("Tue 2026-12-08 10:00")
    before = mails_of(number)

    sweep("Wed 2026-12-09 09:00")

    of_unit = clock_of(number, ClockKind.HANDLING).id
    mails = [one for one in new_mails(number, before) if one.key.startswith(f"clock:{of_unit}:")]
    assert {mail.recipient for mail in mails} == {"zhuguan1@demo.invalid", "zhuguan2@demo.invalid"}
    assert {mail.kind for mail in mails} == {NoticeKind.LETTER_PROPOSED}
    assert "督办函" in mails[0].text


def test_a_breach_of_one_working_day_proposes_a_supervision_letter_of_five_a_rectification():
    number = in_progress()

    sweep("Wed 2026-12-09 09:00")
    kinds = [letter.kind for letter in letters_of(number)]
    sweep("Tue 2026-12-15 09:00")

    assert kinds == [LetterKind.SUPERVISION]
    assert [one.kind for one in letters_of(number)] == [
        LetterKind.SUPERVISION,
        LetterKind.RECTIFICATION,
    ]


def test_supervisors_are_told_of_a_proposal_only_where_there_is_one():
    number = a_ticket(NOW)  # nobody has it: the requester's clock alone runs out

    sweep("Fri 2026-12-18 09:00")

    assert letters_of(number) == []
    assert mails_of(number, NoticeKind.LETTER_PROPOSED) == []


def test_an_unsigned_ticket_is_deemed_signed_and_first_contact_becomes_due():
    number = a_dispatched_ticket(NOW)

    sweep("Wed 2026-11-25 00:00")

    (lead,) = assignments_of(number)
    assert (status_of(number), lead.deemed_signed) == ("signed_for", True)
    assert "H-11" in last_event(number, TicketEvent.DEEM_SIGNED).citation
    assert clock_of(number, ClockKind.FIRST_CONTACT).started_at == moment("Wed 2026-11-25 00:00")


def test_a_letter_dates_a_deemed_signature_by_when_it_was_so_and_says_when_it_was_found():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    sweep("Fri 2026-11-27 08:00")

    with work() as session:
        step = a_step(session, "Fri 2026-11-27 09:00")
        ticket = store.ticket_by_number(session, number)
        share = share_of(step, ticket, ticket.lead_unit_id)
        (line,) = (one for one in evidence_for(step, ticket, share.unit_id) if "视为签收" in one)
        (told,) = (one for one in history_of(step, ticket, share) if "视为签收" in one.text)

    assert line.startswith("11月24日24:00逾期未签收，视为签收，11月27日查见（事件第")
    assert told.at == moment("Wed 2026-11-25 00:00")
    assert told.text.endswith("，11月27日查见")


def test_a_second_before_the_sign_for_limit_nothing_is_deemed():
    number = a_dispatched_ticket(NOW)

    sweep("Tue 2026-11-24 23:59:59")

    assert status_of(number) == "dispatched"


def test_an_answered_ticket_is_no_longer_warned_about():
    number = in_progress()
    on_ticket(number, NOW, MARKET, lambda s, t: unit_work.answer(s, t, an_answer()))
    on_ticket(number, NOW, OPERATOR, review.approve_answer)

    sweep("Tue 2026-12-22 09:00")

    assert climbed(number) == []
    assert ClockKind.HANDLING not in {breach.kind for breach in breaches_of(number)}


def test_an_assisting_units_breach_is_its_own():
    number = a_ticket(NOW)

    def hand_over(step, ticket):
        lead, support = (store.unit_by_name(step.session, name) for name in (MARKET, TAX))
        dispatch(step, ticket, Dispatch(lead, (support,), "测试"))

    on_ticket(number, NOW, OPERATOR, hand_over)

    sweep("Wed 2026-12-02 00:00")

    (breach,) = [one for one in breaches_of(number) if one.kind is ClockKind.ASSISTING]
    assert breach.unit_id == assignments_of(number)[1].unit_id


def test_a_provisional_deadline_is_warned_about_but_never_breached():
    number = in_progress("Thu 2026-12-24 09:00")
    assert clock_of(number, ClockKind.HANDLING).due_status is DueStatus.PROVISIONAL

    sweep("Mon 2027-02-22 09:00")

    assert set(climbed(number)) == {"half_time", "one_day_left", "due_day"}
    assert [one for one in breaches_of(number) if one.kind is ClockKind.HANDLING] == []


def test_the_engine_is_the_author_of_what_the_sweep_does():
    number = in_progress()

    sweep("Tue 2026-12-22 10:00")

    swept = [event for event in events_of(number) if event.at == moment("Tue 2026-12-22 10:00")]
    assert swept
    assert {event.actor_name for event in swept} == {"系统"}
    assert all(event.citation for event in swept)
