"""Taking a holiday notice in (导入放假安排): two people, every process, every certificate."""

import json

import pytest

from engine.actions import background, calendar_changes, rule_changes
from engine.actions.rule_impact import impact_of_rules
from engine.actions.rules_in_force import rules_in_force
from engine.actions.verify import verify
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.rules.calendar_files import load_provisional_year
from engine.rules.calendar_import import year_file_text
from engine.rules.calendar_reading import HandedIn
from engine.rules.recomputation import Change
from engine.store.database import work
from engine.terms import ClockKind, DueStatus
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, a_ticket, day, doing, moment
from tests.looking import clock_of
from tests.rules.changing import invented_2027

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
CHRISTMAS = "Thu 2026-12-24 09:00"


def days_2027(*more):
    statutory = [
        {"name": "节日", "date": str(on), "isOffDay": True}
        for on in load_provisional_year(2027).days_off
    ]
    return json.dumps({"year": 2027, "days": [*statutory, *more]}, ensure_ascii=False)


def given(text=None, number="试验〔2026〕1号", dated="Fri 2026-11-20", **changes):
    return HandedIn(text or days_2027(), "放假安排", number, day(dated), **changes)


def proposed(what=None, now=NOW):
    what = what or given()
    return doing(now, SUPERVISOR, lambda step: calendar_changes.propose_calendar(step, what).id)


def approved(what=None, now=NOW):
    number = proposed(what, now)
    doing(now, SECOND_SUPERVISOR, lambda step: calendar_changes.approve_calendar(step, number))
    return number


def in_force():
    with work() as session:
        return rules_in_force(session)


def test_a_calendar_is_in_force_once_a_second_person_approved_it():
    number = proposed()
    before = in_force().book.years("CN")

    with pytest.raises(NotPermittedError):
        doing(NOW, SUPERVISOR, lambda step: calendar_changes.approve_calendar(step, number))
    doing(NOW, SECOND_SUPERVISOR, lambda step: calendar_changes.approve_calendar(step, number))

    rules = in_force()
    assert 2027 in rules.book.years("CN") - before
    assert rules.book.national[-1].notices[0].note == "核对：演示主管甲、演示主管乙"


def test_the_alarm_ends_when_the_year_is_there():
    with work() as session:
        assert background.calendar_alarm_lines(session, moment(NOW)) != ()

    approved()

    with work() as session:
        assert background.calendar_alarm_lines(session, moment(NOW)) == ()


def test_running_deadlines_are_recounted_and_every_certificate_holds():
    number = a_ticket(CHRISTMAS)
    provisional = clock_of(number, ClockKind.REQUESTER)
    off = {"name": "元旦", "date": "2027-01-04", "isOffDay": True}

    approved(given(days_2027(off)), CHRISTMAS)
    for clock_id in background.clocks_to_recompute(moment(CHRISTMAS), 100):
        background.recompute_one(clock_id, moment(CHRISTMAS))

    moved = clock_of(number, ClockKind.REQUESTER)
    assert provisional.due_status is DueStatus.PROVISIONAL
    assert (moved.due_status, moved.due_on > provisional.due_on) == (DueStatus.CONFIRMED, True)
    assert background.clocks_to_recompute(moment(CHRISTMAS), 100) == []
    with work() as session:
        assert verify(session, rules_in_force(session)).difference is None


def test_a_certificate_counted_before_an_amendment_still_holds_after_it():
    approved(now=CHRISTMAS)
    with work() as session:
        calendar = rules_in_force(session).calendar
    number = a_ticket_counted_by_what_is_in_force(CHRISTMAS)
    off = {"name": "元旦", "date": "2027-01-08", "isOffDay": True}
    approved(given(days_2027(off), "试验〔2026〕2号", "Wed 2026-12-23"), CHRISTMAS)

    with work() as session:
        rules = rules_in_force(session)
        assert rules.calendar.version != calendar.version
        assert verify(session, rules).difference is None
    certificate = clock_of(number, ClockKind.REQUESTER).certificate
    assert certificate["calendar_version"] == calendar.version


def a_ticket_counted_by_what_is_in_force(now):
    from tests.actions.test_rule_changes import a_ticket_by_rules

    return a_ticket_by_rules(now)


def test_the_preview_says_which_dates_would_move():
    number = a_ticket(CHRISTMAS)
    off = {"name": "元旦", "date": "2027-01-04", "isOffDay": True}
    what = proposed(given(days_2027(off)), CHRISTMAS)

    def look(step):
        change = rule_changes.store.change(step.session, what)
        return impact_of_rules(step, calendar_changes.rules_after(step, change))

    impact = doing(CHRISTMAS, None, look)

    assert (impact.in_hand, impact.tickets) == (1, 1)
    assert [one.number for one in impact.shown] == [number]
    assert impact.changes[Change.MOVED] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "缺少“region”"),
        ("放假通知", "没有一行放假安排"),
        ("region", "没有一行放假安排"),
        ("region: CN\nyear", "不是有效的 YAML"),
        ("{", "读不出来"),
        ('{"year": 2027, "days": []}', "没有任何日期"),
        ("2027-01-01,也许,元旦", "应为2027-02-08,放假,春节"),
        ("2027-13-01,放假,元旦", "不是日历上有的日期"),
        ("region: CN\nyear: 2027", "缺少“checked_on”"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_beside_its_field(text, said):
    with pytest.raises(BadInputError) as error:
        proposed(HandedIn(text, "放假安排", "试验〔2026〕1号", day("Fri 2026-11-20")))

    assert said in error.value.fields["text"]


def test_a_day_of_the_past_is_refused():
    off = {"name": "补假", "date": "2026-11-20", "isOffDay": True}
    text = json.dumps({"year": 2026, "days": [*whole_2026(), off]}, ensure_ascii=False)

    with pytest.raises(BadInputError, match="不能改动过去的日子"):
        proposed(given(text))


def whole_2026():
    calendar = in_force().book.calendar("CN")
    days = calendar.days_between(day("Thu 2026-01-01"), day("Thu 2026-12-31"))
    return [{"name": one.reason[:2], "date": str(one.on), "isOffDay": one.kind.value == "holiday"}
            for one in days if one.kind.value in ("holiday", "make_up")]  # fmt: skip


def test_a_csv_and_our_own_format_say_the_same_as_the_json():
    lines = [f"{on},放假,节日" for on in load_provisional_year(2027).days_off]
    rows = given("日期,安排,名称\n" + "\n".join(lines))
    own = HandedIn(year_file_text(given().year_file()))

    assert rows.year_file() == given().year_file() == own.year_file()


def test_nothing_is_taken_in_twice():
    approved()

    with pytest.raises(BadInputError, match="没有差异"):
        proposed()


def test_what_was_taken_in_meanwhile_stops_an_older_proposal():
    number = proposed()
    with pytest.raises(ConflictError, match=f"第{number}号"):
        proposed()
    doing(NOW, SUPERVISOR, lambda step: rule_changes.refuse(step, number, ""))
    other = proposed(HandedIn(year_file_text(invented_2027())))
    doing(NOW, SECOND_SUPERVISOR, lambda step: calendar_changes.approve_calendar(step, other))

    with pytest.raises(ConflictError, match="已撤回"):
        doing(NOW, SECOND_SUPERVISOR, lambda step: calendar_changes.approve_calendar(step, number))
