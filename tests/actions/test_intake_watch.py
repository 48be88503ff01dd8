"""What intake notices (受理提示): proposals on record, that people act on."""

import pytest

from engine.actions.splitting import split_ticket
from engine.errors import BadInputError, ConflictError, RefusedTransitionError
from engine.store import matters
from engine.terms import ClockKind, NoticeKind, TicketEvent, TicketKind
from tests.builders import (
    LICENCE,
    MARKET,
    OPERATOR,
    TAX,
    a_dispatched_ticket,
    a_ticket,
    on_ticket,
    status_of,
)
from tests.looking import (
    clock_of,
    clocks_of,
    event_names,
    events_of,
    last_event,
    mails_of,
    requester_of,
    ticket_of,
)

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
OTHER_MATTER = "门前道路积水多日无人清理，货车进不来，请协调排水"


def noticed(number, what):
    found = [event for event in events_of(number) if event.details.get("watch") == what]
    return found[-1] if found else None


def company(n, **changes):
    return {"enterprise": f"演示企业{n}", "phone": f"0772-000000{n}", **changes}


def test_the_same_requester_with_the_same_matter_is_proposed_for_merging():
    first = a_ticket(NOW)

    second = a_ticket(NOW, content=LICENCE + "，请尽快处理")

    assert noticed(second, "duplicate").details["numbers"] == [first]
    assert status_of(second) == "accepted"


@pytest.mark.parametrize("changes", [{"enterprise": "演示企业乙"}, {"phone": "0772-1111111"}])
def test_a_requester_is_known_by_number_or_by_enterprise(changes):
    first = a_ticket(NOW)

    second = a_ticket(NOW, **changes)

    assert noticed(second, "duplicate").details["numbers"] == [first]


def test_another_matter_or_another_requester_is_no_repeat():
    a_ticket(NOW)

    assert noticed(a_ticket(NOW, content=OTHER_MATTER), "duplicate") is None
    assert noticed(a_ticket(NOW, **company(2)), "duplicate") is None


@pytest.mark.parametrize(
    ("again", "proposed"), [("Wed 2026-12-23 09:00", True), ("Wed 2026-12-23 09:01", False)]
)
def test_repeats_count_for_thirty_days(again, proposed):
    a_ticket(NOW)

    assert (noticed(a_ticket(again), "duplicate") is not None) is proposed


def test_five_requesters_of_one_matter_alert_the_supervisors_once():
    numbers = [a_ticket(NOW, **company(n)) for n in range(6)]

    assert [noticed(one, "group") is not None for one in numbers] == [False] * 4 + [True] * 2
    assert "5 名诉求人" in noticed(numbers[4], "group").reason
    told = [mail.recipient for one in numbers for mail in mails_of(one, NoticeKind.DIGEST)]
    assert sorted(told) == ["zhuguan1@demo.invalid", "zhuguan2@demo.invalid"]


def test_a_flood_of_one_matter_is_one_mail_though_only_the_newest_are_compared(monkeypatch):
    monkeypatch.setattr(matters, "MOST_IN_WINDOW", 6)

    numbers = [a_ticket(f"Mon 2026-11-23 09:{n:02}", **company(n)) for n in range(10)]

    told = [mail.recipient for one in numbers for mail in mails_of(one, NoticeKind.DIGEST)]
    assert sorted(told) == ["zhuguan1@demo.invalid", "zhuguan2@demo.invalid"]


def test_a_matter_raised_again_after_the_window_is_a_group_of_its_own():
    for day in ("Mon 2026-11-02 09:00", "Wed 2026-11-11 09:00"):
        for n in range(5):
            number = a_ticket(day, **company(n))
        assert mails_of(number, NoticeKind.DIGEST)


def test_a_third_repeat_within_a_week_alerts_them_too():
    a_ticket(NOW)
    assert noticed(a_ticket(NOW), "group") is None

    assert "反映 3 次" in noticed(a_ticket(NOW), "group").reason


def test_complaints_about_one_body_are_one_object_whatever_the_words():
    texts = [f"{word}{OTHER_MATTER}" for word in ("甲乙丙", "丁戊己", "庚辛壬", "子丑寅", "卯辰巳")]
    number = ""
    for n, text in enumerate(texts):
        number = a_ticket(NOW, content=text, accused_unit=MARKET, **company(n))

    assert noticed(number, "group") is not None


def test_an_alert_says_nothing_of_who_they_are():
    for n in range(5):
        number = a_ticket(NOW, **company(n))

    words = noticed(number, "group").reason + "".join(
        mail.text + mail.subject for mail in mails_of(number, NoticeKind.DIGEST)
    )
    assert "演示企业" not in words
    assert "0772" not in words


def test_emergency_words_are_noticed_and_never_acted_on():
    number = a_ticket(NOW, content="隔壁仓库着火，有人被困，请快来")

    assert noticed(number, "emergency").details["words"] == ["着火", "有人被困"]
    assert status_of(number) == "accepted"
    mails = mails_of(number, NoticeKind.DIGEST)
    assert "huawu@demo.invalid" in {mail.recipient for mail in mails}
    assert all("着火" not in mail.text for mail in mails)


def test_ordinary_words_alert_nobody():
    number = a_ticket(NOW, content=OTHER_MATTER)

    assert event_names(number) == ["accept"]


def mixed(**changes):
    return a_ticket(NOW, content="投诉窗口推诿；同时举报该所人员收受好处费。", **changes)


def split(number, **changes):
    return on_ticket(number, "Tue 2026-11-24 10:00", OPERATOR,
                     lambda step, ticket: split_ticket(step, ticket, **changes).number)  # fmt: skip


def test_a_message_that_complains_and_reports_is_proposed_for_splitting():
    assert noticed(mixed(), "mixed") is not None
    assert noticed(mixed(kind=TicketKind.REPORT), "mixed") is not None
    assert noticed(mixed(kind=TicketKind.HELP_REQUEST), "mixed") is None


def test_splitting_makes_two_tickets_of_one_family():
    number = mixed()

    child = split(number)

    assert ticket_of(child).kind is TicketKind.REPORT
    assert ticket_of(child).parent_id == ticket_of(number).id
    assert requester_of(child).phone == requester_of(number).phone
    assert len(ticket_of(child).content) == len(ticket_of(number).content)


def test_both_halves_run_from_the_first_registration():
    number = mixed()

    child = split(number)

    first, second = (clock_of(one, ClockKind.REQUESTER) for one in (number, child))
    assert (first.started_at, first.due_on) == (second.started_at, second.due_on)


def test_without_an_excerpt_both_halves_are_confidential():
    number = mixed()

    child = split(number)

    assert ticket_of(number).confidential
    assert ticket_of(child).confidential


def test_with_an_excerpt_the_complaint_shows_nothing_of_the_report():
    number = mixed()

    child = split(number, complaint="窗口推诿，多次不予受理")

    complaint = ticket_of(number)
    assert not complaint.confidential
    assert "好处费" not in complaint.title + complaint.content + str(complaint.routing)
    assert "好处费" in ticket_of(child).content


def test_a_report_is_split_the_other_way_round():
    number = mixed(kind=TicketKind.REPORT)

    child = split(number, complaint="窗口推诿，多次不予受理")

    assert ticket_of(child).kind is TicketKind.COMPLAINT
    assert ticket_of(child).content == "窗口推诿，多次不予受理"
    assert "好处费" in ticket_of(number).content


def test_the_family_is_on_record_where_units_do_not_look():
    number = mixed()
    child = split(number)

    for one in (number, child):
        note = last_event(one, TicketEvent.NOTE)
        assert note.details["restricted"]
        assert note.details["split"] in (number, child)


def test_a_ticket_is_split_once_before_dispatch_and_only_if_it_can_be_mixed():
    number = mixed()
    child = split(number)

    for one in (number, child):
        with pytest.raises(ConflictError):
            split(one)
    with pytest.raises(RefusedTransitionError, match="只有投诉兼举报"):
        split(a_ticket(NOW, kind=TicketKind.HELP_REQUEST))
    with pytest.raises(RefusedTransitionError, match="派单前"):
        split(a_dispatched_ticket(NOW, TAX))
    with pytest.raises(BadInputError):
        split(mixed(), complaint="短")


def test_splitting_loses_no_clock():
    number = mixed()

    split(number)

    assert len(clocks_of(number, ClockKind.REQUESTER)) == 1
