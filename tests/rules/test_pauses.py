"""What a pause takes out of a count."""

from engine.rules.pauses import AskedPause, pause_ends_at, pause_refusal, paused_days
from engine.rules.time_limits import Pause, answer_deadline
from engine.terms import DayKind, TicketKind
from tests.rules.reading import day, moment

ACCEPTED = day("Mon 2023-11-13")
RECEIVED = moment("Mon 2023-11-13 10:00")


def pause(start, end):
    return Pause(moment(start), moment(end) if end else None, "awaiting_requester")


def refusal_of(rules, *pauses, kind=TicketKind.COMPLAINT, reason="testing", today="Tue 2023-11-14"):
    asked = AskedPause(kind, reason, day(today), day("Mon 2023-11-27"))
    return pause_refusal(asked, pauses, rules, ACCEPTED)


def due_with(rules, *pauses):
    return answer_deadline(TicketKind.COMPLAINT, RECEIVED, rules, pauses=pauses)


def test_without_a_pause_the_complaint_is_due_in_ten_working_days(rules):
    assert due_with(rules).due_on == day("Mon 2023-11-27")


def test_a_pause_from_wednesday_to_friday_takes_out_two_working_days(rules):
    found = due_with(rules, pause("Wed 2023-11-15 09:00", "Fri 2023-11-17 17:00"))

    assert found.due_on == day("Wed 2023-11-29")
    assert [d.on.day for d in found.certificate.days if d.kind is DayKind.PAUSED] == [16, 17]


def test_a_pause_within_a_weekend_takes_out_nothing(rules):
    weekend = pause("Sat 2023-11-18 00:00", "Sun 2023-11-19 23:59")

    assert due_with(rules, weekend).due_on == due_with(rules).due_on


def test_a_pause_within_one_day_takes_out_nothing(rules):
    short = pause("Wed 2023-11-15 09:00", "Wed 2023-11-15 17:00")

    assert due_with(rules, short).due_on == due_with(rules).due_on


def test_two_pauses_end_to_end_are_as_long_as_one(rules):
    one = due_with(rules, pause("Wed 2023-11-15 09:00", "Tue 2023-11-21 17:00"))
    two = due_with(
        rules,
        pause("Wed 2023-11-15 09:00", "Fri 2023-11-17 10:00"),
        pause("Fri 2023-11-17 10:00", "Tue 2023-11-21 17:00"),
    )

    assert one.due_on == two.due_on


def test_overlapping_pauses_are_counted_once(rules):
    once = pause("Wed 2023-11-15 09:00", "Fri 2023-11-17 10:00")

    assert due_with(rules, once, once).due_on == due_with(rules, once).due_on


def test_a_pause_that_reaches_past_the_due_date_moves_it_on(rules):
    late = pause("Fri 2023-11-24 09:00", "Wed 2023-11-29 10:00")

    assert due_with(rules, late).due_on == day("Thu 2023-11-30")


def test_pauses_take_out_fifteen_working_days_at_most(rules):
    long = pause("Wed 2023-11-15 09:00", "Fri 2023-12-29 10:00")

    assert len(paused_days([long], rules, ACCEPTED)) == 15
    assert due_with(rules, long).due_on == day("Mon 2023-12-18")


def test_a_standing_pause_is_reckoned_up_to_the_cap(rules):
    standing = pause("Wed 2023-11-15 09:00", None)

    assert due_with(rules, standing).due_on == day("Mon 2023-12-18")


def test_a_pause_before_receipt_changes_nothing(rules):
    early = pause("Wed 2023-11-08 09:00", "Fri 2023-11-10 09:00")

    assert due_with(rules, early).due_on == due_with(rules).due_on


def test_the_sentence_says_which_days_stood_still(rules):
    found = due_with(rules, pause("Wed 2023-11-15 09:00", "Fri 2023-11-17 17:00"))

    assert "11月16日至17日停表不计" in found.certificate.sentence()


def test_help_requests_are_not_paused(rules):
    refusal, citation = refusal_of(rules, kind=TicketKind.HELP_REQUEST)

    assert refusal == "求助类工单不停表"
    assert citation.label == "本区设定 H-22"


def test_only_the_listed_reasons_stop_a_clock(rules):
    refusal, _ = refusal_of(rules, reason="busy")

    assert "待诉求人补充材料" in refusal


def test_a_paused_clock_is_not_paused_again(rules):
    refusal, _ = refusal_of(rules, pause("Wed 2023-11-15 09:00", None))

    assert refusal == "已在停表中，先恢复计时"


def test_a_used_up_cap_allows_no_more(rules):
    refusal, _ = refusal_of(rules, pause("Wed 2023-11-15 09:00", "Fri 2023-12-29 10:00"))

    assert refusal == "停表累计已满 15 个工作日"


def test_a_complaint_may_wait_for_an_appraisal(rules):
    assert refusal_of(rules) is None


def test_on_the_due_day_and_after_it_no_clock_is_paused(rules):
    assert refusal_of(rules, today="Fri 2023-11-24") is None

    for late in ("Mon 2023-11-27", "Tue 2023-11-28"):
        refusal, citation = refusal_of(rules, today=late)
        assert refusal == "到期日11月27日（周一）当日及以后不停表"
        assert citation.label == "本区设定 H-22"


def test_a_standing_pause_is_used_up_at_the_end_of_its_fifteenth_working_day(rules):
    standing = pause("Wed 2023-11-15 09:00", None)

    assert pause_ends_at([standing], rules, ACCEPTED) == moment("Thu 2023-12-07 00:00")


def test_what_earlier_pauses_took_is_no_longer_there_for_a_standing_one(rules):
    earlier = pause("Wed 2023-11-15 09:00", "Fri 2023-11-17 17:00")
    standing = pause("Mon 2023-11-20 09:00", None)

    assert pause_ends_at([earlier, standing], rules, ACCEPTED) == moment("Fri 2023-12-08 00:00")


def test_a_pause_that_ended_needs_no_end(rules):
    over = pause("Wed 2023-11-15 09:00", "Fri 2023-11-17 17:00")

    assert pause_ends_at([over], rules, ACCEPTED) is None
    assert pause_ends_at([], rules, ACCEPTED) is None
