"""The deadline certificate, its sentence, its proof years later, and recomputation."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.rules.certificates import Certificate
from engine.rules.recomputation import Change, certificate_difference, recomputed
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.time_limits import Extension, Pause, answer_deadline, clock_deadline
from engine.rules.working_days import load_calendar
from engine.terms import ClockKind, DayKind, DueStatus, TicketKind
from tests.rules.changing import rules_with
from tests.rules.reading import day, moment

RECEIVED = moment("Fri 2024-09-27 10:00")


@pytest.fixture
def complaint(rules):
    return answer_deadline(TicketKind.COMPLAINT, RECEIVED, rules)


def test_a_certificate_accounts_for_every_day_from_receipt_to_due(complaint):
    days = complaint.certificate.days

    assert (days[0].on, days[-1].on) == (day("Fri 2024-09-27"), day("Wed 2024-10-16"))
    assert len(days) == (days[-1].on - days[0].on).days + 1
    assert [one.number for one in days if one.number] == list(range(1, 11))
    assert days[0].kind is DayKind.RECEIVED


def test_make_up_days_count_and_say_why(complaint):
    make_up = [one for one in complaint.certificate.days if one.kind is DayKind.MAKE_UP]

    assert [(one.on.day, one.number, one.reason) for one in make_up] == [
        (29, 1, "国庆节调休上班"),
        (12, 7, "国庆节调休上班"),
    ]


def test_the_sentence_says_limit_start_holidays_and_end(complaint):
    assert complaint.certificate.sentence() == (
        "投诉 10 个工作日，登记次日起算；10月1日至7日放假不计，"
        "9月29日、10月12日调休上班计入；10月16日（周三）24:00到期。"
    )


def test_a_week_without_holidays_needs_no_remark(rules):
    found = answer_deadline(TicketKind.HELP_REQUEST, moment("Thu 2023-11-16 09:00"), rules)

    assert found.certificate.sentence() == (
        "求助 3 个工作日，登记次日起算；11月21日（周二）24:00到期。"
    )


def test_a_provisional_date_says_so(rules):
    found = answer_deadline(TicketKind.COMPLAINT, moment("Mon 2026-12-28 10:00"), rules)

    assert "（暂定：放假安排尚未公布，公布后重算）" in found.certificate.sentence()


def test_a_span_over_two_months_names_both(rules):
    found = answer_deadline(
        TicketKind.COMPLAINT, moment("Tue 2023-04-25 10:00"), rules, rules_on=day("Wed 2023-11-08")
    )

    assert "4月29日至5月3日放假不计" in found.certificate.sentence()


def test_a_certificate_survives_being_stored(rules):
    still = Pause(moment("Sun 2024-09-29 10:00"), None, "testing")
    found = answer_deadline(
        TicketKind.REPORT,
        RECEIVED,
        rules,
        pauses=(still,),
        extensions=(Extension(2, moment("Mon 2024-09-30 10:00"), "案情复杂"),),
    ).certificate

    assert Certificate.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_certificate_cites_rule_calendar_and_versions(rules, complaint):
    certificate = complaint.certificate

    assert certificate.citation.label == "城中政办〔2023〕19号 附件第113项"
    assert certificate.rule_since == day("Wed 2023-11-08")
    assert certificate.calendar_region == "CN-GX"
    assert certificate.calendar_version.startswith("CN-GX-2026.")
    assert certificate.rules_version == rules.parameters.version


def test_a_true_certificate_can_be_proved_again(rules, complaint):
    assert certificate_difference(complaint.certificate, rules) is None


def test_a_certificate_of_an_older_calendar_is_proved_by_that_calendar(rules):
    older = RuleSet(rules.parameters, load_calendar("CN-GX", day("Mon 2025-11-03")))
    found = answer_deadline(TicketKind.COMPLAINT, moment("Mon 2025-12-29 10:00"), older)

    assert certificate_difference(found.certificate, rules) is None


def test_a_forged_certificate_is_found_out(rules, complaint):
    forged = replace(complaint.certificate, due_on=complaint.due_on + timedelta(days=1))

    assert certificate_difference(forged, rules).startswith("到期日：")


def test_adding_a_later_value_leaves_old_certificates_true(tmp_path, complaint):
    changed = rules_with("answer_limit.complaint", 5, tmp_path, since="2026-01-01")

    assert certificate_difference(complaint.certificate, changed) is None


def before_the_2026_notice(rules):
    return RuleSet(rules.parameters, load_calendar("CN-GX", day("Mon 2025-11-03")))


def test_publication_moves_a_provisional_date_and_confirms_it(rules):
    old = answer_deadline(
        TicketKind.COMPLAINT, moment("Wed 2025-12-31 10:00"), before_the_2026_notice(rules)
    )

    change = recomputed(old.certificate, rules)

    assert old.status is DueStatus.PROVISIONAL
    assert (old.due_on, change.new.due_on) == (day("Thu 2026-01-15"), day("Thu 2026-01-15"))
    assert change.change is Change.CONFIRMED


def test_publication_may_move_the_date_and_keeps_both(rules):
    old = answer_deadline(
        TicketKind.COMPLAINT, moment("Mon 2026-02-09 10:00"), before_the_2026_notice(rules)
    )

    change = recomputed(old.certificate, rules)

    assert (old.due_on, change.new.due_on) == (day("Fri 2026-02-27"), day("Sat 2026-02-28"))
    assert change.change is Change.MOVED
    assert change.old.calendar_version != change.new.certificate.calendar_version


def test_a_confirmed_date_is_never_shortened_silently(rules):
    national = load_rules("CN")
    old = answer_deadline(TicketKind.COMPLAINT, moment("Tue 2024-04-09 10:00"), rules)

    change = recomputed(old.certificate, national)

    assert change.new.due_on < old.due_on
    assert change.change is Change.NEEDS_DECISION


def test_a_confirmed_date_may_be_lengthened(rules):
    old = answer_deadline(TicketKind.COMPLAINT, moment("Tue 2024-04-09 10:00"), load_rules("CN"))

    assert recomputed(old.certificate, rules).change is Change.MOVED


def test_nothing_changes_where_no_day_changed(rules, complaint):
    assert recomputed(complaint.certificate, rules).change is Change.NONE


def test_recomputing_keeps_a_clock_s_own_limit(rules):
    follow_up = clock_deadline(
        ClockKind.FOLLOW_UP, RECEIVED, rules, kind=TicketKind.COMPLAINT, working_days=45
    )

    assert recomputed(follow_up.certificate, rules).new.counted.limit == 45
