"""A ticket's life by the API: routing, callbacks, withdrawal, lists, and the feed under load."""

import random
import threading
import time
from typing import Any

import pytest
from sqlmodel import select

from engine.actions.overseeing import note
from engine.actions.routing import route_ticket
from engine.models import TicketEventRecord
from engine.store.database import Database, work
from engine.terms import TicketKind
from tests.api.conftest import TICKETS, Caller
from tests.builders import (
    LICENCE,
    OPERATOR,
    a_callback,
    a_dispatched_ticket,
    a_step,
    a_ticket,
    a_ticket_to_call_back,
    an_answered_ticket,
    call_back,
    on_ticket,
    store,
)

EARLY = "Mon 2026-11-23 09:00"
WITHDRAWAL = {"words": "已自行解决", "channel": "human_call", "called_by": "工号 1023"}


# --- withdrawal ------------------------------------------------------------------------------


def test_a_withdrawal_ends_the_ticket_and_says_so(caller: Caller) -> None:
    number = a_dispatched_ticket(EARLY)

    answer = caller.post(f"{TICKETS}/{number}/withdrawals", WITHDRAWAL)

    assert answer.status_code == 201
    assert answer.json()["withdrawn"] is True
    assert answer.json()["status"]["code"] == "withdrawn"
    assert caller.get(f"{TICKETS}/{number}").json()["closed_at"]


def test_a_withdrawal_by_a_machine_waits_for_a_person(caller: Caller) -> None:
    number = a_dispatched_ticket(EARLY)

    answer = caller.post(f"{TICKETS}/{number}/withdrawals", {**WITHDRAWAL, "channel": "sms"})

    assert answer.json()["withdrawn"] is False
    assert answer.json()["status"]["code"] == "dispatched"
    assert "人工核实" in answer.json()["next"]


def test_a_withdrawal_after_the_answer_is_refused_with_the_clause(caller: Caller) -> None:
    number = an_answered_ticket(EARLY)

    answer = caller.post(f"{TICKETS}/{number}/withdrawals", WITHDRAWAL)

    assert answer.status_code == 409
    assert "H-75" in answer.json()["clause"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"called_by": ""}, "called_by"), ({"called_by": "智能外呼"}, "called_by"),
     ({"channel": "fax"}, "channel"), ({"words": ""}, "words"), ({"words": " "}, "words")],
)  # fmt: skip
def test_a_wrong_withdrawal_names_the_field(
    caller: Caller, change: dict[str, str], field: str
) -> None:
    number = a_dispatched_ticket(EARLY)

    answer = caller.post(f"{TICKETS}/{number}/withdrawals", {**WITHDRAWAL, **change})

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_withdrawal_of_a_ticket_that_changed_meanwhile_is_not_written(caller: Caller) -> None:
    number = a_dispatched_ticket(EARLY)

    answer = caller.post(f"{TICKETS}/{number}/withdrawals", WITHDRAWAL, headers={"If-Match": '"1"'})

    assert answer.status_code == 412
    assert caller.get(f"{TICKETS}/{number}").json()["status"]["code"] == "dispatched"


def test_why_it_was_withdrawn_is_shown_only_to_those_who_may_see_it(with_scopes: Any) -> None:
    number = a_dispatched_ticket(EARLY)
    with_scopes("tickets:write").post(f"{TICKETS}/{number}/withdrawals", WITHDRAWAL)

    public = with_scopes("tickets:read").get(f"{TICKETS}/{number}/events")
    private = with_scopes("tickets:read", "tickets:private").get(f"{TICKETS}/{number}/events")

    assert "自行解决" not in public.text
    assert private.json()["items"][-1]["text"] == "已自行解决"


# --- routing and callbacks -------------------------------------------------------------------


def test_routing_shows_decision_reason_candidates_and_who_has_it(caller: Caller) -> None:
    number = a_dispatched_ticket(EARLY)

    body = caller.get(f"{TICKETS}/{number}/routing").json()

    assert body["decision"]["code"] in ("dispatch", "choose")
    assert body["reason"]
    assert body["proposals"][0]["evidence"]
    assert body["lead"]["slug"] == "shijianguan"


def test_routing_repeats_no_word_of_the_requester_without_the_scope(with_scopes: Any) -> None:
    number = a_ticket(EARLY)

    answer = with_scopes("tickets:read").get(f"{TICKETS}/{number}/routing")

    assert answer.status_code == 200
    assert {tuple(one["evidence"]) for one in answer.json()["proposals"]} == {()}
    assert LICENCE[:6] not in answer.text


def test_callbacks_show_each_duty_with_its_attempts(with_scopes: Any) -> None:
    number = a_ticket_to_call_back(EARLY)
    call_back(number, "Mon 2026-11-23 15:00", a_callback(words="谢谢"))

    private = with_scopes("tickets:read", "tickets:private")
    (duty,) = private.get(f"{TICKETS}/{number}/callbacks").json()["items"]
    public = with_scopes("tickets:read").get(f"{TICKETS}/{number}/callbacks")

    assert duty["state"]["code"] == "reached"
    assert duty["attempts"][0]["satisfaction"]["code"] == "satisfied"
    assert duty["attempts"][0]["words"] == "谢谢"
    assert "谢谢" not in public.text


# --- the receipt -----------------------------------------------------------------------------


def test_the_receipt_names_the_units_routing_is_sure_of(caller: Caller) -> None:
    body = caller.post(TICKETS, {
        "kind": "投诉", "phone": "0772-2800000",
        "content": "环评报告表报上去两个月了还没有批，设备都进场了不敢开工",
    }).json()  # fmt: skip

    assert body["decision"]["code"] == "dispatch"
    lead = body["responsible_units"][0]
    assert lead["role"]["code"] == "lead"
    assert lead["dispatched"] is False
    assert body["agency_responsible"] == lead["name"] == body["proposals"][0]["unit"]
    assert lead["name"] in body["next"]

    a_number = body["number"]
    on_ticket(a_number, EARLY, None, lambda step, one: route_ticket(step, one.id))
    units = caller.get(f"{TICKETS}/{a_number}").json()
    named = [units["lead"], *units["supports"]]
    assert [one["slug"] for one in named] == [one["slug"] for one in body["responsible_units"]]


def test_the_receipt_of_a_chosen_unit_says_that_it_is_dispatched(caller: Caller) -> None:
    body = caller.post(TICKETS, {
        "kind": "求助", "phone": "0772-2800000", "content": LICENCE, "lead_unit": "shijianguan",
        "support_units": ["shuiwu"],
    }).json()  # fmt: skip

    assert [(one["slug"], one["dispatched"]) for one in body["responsible_units"]] == [
        ("shijianguan", True), ("shuiwu", True),
    ]  # fmt: skip
    clocks = {one["clock"]["code"] for one in body["deadlines"]}
    assert clocks == {"requester", "sign_for", "handling", "assisting"}


def test_a_report_about_the_unit_that_would_get_it_is_left_to_a_person(caller: Caller) -> None:
    body = caller.post(TICKETS, {
        "kind": "举报", "phone": "0772-2800000",
        "content": "举报区市场监管局窗口人员办理营业执照变更登记时故意拖延",
    }).json()  # fmt: skip

    assert body["decision"]["code"] != "dispatch"
    assert body["responsible_units"] == []
    assert body["agency_responsible"] == "待分派"


# --- lists -----------------------------------------------------------------------------------


@pytest.fixture
def listed(caller: Caller) -> Any:
    def numbers(**query: Any) -> list[str]:
        answer = caller.get(TICKETS, params=query)
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["items"]]

    return numbers


def test_lists_are_cut_by_time_of_acceptance(listed: Any) -> None:
    first, second = a_ticket("Fri 2026-11-20 09:00"), a_ticket(EARLY)
    edge = "2026-11-23T09:00:00+08:00"

    assert listed(since=edge) == [second]
    assert listed(until=edge) == [first]


def test_a_plus_sign_that_became_a_blank_is_understood(caller: Caller) -> None:
    number = a_ticket(EARLY)

    answer = caller.get(f"{TICKETS}?since=2026-11-23T09:00:00+08:00")

    assert [one["number"] for one in answer.json()["items"]] == [number]


def test_lists_show_what_changed_since(caller: Caller, listed: Any) -> None:
    a_ticket(EARLY)
    changed = a_ticket(EARLY)
    time.sleep(0.01)
    with work() as session:
        query = select(TicketEventRecord.recorded_at).order_by(TicketEventRecord.id.desc())
        last = session.exec(query.limit(1)).one()
    on_ticket(changed, EARLY, OPERATOR, lambda step, one: note(step, one, "补记"))

    after = last.isoformat().replace("+00:00", "Z")
    assert listed(updated_since=after) == [changed]


def test_lists_show_what_is_overdue_and_what_is_not(caller: Caller, listed: Any) -> None:
    late, praise = a_ticket(EARLY), a_ticket(EARLY, kind=TicketKind.PRAISE)
    caller.at("Tue 2026-12-08 00:00")

    assert listed(overdue="true") == [late]
    assert listed(overdue="false") == [praise]


def test_several_statuses_and_kinds_may_be_asked_for(listed: Any) -> None:
    first = a_ticket(EARLY)
    second = a_dispatched_ticket(EARLY, kind=TicketKind.PRAISE)
    a_ticket_to_call_back(EARLY)

    assert listed(status=["accepted", "已派单"]) == [first, second]
    assert listed(kind=["表扬"]) == [second]


def test_a_ticket_is_found_by_the_number_its_sender_gave_it(caller: Caller, listed: Any) -> None:
    caller.a_number(external_id="A-1", source="city")
    wanted = caller.a_number(external_id="A-2", source="city")

    assert listed(source="city", external_id="A-2") == [wanted]


def test_a_filter_that_does_not_exist_is_refused_not_ignored(caller: Caller) -> None:
    answer = caller.get(TICKETS, params={"statuses": "accepted"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "statuses"


# --- the feed under load ---------------------------------------------------------------------


def test_a_follower_sees_every_event_once_however_writers_overlap(
    caller: Caller, database: Database
) -> None:
    numbers = [a_ticket(EARLY) for _ in range(4)]
    stop, seen, written = threading.Event(), list[int](), list[int]()

    def write(number: str) -> None:
        for _ in range(8):
            with work() as session:
                ticket = store.ticket_by_number(session, number, lock=True)
                note(a_step(session, EARLY, OPERATOR), ticket, "记")
                time.sleep(random.random() / 100)

    def follow() -> None:
        """Follow to the end: what another database still has under way may hold it back a while."""
        after, until = 0, time.monotonic() + 30
        while time.monotonic() < until:
            page = caller.get("/api/v1/events", params={"after": after, "limit": 7}).json()
            seen.extend(one["id"] for one in page["items"])
            after = page["next"]
            if stop.is_set() and len(seen) >= len(written):
                return

    follower = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(number,)) for number in numbers]
    follower.start()
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    with work() as session:
        written += session.exec(select(TicketEventRecord.id).order_by(TicketEventRecord.id)).all()
    stop.set()
    follower.join(40)

    assert seen == written
