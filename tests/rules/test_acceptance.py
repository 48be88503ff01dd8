"""What is accepted, refused, handed on, split, merged or reported."""

import pytest

from engine.rules.acceptance import (
    EarlierMatter,
    confidential_by_default,
    deemed_accepted_on,
    duplicates,
    emergency_lines,
    emergency_words,
    group_alert,
    must_avoid_unit,
    refusal_hindrance,
    refusal_rule,
    split_kinds,
)
from engine.terms import RefusalReason, TicketKind
from tests.rules.reading import day, moment

ON = day("Fri 2024-09-27")
NOW = moment("Fri 2024-09-27 10:00")


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_tells_the_lawful_way(rules, reason):
    assert refusal_rule(reason, rules, ON).advice


def test_only_emergencies_are_passed_on_without_a_second_pair_of_eyes(rules):
    alone = [
        reason for reason in RefusalReason if not refusal_rule(reason, rules, ON).needs_approval
    ]

    assert alone == [RefusalReason.EMERGENCY]


def test_a_refusal_takes_two_people(rules):
    reason = RefusalReason.UNREASONABLE

    assert refusal_hindrance(reason, "li", None, rules, ON) == "不予受理须由第二人复核"
    assert refusal_hindrance(reason, "li", "li", rules, ON) == "复核人不能是提出人"
    assert refusal_hindrance(reason, "li", "wang", rules, ON) is None
    assert refusal_hindrance(RefusalReason.EMERGENCY, "li", None, rules, ON) is None


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


def test_reports_are_confidential_and_keep_away_from_the_reported_unit(rules):
    assert confidential_by_default(TicketKind.REPORT, rules, ON)
    assert not confidential_by_default(TicketKind.COMPLAINT, rules, ON)
    assert must_avoid_unit(TicketKind.REPORT, rules, ON)
    assert not must_avoid_unit(TicketKind.HELP_REQUEST, rules, ON)
