"""What a district may change itself, and what becomes of the rules then."""

import pytest

from engine.errors import RuleError
from engine.rules import district
from engine.rules.calendar_book import book_with, laid_over, shipped_book
from engine.rules.district import DistrictValue
from engine.rules.time_limits import clock_deadline
from engine.terms import ClockKind, TicketKind
from tests.builders import moment
from tests.rules.changing import invented_2027
from tests.rules.reading import day

TUESDAY = day("Tue 2026-12-01")


def changed(rules, key, value, since=TUESDAY):
    return district.laid_over(rules.parameters, [DistrictValue(3, key, since, value, "试行")])


def test_a_change_applies_from_its_own_day_on_and_not_before(rules):
    parameters = changed(rules, "sign_for.limit", 2)

    assert parameters["sign_for.limit"].on(day("Mon 2026-11-30")).value == 1
    assert parameters["sign_for.limit"].on(TUESDAY).value == 2
    assert parameters.version != rules.parameters.version


def test_a_change_is_cited_as_the_house_decision_with_its_number(rules):
    citation = changed(rules, "sign_for.limit", 2)["sign_for.limit"].on(TUESDAY).citation

    assert citation.label == "本区设定 H-10（第3号修改）"
    assert (citation.words, citation.house) == ("试行", True)


def test_a_second_change_keeps_the_first_for_its_own_days(rules):
    later = day("Fri 2027-01-01")
    values = [
        DistrictValue(4, "sign_for.limit", later, 3, "再改"),
        DistrictValue(3, "sign_for.limit", TUESDAY, 2, "试行"),
    ]

    parameter = district.laid_over(rules.parameters, values)["sign_for.limit"]

    assert [parameter.on(one).value for one in (TUESDAY, later)] == [2, 3]
    assert parameter.on(later).citation.label == "本区设定 H-10（第4号修改）"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("answer_limit.complaint", "文件规定，不可改"),
        ("calendar.layers", "只执行这一取值"),
        ("calendar.unconfirmed_last_days", "随日历版本"),
        ("sign_for.limit", ""),
    ],
)
def test_what_the_law_or_the_program_fixes_cannot_be_changed(rules, key, why):
    said = district.locked(rules.parameters[key], TUESDAY)

    assert why in said
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("sign_for.limit", "2", 2),
        ("calendar.opens_at", "08:30", "08:30"),
        ("calendar.closes_at", "18:00", "18:00"),
        ("notices.units_in_working_time", "否", False),
        ("deadline.due_moment", "close_of_business", "close_of_business"),
        ("privacy.confidential_kinds", "[report, complaint]", ["report", "complaint"]),
        ("suspension.reasons", "more_documents: 待补充材料", {"more_documents": "待补充材料"}),
    ],
)
def test_a_typed_value_is_read_as_what_it_is_counted_in(rules, key, text, value):
    assert district.read_value(rules.parameters[key], text) == value


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("sign_for.limit", "0", "应为1 至 9999 的整数"),
        ("sign_for.limit", "两天", "“两天”不对"),
        ("calendar.opens_at", "25:00", "时刻"),
        ("notices.units_in_working_time", "也许", "true 或 false"),
        ("deadline.due_moment", "noon", "end_of_day"),
        ("privacy.confidential_kinds", "[report, gossip]", "没有“gossip”"),
        ("escalation.ladder.handling", "- {rung: breach}", "第 1 行：缺少“when”"),
        ("escalation.ladder.handling", "- [", "不是有效的 YAML"),
    ],
)
def test_a_wrong_value_is_refused_by_the_same_checks_as_a_rule_file(rules, key, text, said):
    with pytest.raises(RuleError, match=said.replace("[", r"\[")):
        district.read_value(rules.parameters[key], text)


def test_a_stored_value_that_no_longer_fits_the_program_names_its_change(rules):
    with pytest.raises(RuleError, match=r"本区第3号修改（sign_for\.limit）"):
        changed(rules, "sign_for.limit", "two")
    with pytest.raises(RuleError, match="已不存在"):
        changed(rules, "sign_for.colour", 2)


def test_a_change_applies_from_tomorrow_at_the_earliest_and_not_from_a_day_about_to_begin():
    assert district.earliest_day(moment("Mon 2026-11-30 09:00")) == TUESDAY
    assert district.earliest_day(moment("Mon 2026-11-30 23:55")) == day("Wed 2026-12-02")


def test_every_house_setting_survives_being_typed_again(rules):
    import yaml

    from engine.rules.parameters import plain

    for parameter in rules.parameters.values():
        value = plain(parameter.values[-1].value)
        typed = yaml.safe_dump(value, allow_unicode=True) if isinstance(value, list | dict) else (
            str(value).lower() if isinstance(value, bool) else str(value))  # fmt: skip
        assert district.read_value(parameter, typed) == value, parameter.key


def test_a_year_taken_in_is_counted_by_and_the_older_calendar_is_found_again(rules):
    shipped = shipped_book()
    started = moment("Fri 2026-12-25 09:00")
    before = clock_deadline(ClockKind.HANDLING, started, rules, kind=TicketKind.COMPLAINT)

    book = book_with(shipped, [invented_2027()], (shipped,))

    after = book.calendar("CN-GX")
    assert after.confirmed_through > rules.calendar.confirmed_through
    old = book.of_version("CN-GX", before.certificate.calendar_version)
    assert old.days == rules.calendar.days
    assert book.of_version("CN-GX", after.version) is after


def test_an_upgrade_with_more_notices_replaces_the_year_taken_in_but_not_its_history():
    own = invented_2027()
    amended = invented_2027(number="试验修改", days_off={day("Wed 2027-02-10"): "春节放假"})
    shipped = laid_over(shipped_book(), [
        type(own)(own.region, own.year, own.checked_on, (own.notices[0], amended.notices[0])),
    ])  # fmt: skip

    book = book_with(shipped, [own], (laid_over(shipped, [own]), shipped))

    assert len(book.national[-1].notices) == 2
    version = laid_over(shipped, [own]).calendar("CN-GX").version
    assert book.of_version("CN-GX", version).is_working_day(day("Wed 2027-02-10"))
