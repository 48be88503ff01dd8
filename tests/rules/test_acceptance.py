"""What is accepted, refused, handed on, split, merged or reported."""

import pytest

from engine.rules.acceptance import (
    EarlierMatter,
    deemed_accepted_on,
    duplicates,
    emergency_lines,
    emergency_words,
    group_alert,
    kept_confidential,
    must_avoid_unit,
    refusal_rule,
    refusal_stands,
    split_kinds,
)
from engine.terms import RefusalReason, TicketKind
from tests.rules.changing import rules_with
from tests.rules.reading import day, moment

ON = day("Fri 2024-09-27")
NOW = moment("Fri 2024-09-27 10:00")
LI, WANG = 1, 2


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_tells_the_lawful_way(rules, reason):
    assert refusal_rule(reason, rules, ON).advice


def test_only_emergencies_are_passed_on_without_a_second_pair_of_eyes(rules):
    alone = [
        reason for reason in RefusalReason if not refusal_rule(reason, rules, ON).needs_approval
    ]

    assert alone == [RefusalReason.EMERGENCY]


@pytest.mark.parametrize(
    ("reason", "proposers", "was_with_unit", "stands"),
    [
        (RefusalReason.UNREASONABLE, [], False, False),
        (RefusalReason.UNREASONABLE, [LI], False, False),
        (RefusalReason.UNREASONABLE, [WANG], False, True),
        (RefusalReason.UNREASONABLE, [LI, WANG], False, True),
        (RefusalReason.EMERGENCY, [], False, True),
        (RefusalReason.EMERGENCY, [], True, False),
    ],
)
def test_a_refusal_takes_two_people(rules, reason, proposers, was_with_unit, stands):
    rule = refusal_rule(reason, rules, ON)

    assert refusal_stands(rule, proposers, LI, was_with_unit=was_with_unit) is stands


def test_silence_for_three_working_days_accepts(rules):
    assert deemed_accepted_on(NOW, rules) == day("Tue 2024-10-08")


def test_words_of_danger_are_pointed_out(rules):
    assert emergency_words("店里着火了，有人被困在二楼", rules, ON) == ("着火", "有人被困")
    assert emergency_words("营业执照什么时候能拿", rules, ON) == ()
    assert emergency_lines(rules, ON)["119"] == "消防"


def test_a_complaint_that_is_also_a_report_becomes_two_tickets():
    both = (TicketKind.COMPLAINT, TicketKind.REPORT)

    assert split_kinds([TicketKind.REPORT, TicketKind.COMPLAINT]) == both
    assert split_kinds([TicketKind.HELP_REQUEST]) == (TicketKind.HELP_REQUEST,)


def matter(number, requester, at):
    return EarlierMatter(number, requester, moment(at))


def test_the_same_matter_by_the_same_requester_within_thirty_days_is_a_duplicate(rules):
    earlier = [
        matter("A", "甲公司", "Wed 2024-08-28 10:00"),
        matter("B", "甲公司", "Wed 2024-08-28 09:59"),
        matter("C", "乙公司", "Thu 2024-09-26 10:00"),
    ]

    assert [found.number for found in duplicates("甲公司", NOW, earlier, rules)] == ["A"]


def test_five_requesters_in_seven_days_alert_the_supervisor(rules):
    five = [matter(str(n), f"企业{n}", "Thu 2024-09-26 10:00") for n in range(5)]

    assert group_alert(five, NOW, rules).reason == "7 日内 5 名诉求人反映同一对象"
    assert group_alert(five[:4], NOW, rules) is None


def test_three_repeats_in_seven_days_alert_the_supervisor(rules):
    three = [matter(str(n), "甲公司", "Thu 2024-09-26 10:00") for n in range(3)]

    assert group_alert(three, NOW, rules).reason == "7 日内同一事项反映 3 次"


def test_older_tickets_do_not_count_towards_an_alert(rules):
    old = [matter(str(n), f"企业{n}", "Fri 2024-09-20 09:59") for n in range(5)]

    assert group_alert(old, NOW, rules) is None


@pytest.mark.parametrize(
    ("kind", "wish", "kept"),
    [
        (TicketKind.REPORT, None, True),
        (TicketKind.REPORT, False, True),
        (TicketKind.COMPLAINT, None, False),
        (TicketKind.COMPLAINT, True, True),
    ],
)
def test_a_report_is_confidential_and_anything_else_when_it_is_asked_for(rules, kind, wish, kept):
    assert kept_confidential(kind, wish, rules, ON) is kept


def test_a_district_may_keep_complaints_confidential_unless_the_requester_says_no(tmp_path):
    stricter = rules_with("privacy.confidential_kinds", ["report", "complaint"], tmp_path)

    assert kept_confidential(TicketKind.COMPLAINT, None, stricter, ON)
    assert not kept_confidential(TicketKind.COMPLAINT, False, stricter, ON)


def test_complaints_and_reports_keep_away_from_the_unit_they_are_about(rules):
    assert must_avoid_unit(TicketKind.REPORT, rules, ON)
    assert must_avoid_unit(TicketKind.COMPLAINT, rules, ON)
    assert not must_avoid_unit(TicketKind.HELP_REQUEST, rules, ON)
