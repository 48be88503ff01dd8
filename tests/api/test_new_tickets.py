"""POST /api/v1/tickets: what a good request gets, and that it is written once."""

import threading
from typing import Any

import pytest
from sqlmodel import func, select

from engine.actions.people import create_api_key
from engine.models import Clock, IdempotencyRecord, OutboxMessage, Ticket, TicketEventRecord
from engine.store.database import work
from engine.terms import TicketKind
from tests.api.conftest import TICKETS, Caller, a_body
from tests.builders import a_ticket, moment


def tickets_written() -> int:
    with work() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


def test_an_anonymous_caller_gets_401(anonymous: Caller) -> None:
    answer = anonymous.post(TICKETS, a_body())

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_without_the_scope_gets_403(with_scopes: Any) -> None:
    answer = with_scopes("tickets:read").post(TICKETS, a_body())

    assert answer.status_code == 403
    assert "tickets:write" in answer.json()["detail"]


def test_a_key_may_come_in_its_own_header(anonymous: Caller) -> None:
    with work() as session:
        secret = create_api_key(session, "k", ["tickets:write"], moment("Mon 2026-11-23 09:00"))[1]

    answer = anonymous.post(TICKETS, a_body(), headers={"X-API-Key": secret})

    assert answer.status_code == 201


def test_a_new_ticket_gets_its_number_unit_and_due_date_with_the_reason(caller: Caller) -> None:
    answer = caller.post(TICKETS, a_body())

    assert answer.status_code == 201
    body = answer.json()
    assert body["number"].startswith("LZ261123")
    assert answer.headers["location"] == f"{TICKETS}/{body['number']}"
    assert body["status"] == {"code": "accepted", "label": "已受理"}
    assert body["decision"]["code"] in ("dispatch", "choose", "not_ours", "conflict")
    assert body["decision_reason"]
    assert 1 <= len(body["proposals"]) <= 3
    (deadline,) = body["deadlines"]
    assert deadline["due_on"] == "2026-12-07"
    assert "10 个工作日" in deadline["reason"]
    assert body["expected_datetime"] == deadline["due_at"]
    assert deadline["due_at"].endswith("+08:00")


def test_the_link_to_the_certificate_leads_to_it(caller: Caller) -> None:
    (deadline,) = caller.post(TICKETS, a_body()).json()["deadlines"]

    found = caller.get(deadline["certificate"].split("8000", 1)[1])

    assert found.status_code == 200
    assert found.json()["deadline"]["id"] == deadline["id"]


def test_ticket_clock_event_and_proposal_are_written_together(caller: Caller) -> None:
    number = caller.a_number()

    with work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        clocks = session.exec(select(Clock).where(Clock.ticket_id == ticket.id)).all()
        query = select(TicketEventRecord).where(TicketEventRecord.ticket_id == ticket.id)
        events = session.exec(query).all()
    assert ticket.routing is not None
    assert [clock.kind.value for clock in clocks] == ["requester"]
    assert [(event.event.value, event.actor_kind.value) for event in events] == [("accept", "api")]


def test_a_named_unit_is_dispatched_and_mailed_at_once(caller: Caller) -> None:
    answer = caller.post(TICKETS, a_body(lead_unit="shijianguan", support_units=["shuiwu"]))

    body = answer.json()
    assert body["status"]["code"] == "dispatched"
    assert body["lead"]["slug"] == "shijianguan"
    assert [unit["slug"] for unit in body["supports"]] == ["shuiwu"]
    assert body["agency_responsible"] == body["lead"]["name"]
    assert {d["clock"]["code"] for d in body["deadlines"]} >= {"requester", "handling", "sign_for"}
    with work() as session:
        assert session.exec(select(func.count()).select_from(OutboxMessage)).one() >= 2


@pytest.mark.parametrize("kind", list(TicketKind))
def test_every_kind_is_taken_in_by_code_and_by_label(caller: Caller, kind: TicketKind) -> None:
    for name in (kind.value, kind.label):
        answer = caller.post(TICKETS, a_body(kind=name))

        assert answer.status_code == 201
        assert answer.json()["kind"] == {"code": kind.value, "label": kind.label}


def test_the_same_key_and_body_get_the_same_answer_and_no_second_ticket(caller: Caller) -> None:
    headers = {"Idempotency-Key": "abc-1"}
    first = caller.post(TICKETS, a_body(), headers=headers)

    second = caller.at("Mon 2026-11-23 11:00").post(TICKETS, a_body(), headers=headers)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["idempotent-replayed"] == "true"
    assert second.json() == first.json()
    assert tickets_written() == 1


def test_the_same_answer_comes_even_after_the_ticket_moved_on(caller: Caller) -> None:
    body = a_body(external_id="C-1", lead_unit="shijianguan")
    first = caller.post(TICKETS, body)
    caller.at("Mon 2026-11-23 11:00").post(
        f"{TICKETS}/{first.json()['number']}/supplements", {"text": "补充材料"}
    )

    second = caller.at("Tue 2026-12-29 11:00").post(TICKETS, body)

    assert second.status_code == 200
    assert second.json() == first.json()


def test_the_same_external_id_and_body_get_the_same_answer_with_another_key(
    caller: Caller,
) -> None:
    body = a_body(source="city", external_id="C-1")
    first = caller.post(TICKETS, body, headers={"Idempotency-Key": "a"})

    other = caller.with_key("tickets:write", "tickets:private")
    second = other.post(TICKETS, body, headers={"Idempotency-Key": "b"})
    third = caller.post(TICKETS, body, headers={"Idempotency-Key": "b"})

    assert (second.status_code, third.status_code) == (200, 200)
    assert first.json() == second.json() == third.json()
    assert tickets_written() == 1


@pytest.mark.parametrize(
    ("name", "headers", "changes"),
    [
        ("Idempotency-Key", {"Idempotency-Key": "abc-1"}, {}),
        ("external_id", {}, {"external_id": "C-1", "source": "city"}),
    ],
)
def test_another_body_under_the_same_name_is_refused_naming_the_first(
    caller: Caller, name: str, headers: dict[str, str], changes: dict[str, str]
) -> None:
    first = caller.post(TICKETS, a_body(**changes), headers=headers).json()["number"]

    other = a_body(**{**changes, "content": "完全不同的另一件事情"})
    answer = caller.post(TICKETS, other, headers=headers)

    assert answer.status_code == 409
    assert first in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == name
    assert tickets_written() == 1


def test_an_external_id_taken_in_at_the_desk_is_refused_naming_the_ticket(caller: Caller) -> None:
    number = a_ticket("Mon 2026-11-23 09:00", source="city", external_id="C-1")

    answer = caller.post(TICKETS, a_body(source="city", external_id="C-1"))

    assert answer.status_code == 409
    assert number in answer.json()["detail"]


@pytest.mark.parametrize("by", ["key", "external_id"])
def test_two_parallel_identical_posts_make_one_ticket(caller: Caller, by: str) -> None:
    headers = {"Idempotency-Key": "twin"} if by == "key" else {}
    body = a_body() if by == "key" else a_body(external_id="twin")
    answers: list[Any] = []
    start = threading.Barrier(6)

    def send() -> None:
        start.wait()
        answers.append(caller.post(TICKETS, body, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert tickets_written() == 1


def test_a_refused_request_leaves_its_key_free_for_the_mended_one(caller: Caller) -> None:
    headers = {"Idempotency-Key": "abc-1"}
    refused = caller.post(TICKETS, a_body(phone="1"), headers=headers)

    mended = caller.post(TICKETS, a_body(), headers=headers)

    assert (refused.status_code, mended.status_code) == (422, 201)


def test_a_ticket_without_any_name_is_written_each_time(caller: Caller) -> None:
    first, second = caller.a_number(), caller.a_number()

    assert first != second
    with work() as session:
        assert session.exec(select(func.count()).select_from(IdempotencyRecord)).one() == 0


def test_the_clock_starts_when_the_sender_took_the_matter_in(caller: Caller) -> None:
    answer = caller.post(
        TICKETS, a_body(received_at="2026-11-20T16:00:00+08:00", lead_unit="shijianguan")
    )

    body = answer.json()
    assert body["accepted_at"] == "2026-11-20T16:00:00+08:00"
    due = {one["clock"]["code"]: one for one in body["deadlines"]}
    assert due["requester"]["due_on"] == "2026-12-04"
    assert due["sign_for"]["started_at"] == "2026-11-23T10:00:00+08:00"


def test_a_late_ticket_with_a_key_is_answered_the_same_again(caller: Caller) -> None:
    body = a_body(
        received_at="2026-11-20T16:00:00+08:00", lead_unit="shijianguan", external_id="C-9"
    )
    first = caller.post(TICKETS, body)

    assert caller.post(TICKETS, body).json() == first.json()
