"""Four tickets over National Day 2026 (Thu 10-01 to Wed 10-07 off, Sat 10-10 worked)."""

from engine.actions import letter_signing, letters, review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.letter_replies import answer_letter
from engine.models import Ticket
from engine.rules.certificates import Certificate
from engine.store import letters as letter_store
from engine.store import tickets as store
from engine.terms import (
    ClockKind,
    LetterKind,
    LetterStatus,
    NoticeKind,
    RectificationGround,
    ReturnReason,
    TicketEvent,
    TicketKind,
)
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_ticket,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import (
    assignments_of,
    breaches_of,
    clock_of,
    event_names,
    events_of,
    last_event,
    letters_of,
    mails_of,
    rungs_of,
    ticket_of,
)


def hand_to(number, now, name):
    def what(step, ticket: Ticket):
        unit = store.unit_by_name(step.session, name)
        dispatch(step, ticket, Dispatch(unit, (), "话务员选定"))

    if ticket_of(number).lead_unit_id is None:
        on_ticket(number, now, OPERATOR, what)


def on_letter(number, now, who, what):
    letter_id = letters_of(number)[-1].id
    doing(now, who, lambda s: what(s, letter_store.letter(s.session, letter_id, lock=True)))


def answer(number, now, unit):
    on_ticket(number, now, unit, lambda s, t: unit_work.answer(s, t, an_answer()))
    on_ticket(number, now, OPERATOR, review.approve_answer)


def test_a_help_request_is_answered_in_time_across_the_holiday_and_closed(days, var):
    now = days.go("Wed 2026-09-30 16:00")
    number = a_ticket(now, kind=TicketKind.HELP_REQUEST, lead_unit=MARKET)
    assert clock_of(number, ClockKind.REQUESTER).due_on == day("Sat 2026-10-10")

    on_ticket(number, days.go("Wed 2026-09-30 17:00"), MARKET, unit_work.sign_for)
    on_ticket(number, days.go("Thu 2026-10-08 10:00"), MARKET, unit_work.first_contact)
    answer(number, days.go("Sat 2026-10-10 15:00"), MARKET)
    call_back(number, days.go("Mon 2026-10-12 10:00"), a_callback())

    assert status_of(number) == "closed"
    assert breaches_of(number) == []
    assert len(list((var / "mailbox").glob("*.eml"))) == len(mails_of(number))


def test_its_certificate_shows_the_holiday_and_the_make_up_saturday(days):
    now = days.go("Wed 2026-09-30 16:00")
    number = a_ticket(now, kind=TicketKind.HELP_REQUEST)

    stored = clock_of(number, ClockKind.REQUESTER).certificate
    kinds = {one.on: one.kind.value for one in Certificate.from_json(stored).days}
    assert kinds[day("Thu 2026-10-01")] == kinds[day("Wed 2026-10-07")] == "holiday"
    assert kinds[day("Sat 2026-10-10")] == "make_up"


def test_it_is_warned_about_on_working_days_only(days):
    now = days.go("Wed 2026-09-30 16:00")
    number = a_ticket(now, kind=TicketKind.HELP_REQUEST, lead_unit=MARKET)
    on_ticket(number, now, MARKET, unit_work.sign_for)

    days.go("Sat 2026-10-10 10:00")

    handling = clock_of(number, ClockKind.HANDLING)
    climbed = {row.rung.value: row.fell_due_at for row in rungs_of(number)
               if row.clock_id == handling.id}  # fmt: skip
    assert climbed == {
        "one_day_left": moment("Fri 2026-10-09 09:00"),
        "due_day": moment("Sat 2026-10-10 09:00"),
    }


def a_neglected_complaint(days):
    now = days.go("Sun 2026-09-20 09:00")  # a worked Sunday
    number = a_ticket(now, kind=TicketKind.COMPLAINT, lead_unit=MARKET)
    on_ticket(number, now, MARKET, unit_work.sign_for)
    on_ticket(number, now, MARKET, unit_work.first_contact)
    days.go("Mon 2026-10-19 10:00")
    return number


def test_a_complaint_left_lying_over_the_holiday_climbs_the_whole_ladder(days):
    number = a_neglected_complaint(days)

    handling = clock_of(number, ClockKind.HANDLING)
    climbed = [(row.rung.value, row.fell_due_at) for row in rungs_of(number)
               if row.clock_id == handling.id]  # fmt: skip
    assert handling.due_on == day("Sat 2026-10-10")
    assert climbed == [
        ("half_time", moment("Tue 2026-09-29 09:00")),
        ("one_day_left", moment("Fri 2026-10-09 09:00")),
        ("due_day", moment("Sat 2026-10-10 09:00")),
        ("breach", moment("Sun 2026-10-11 00:00")),
        ("l1_reminder", moment("Mon 2026-10-12 09:00")),
        ("l2_supervision", moment("Tue 2026-10-13 09:00")),
        ("l3_interview", moment("Thu 2026-10-15 09:00")),
        ("l4_letter", moment("Mon 2026-10-19 09:00")),
    ]


def test_each_rung_was_found_in_the_round_it_fell_due(days):
    number = a_neglected_complaint(days)

    assert all(row.detected_at == row.fell_due_at for row in rungs_of(number))


def test_the_letter_it_earns_is_drafted_approved_numbered_mailed_and_answered(days, var):
    number = a_neglected_complaint(days)
    rectification = letters_of(number)[-1]
    assert (rectification.kind, rectification.status) == (
        LetterKind.RECTIFICATION, LetterStatus.PROPOSED,
    )  # fmt: skip
    draft = letters.Draft((RectificationGround.DUTY_NOT_PERFORMED,), ("三日内办结",))

    on_letter(number, days.go("Mon 2026-10-19 15:00"), SUPERVISOR,
              lambda s, one: letters.draft_letter(s, one, draft))  # fmt: skip
    now = days.go("Tue 2026-10-20 09:30")
    for act in (letters.review_letter, letter_signing.sign_letter, letter_signing.send_letter):
        on_letter(number, now, SECOND_SUPERVISOR, act)
    days.go("Tue 2026-10-20 10:00")
    answer(number, days.go("Wed 2026-10-21 10:00"), MARKET)
    on_letter(number, days.go("Thu 2026-10-22 10:00"), MARKET, lambda s, one: answer_letter(
        s, one, "已办结，责任到人，完善督办台账。"))  # fmt: skip

    letter = letters_of(number)[-1]
    assert (letter.status, letter.number) == (LetterStatus.ANSWERED, "城中热线〔2026〕1号")
    sent = mails_of(number, NoticeKind.RECTIFICATION)
    assert {mail.sent_at for mail in sent} == {moment("Tue 2026-10-20 10:00")}
    assert any(b"application/pdf" in path.read_bytes() for path in (var / "mailbox").iterdir())


def test_a_false_solved_becomes_rework_and_then_supervision(days):
    now = days.go("Tue 2026-09-29 09:00")
    number = a_ticket(now, kind=TicketKind.COMPLAINT, lead_unit=MARKET)
    on_ticket(number, now, MARKET, unit_work.sign_for)
    answer(number, days.go("Wed 2026-09-30 10:00"), MARKET)

    call_back(number, days.go("Wed 2026-09-30 15:00"), an_unhappy_callback())
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Sat 2026-10-10")
    answer(number, days.go("Sat 2026-10-10 10:00"), MARKET)
    call_back(number, days.go("Mon 2026-10-12 10:00"), an_unhappy_callback())

    assert status_of(number) == "supervised"
    assert letters_of(number)[-1].grounds == ["dissatisfied_twice", "false_report"]
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Thu 2026-10-15")


def test_a_supervised_ticket_can_still_come_to_a_good_end(days):
    now = days.go("Tue 2026-09-29 09:00")
    number = a_ticket(now, kind=TicketKind.COMPLAINT, lead_unit=MARKET)
    on_ticket(number, now, MARKET, unit_work.sign_for)
    for at in ("Wed 2026-09-30 10:00", "Thu 2026-10-08 10:00"):
        answer(number, days.go(at), MARKET)
        call_back(number, at, an_unhappy_callback())

    answer(number, days.go("Fri 2026-10-09 10:00"), MARKET)
    call_back(number, days.go("Sat 2026-10-10 10:00"), a_callback())

    assert status_of(number) == "closed"
    assert event_names(number).count("supervise") == 1


def test_two_units_return_it_until_the_panel_designates_one(days):
    now = days.go("Wed 2026-09-30 09:00")
    number = a_ticket(now, kind=TicketKind.COMPLAINT, lead_unit=MARKET)
    sent_back(number, days.go("Wed 2026-09-30 11:00"), MARKET, TAX)
    on_ticket(number, days.go("Wed 2026-09-30 15:00"), OPERATOR, lambda s, t: review.rule_on_return(
        s, t, review.Ruling(True, "职责不符", store.unit_by_name(s.session, TAX))))  # fmt: skip
    sent_back(number, days.go("Thu 2026-10-08 09:30"), TAX, FINANCE)
    on_ticket(number, days.go("Fri 2026-10-09 10:00"), SUPERVISOR, review.convene_panel)
    on_ticket(number, days.go("Sat 2026-10-10 10:00"), SUPERVISOR, lambda s, t: review.designate(
        s, t, store.unit_by_name(s.session, FINANCE), (), "由财政牵头"))  # fmt: skip

    assert [name for name in event_names(number) if name not in ("deem_signed", "warn")] == [
        "accept", "dispatch", "return", "uphold_return", "dispatch", "return", "convene_panel",
        "designate",
    ]  # fmt: skip
    assert clock_of(number, ClockKind.REQUESTER).due_on == day("Tue 2026-10-20")
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Fri 2026-10-23")
    assert [one.ended_at is None for one in assignments_of(number)] == [False, False, True]


def sent_back(number, now, unit, suggested):
    form = unit_work.ReturnForm(
        reason=ReturnReason.OTHER_UNIT_LEADS, explanation="不属本单位职责", legal_basis="三定方案",
        suggested_unit=suggested,
    )  # fmt: skip
    on_ticket(number, now, unit, lambda s, t: unit_work.request_return(s, t, form))


def test_every_event_says_when_it_was_recorded(days):
    number = a_neglected_complaint(days)

    assert all(event.recorded_at == event.at for event in events_of(number))
    assert last_event(number, TicketEvent.BREACH).at == moment("Sun 2026-10-11 00:00")
