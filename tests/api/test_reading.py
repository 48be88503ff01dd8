"""Reading tickets: what is shown, page by page, and to whom."""

from typing import Any

import pytest
from sqlmodel import select

from engine.actions.routing import hold
from engine.actions.step import Why, take
from engine.models import ApiKey
from engine.store.database import work
from engine.terms import TicketEvent, TicketKind
from tests.api.conftest import NOW, TICKETS, Caller, a_body
from tests.builders import (
    LICENCE,
    OPERATOR,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    moment,
    on_ticket,
    unit_work,
)

PERSONAL = ("0772-2800000", "07722800000", "演示企业甲", LICENCE, LICENCE[-8:])


def test_a_ticket_is_shown_with_its_units_and_deadlines(caller: Caller) -> None:
    number = a_dispatched_ticket("Mon 2026-11-23 09:00")

    body = caller.get(f"{TICKETS}/{number}").json()

    assert body["status"]["code"] == "dispatched"
    assert body["lead"]["slug"] == "shijianguan"
    assert {one["clock"]["code"] for one in body["deadlines"]} >= {"requester", "sign_for"}


def test_an_overdue_deadline_is_called_so(caller: Caller) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    before = caller.at("Mon 2026-12-07 23:59").get(f"{TICKETS}/{number}").json()
    after = caller.at("Tue 2026-12-08 00:00").get(f"{TICKETS}/{number}").json()

    assert [before["deadlines"][0]["overdue"], after["deadlines"][0]["overdue"]] == [False, True]


def test_a_certificate_counts_and_skips_days_with_reasons(caller: Caller) -> None:
    number = a_ticket("Wed 2026-09-30 09:00")

    (found,) = caller.get(f"{TICKETS}/{number}/deadlines").json()["items"]

    days = {one["on"]: one for one in found["days"]}
    assert days["2026-09-30"]["kind"]["code"] == "received"
    assert days["2026-10-01"]["kind"]["code"] == "holiday"
    assert days["2026-10-10"]["kind"]["code"] == "make_up"
    assert days["2026-10-10"]["weekday"] == "周六"
    assert max(one["number"] or 0 for one in found["days"]) == found["limit"] == 10
    assert "113" in found["citation"]["label"]
    assert found["rules_version"]
    assert found["calendar_version"]


def test_an_unknown_deadline_of_a_ticket_is_404(caller: Caller) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    assert caller.get(f"{TICKETS}/{number}/deadlines/999").status_code == 404


def test_the_requester_is_shown_only_to_a_key_that_may_see_who_it_is(with_scopes: Any) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    public = with_scopes("tickets:read").get(f"{TICKETS}/{number}")
    private = with_scopes("tickets:read", "tickets:private").get(f"{TICKETS}/{number}")

    assert public.json()["private"] is None
    assert private.json()["private"]["requester"]["enterprise"] == "演示企业甲"


@pytest.mark.parametrize(
    "path",
    ["/{number}", "", "/{number}/events", "/{number}/deadlines"],
)
def test_no_personal_data_without_the_scope(with_scopes: Any, path: str) -> None:
    number = a_dispatched_ticket("Mon 2026-11-23 09:00")
    on_ticket(number, "Mon 2026-11-23 09:30", "shijianguan", unit_work.sign_for)

    answer = with_scopes("tickets:read").get(TICKETS + path.format(number=number))

    assert answer.status_code == 200
    assert not [word for word in PERSONAL if word in answer.text]


def test_the_answer_to_a_new_ticket_holds_no_personal_data(caller: Caller) -> None:
    answer = caller.post(TICKETS, a_body(enterprise="演示企业甲", contact_name="演示人乙"))

    assert not [word for word in (*PERSONAL, "演示人乙") if word in answer.text]


def test_pages_follow_each_other_without_gap_or_twin(caller: Caller) -> None:
    written = [a_ticket("Mon 2026-11-23 09:00") for _ in range(5)]

    seen, after = [], ""
    while after is not None:
        page = caller.get(TICKETS, params={"limit": 2, "after": after}).json()
        seen += [one["number"] for one in page["items"]]
        after = page["next"]

    assert seen == written


def test_lists_are_filtered_by_status_kind_and_unit(caller: Caller) -> None:
    waiting = a_ticket("Mon 2026-11-23 09:00")
    with_unit = a_dispatched_ticket("Mon 2026-11-23 09:00", kind=TicketKind.HELP_REQUEST)

    def found(**query: str) -> list[str]:
        items = caller.get(TICKETS, params=query).json()["items"]
        return [one["number"] for one in items]

    assert found(status="已受理") == found(kind="complaint") == [waiting]
    assert found(status="dispatched") == found(unit="shijianguan") == [with_unit]
    assert found(kind="求助", unit="shuiwu") == []


def test_an_unknown_unit_in_a_filter_is_404(caller: Caller) -> None:
    assert caller.get(TICKETS, params={"unit": "月球管理局"}).status_code == 404


def test_units_and_tasks_are_listed(caller: Caller) -> None:
    units = caller.get("/api/v1/units").json()["items"]
    tasks = caller.get("/api/v1/catalogue/tasks").json()

    assert {"name", "slug", "kind", "subordinate", "aliases"} == set(units[0])
    assert len(tasks["items"]) == 135
    assert tasks["version"]


def test_a_text_can_be_routed_without_being_taken_in(caller: Caller) -> None:
    body = {"kind": "求助", "content": "我公司申请不动产抵押登记，窗口要求重复提交材料。"}

    found = caller.post("/api/v1/routing/suggest", body).json()

    assert found["proposals"]
    assert found["reason"]
    assert caller.get(TICKETS).json()["items"] == []


def test_a_revoked_key_no_longer_counts(caller: Caller) -> None:
    with work() as session:
        for key in session.exec(select(ApiKey)):
            key.revoked_at = moment(NOW)

    assert caller.get(TICKETS).status_code == 401


def test_an_operator_is_no_part_of_the_public_history(with_scopes: Any) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    public = with_scopes("tickets:read").get(f"{TICKETS}/{number}/events").json()["items"]
    private = with_scopes("tickets:read", "tickets:private").get(f"{TICKETS}/{number}/events")

    assert public[0]["actor"] == {"kind": {"code": "user", "label": "人员"}, "name": None,
                                  "unit": None}  # fmt: skip
    assert private.json()["items"][0]["actor"]["name"]
    assert OPERATOR not in str(public)


def test_the_words_that_accuse_a_unit_are_shown_only_to_those_who_may_see_them(
    with_scopes: Any,
) -> None:
    words = "我要投诉区税务局的工作人员，态度恶劣，拒不办理，乱收费"
    number = a_ticket("Mon 2026-11-23 09:00", content=words)
    on_ticket(number, "Mon 2026-11-23 09:01", None, hold)
    caller = with_scopes("tickets:read")

    shown = [caller.get(f"{TICKETS}/{number}{path}").text for path in ("", "/events")]

    decided = caller.get(f"{TICKETS}/{number}").json()
    assert decided["decision"]["code"] == "conflict"
    assert decided["decision_reason"] == ""
    assert "工作人员" not in "".join(shown)


def test_clues_handed_on_are_told_only_to_keys_that_may_see_private_matters(
    with_scopes: Any,
) -> None:
    number = a_dispatched_ticket("Mon 2026-11-23 09:00")
    secret = Why("群体诉求：三件同类", details={"watch": "group", "restricted": True})
    on_ticket(
        number,
        "Mon 2026-11-23 09:05",
        "zhuguan1",
        lambda step, ticket: take(step, ticket, TicketEvent.PROPOSE_REFERRAL, Why("提议移交线索")),
    )
    on_ticket(
        number,
        "Mon 2026-11-23 09:06",
        None,
        lambda step, ticket: take(step, ticket, TicketEvent.NOTE, secret),
    )
    public = with_scopes("tickets:read", "events:read")
    private = with_scopes("tickets:read", "events:read", "tickets:private")

    for path in (f"{TICKETS}/{number}/events", "/api/v1/events"):
        hidden, shown = (one.get(path).json()["items"] for one in (public, private))
        assert len(shown) == len(hidden) + 2
        assert not {"propose_referral", "note"} & {one["event"]["code"] for one in hidden}
    feeds = [one.get("/api/v1/events").json()["next"] for one in (public, private)]
    assert feeds[0] == feeds[1]


def test_the_deadlines_say_whose_days_were_used_and_they_add_up(caller: Caller) -> None:
    number = a_signed_ticket("Mon 2026-11-23 09:00")

    used = (
        caller.at("Thu 2026-11-26 10:00").get(f"{TICKETS}/{number}/deadlines").json()["days_used"]
    )

    assert used["working_days"] == sum(one["working_days"] for one in used["shares"]) == 3
    assert used["shares"][-1] == {
        "holder": {"code": "unit", "label": "承办单位"},
        "unit": {"name": "区市场监管局", "slug": "shijianguan"}, "working_days": 3,
    }  # fmt: skip
    assert used["stays"][-1]["until"] == "2026-11-26T10:00:00+08:00"


def test_beyond_every_calendar_the_certificates_are_still_shown(caller: Caller) -> None:
    number = a_signed_ticket("Mon 2026-11-23 09:00")

    body = caller.at("Mon 2028-01-10 10:00").get(f"{TICKETS}/{number}/deadlines").json()

    assert body["days_used"] is None
    assert body["items"]
