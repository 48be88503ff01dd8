"""Taking a matter in: everything it owes is written at once, or nothing is."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import normal_phone, parse_kind, parse_urgency
from engine.errors import BadInputError, EngineError
from engine.models import Requester, Ticket, TicketEventRecord
from engine.store.database import work
from engine.terms import ClockKind, TicketKind, TicketStatus
from tests.builders import (
    MARKET,
    OPERATOR,
    TAX,
    a_new_ticket,
    a_step,
    a_ticket,
    day,
    doing,
    moment,
)
from tests.looking import (
    clock_of,
    clocks_of,
    event_names,
    events_of,
    mails_of,
    requester_of,
    ticket_of,
)

NOW = "Mon 2026-11-23 09:00"
pytestmark = pytest.mark.usefixtures("database")


def refused(**changes) -> dict[str, str]:
    with pytest.raises(BadInputError) as error:
        a_ticket(NOW, **changes)
    return error.value.fields


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (TicketKind.CONSULTATION, "Wed 2026-11-25"),
        (TicketKind.HELP_REQUEST, "Thu 2026-11-26"),
        (TicketKind.COMPLAINT, "Mon 2026-12-07"),
        (TicketKind.REPORT, "Mon 2026-12-07"),
        (TicketKind.SUGGESTION, "Mon 2026-12-07"),
    ],
)
def test_the_requesters_clock_starts_at_acceptance(kind, due):
    number = a_ticket(NOW, kind=kind)

    assert clock_of(number, ClockKind.REQUESTER).due_on == day(due)


def test_praise_has_no_deadline():
    assert clocks_of(a_ticket(NOW, kind=TicketKind.PRAISE)) == []


def test_numbers_count_up_within_a_shanghai_day():
    numbers = [a_ticket("Mon 2026-11-23 23:59"), a_ticket("Mon 2026-11-23 23:59")]

    assert numbers == ["LZ2611230001", "LZ2611230002"]


def test_a_new_shanghai_day_begins_a_new_series():
    a_ticket("Mon 2026-11-23 23:59")

    assert a_ticket("Tue 2026-11-24 00:00") == "LZ2611240001"


def test_a_refused_intake_uses_up_no_number():
    refused(phone="123")

    assert a_ticket(NOW) == "LZ2611230001"


def test_acceptance_is_the_first_event_with_actor_and_clause():
    (event,) = events_of(a_ticket(NOW))

    assert (event.event.value, event.seq, event.from_status) == ("accept", 1, None)
    assert event.actor_name == "演示话务员"
    assert "第113项" in event.citation


def test_routing_proposes_units_with_reasons():
    routing = ticket_of(a_ticket(NOW)).routing

    assert routing["candidates"]
    assert all(one["unit"] and one["why"] for one in routing["candidates"])


def test_a_ticket_of_a_named_unit_is_dispatched_at_once():
    number = a_ticket(NOW, lead_unit=MARKET, support_units=(TAX,))

    assert ticket_of(number).status is TicketStatus.DISPATCHED
    assert event_names(number) == ["accept", "dispatch"]
    assert {mail.kind.value for mail in mails_of(number)} == {"assignment", "assisting"}


def test_a_report_is_confidential_even_when_the_form_says_no():
    number = a_ticket(NOW, kind=TicketKind.REPORT, confidential=False)

    assert ticket_of(number).confidential


def test_a_complaint_is_open_unless_the_operator_says_otherwise():
    assert not ticket_of(a_ticket(NOW)).confidential
    assert ticket_of(a_ticket(NOW, confidential=True)).confidential


def test_who_brought_it_is_kept_apart_from_the_matter():
    number = a_ticket(NOW, enterprise=" 演示企业乙 ", contact_name="测试甲")

    requester = requester_of(number)
    assert (requester.enterprise, requester.initials) == ("演示企业乙", "ysqyy")
    assert "测试甲" not in ticket_of(number).model_dump_json()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("content", {"content": " "}),
        ("content", {"content": "四个字！"}),
        ("content", {"content": "长" * 20_001}),
        ("phone", {"phone": ""}),
        ("phone", {"phone": "12345"}),
        ("phone", {"phone": "not a phone"}),
        ("title", {"title": "标" * 121}),
        ("enterprise", {"enterprise": "企" * 121}),
        ("contact_name", {"contact_name": "名" * 41}),
        ("place", {"place": "地" * 201}),
        ("external_id", {"external_id": "x" * 101}),
        ("credit_code", {"credit_code": "9145020012345"}),
        ("credit_code", {"credit_code": "91450200MAIOSVZ001"}),
        ("lead_unit", {"lead_unit": "无此单位"}),
        ("support_units", {"lead_unit": MARKET, "support_units": ("无此单位",)}),
        ("support_units", {"support_units": (TAX,)}),
        ("support_units", {"lead_unit": " ", "support_units": (TAX,)}),
        ("accused_unit", {"accused_unit": "无此单位"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(field, changes):
    assert list(refused(**changes)) == [field]

    with work() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == 0


def test_every_wrong_field_is_named_at_once():
    assert set(refused(content="", phone="x", title="标" * 121)) == {"content", "phone", "title"}


def test_an_unknown_unit_is_named_in_the_message():
    assert "无此单位" in refused(lead_unit="无此单位")["lead_unit"]


@pytest.mark.parametrize("words", ["咨询", "consultation", " 咨询 "])
def test_a_kind_is_read_in_chinese_and_english(words):
    assert parse_kind(words) is TicketKind.CONSULTATION


def test_an_unknown_kind_or_urgency_lists_those_there_are():
    with pytest.raises(BadInputError, match="投诉"):
        parse_kind("抱怨")
    with pytest.raises(BadInputError, match="特急"):
        parse_urgency("十万火急")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+86 138-0000-0000", "13800000000"),
        ("（0772）0000000", "07720000000"),
        ("0772-0000000", "07720000000"),
        ("１３８００００００００", "13800000000"),
        ("0772-0000000-801", "07720000000-801"),
    ],
)
def test_a_telephone_number_is_kept_in_one_form(typed, kept):
    assert normal_phone(typed) == kept


def test_a_ticket_without_title_gets_its_first_sentence():
    number = a_ticket(NOW, content="办照很慢。窗口要求反复补材料，请帮忙。")

    assert ticket_of(number).title == "办照很慢"


def test_characters_the_database_cannot_keep_are_dropped_not_an_error():
    number = a_ticket(
        NOW, content="营业执照\x00办理很慢 \ud800", enterprise="企\x00业", place="\x00"
    )

    assert ticket_of(number).content.startswith("营业执照办理很慢")
    assert requester_of(number).enterprise == "企业"


def test_the_database_refuses_the_same_external_id_of_a_source_twice():
    a_ticket(NOW, source="12345", external_id="A-1")

    with pytest.raises(IntegrityError):
        a_ticket(NOW, source="12345", external_id="A-1")


def test_two_sources_may_use_the_same_external_id():
    a_ticket(NOW, source="12345", external_id="A-1")

    assert a_ticket(NOW, source="app", external_id="A-1")


def test_a_blank_external_id_is_no_external_id():
    a_ticket(NOW, source="12345", external_id="")

    assert ticket_of(a_ticket(NOW, source="12345", external_id=" ")).external_id is None


def test_a_ticket_is_not_handed_to_the_unit_it_accuses():
    for kind in TicketKind:
        with pytest.raises(BadInputError, match=r"^被反映的单位不能单独承办") as refused:
            a_ticket(NOW, kind=kind, lead_unit=MARKET, accused_unit=MARKET)
        assert set(refused.value.fields) == {"lead_unit"}
    with pytest.raises(BadInputError, match="被反映的单位"):
        a_ticket(NOW, lead_unit=MARKET, support_units=("区税务局",), accused_unit=MARKET)


def test_a_question_about_a_unit_may_go_to_it_beside_another():
    number = a_ticket(
        NOW, kind=TicketKind.CONSULTATION, lead_unit=MARKET, support_units=("区税务局",),
        accused_unit=MARKET,
    )  # fmt: skip

    assert ticket_of(number).lead_unit_id is not None


def test_a_day_before_the_rules_were_in_force_is_refused_whole():
    with pytest.raises(EngineError):
        a_ticket("Tue 2023-11-07 09:00")

    with work() as session:
        assert session.exec(select(func.count()).select_from(Requester)).one() == 0


def test_an_intake_whose_transaction_fails_leaves_nothing():
    with pytest.raises(RuntimeError), work() as session:  # noqa: PT012
        accept_ticket(a_step(session, NOW, OPERATOR), a_new_ticket())
        raise RuntimeError

    with work() as session:
        assert session.exec(select(func.count()).select_from(TicketEventRecord)).one() == 0


def test_the_engine_itself_may_take_tickets_in():
    number = doing(NOW, None, lambda step: accept_ticket(step, a_new_ticket()).number)

    assert events_of(number)[0].actor_name == "系统"
    assert ticket_of(number).accepted_at == moment(NOW)
