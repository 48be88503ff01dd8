"""What reaches a ticket later: callbacks, supplements, and the feed of events."""

from typing import Any

import pytest
from sqlmodel import Session, func, select

from engine.actions.intake import accept_ticket
from engine.models import Callback, CallbackAttempt, OutboxMessage
from engine.store.database import Database, work
from engine.terms import TicketKind
from tests.api.conftest import TICKETS, Caller
from tests.builders import (
    a_dispatched_ticket,
    a_new_ticket,
    a_step,
    a_ticket,
    a_ticket_to_call_back,
    status_of,
)

SOLVED = {"channel": "human_call", "result": "reached", "contacted": True, "solved": "已解决",
          "satisfaction": "满意", "called_by": "工号 1023"}  # fmt: skip
UNHAPPY = {**SOLVED, "solved": "not_solved", "satisfaction": "dissatisfied"}


def callback_path(number: str) -> str:
    return f"{TICKETS}/{number}/callbacks"


def test_a_satisfied_requester_closes_the_ticket(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    answer = caller.post(callback_path(number), SOLVED)

    assert answer.status_code == 201
    assert answer.json()["status"]["code"] == status_of(number) == "closed"
    assert answer.json()["state"]["code"] == "reached"


def test_an_unsolved_matter_goes_back_to_its_unit(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    answer = caller.post(callback_path(number), UNHAPPY)

    assert answer.json()["status"]["code"] == status_of(number) == "rework"


def test_a_robot_does_not_settle_what_a_person_must_ask(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    answer = caller.post(callback_path(number), {**UNHAPPY, "channel": "robot_call"})

    assert answer.json()["human_required"] is True
    assert answer.json()["state"]["code"] == "owed"
    assert status_of(number) == "callback_due"


def test_an_attempt_that_failed_says_when_to_try_again(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    attempt = {"channel": "人工电话", "result": "无人接听", "called_by": "工号 1023"}
    answer = caller.post(callback_path(number), attempt)

    assert answer.status_code == 201
    with work() as session:
        assert session.get_one(Callback, 1).done_at is None


def test_a_callback_without_its_three_questions_names_them(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    answer = caller.post(callback_path(number), {"channel": "human_call", "result": "reached"})

    assert answer.status_code == 422
    fields = {one["field"] for one in answer.json()["errors"]}
    assert fields == {"contacted", "solved", "satisfaction", "called_by"}


@pytest.mark.parametrize("called_by", ["", "1", "智能外呼", "Robot 7"])
@pytest.mark.parametrize("channel", ["human_call", "field_verification"])
def test_a_persons_callback_that_names_no_person_is_refused(
    caller: Caller, channel: str, called_by: str
) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    answer = caller.post(
        callback_path(number), {**SOLVED, "channel": channel, "called_by": called_by}
    )

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["called_by"]
    assert status_of(number) == "callback_due"


def test_who_called_is_kept_and_told_nobody_by_the_feed(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    caller.post(callback_path(number), {**SOLVED, "called_by": "演示坐席"})

    with work() as session:
        (attempt,) = session.exec(select(CallbackAttempt)).all()
    assert (attempt.called_by, attempt.by_id) == ("演示坐席", None)
    assert "演示坐席" not in caller.get("/api/v1/events").text


def test_a_callback_nobody_owes_is_refused_with_the_clause(caller: Caller) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    answer = caller.post(callback_path(number), SOLVED)

    assert answer.status_code == 409
    assert answer.json()["code"] == "refused_transition"
    assert "113" in answer.json()["clause"]
    assert "hold_for_dispatch" in answer.json()["allows"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "鸽子"}, "channel"),
        ({"solved": "大概"}, "solved"),
        ({"words": "x" * 2001}, "words"),
    ],
)
def test_a_wrong_callback_names_the_field(
    caller: Caller, changes: dict[str, str], field: str
) -> None:
    answer = caller.post(callback_path("LZ2611230001"), {**SOLVED, **changes})

    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_supplement_is_kept_and_shown_only_to_those_who_may_see_it(with_scopes: Any) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")
    words = "联系电话改为 13800000000"

    answer = with_scopes("tickets:write").post(f"{TICKETS}/{number}/supplements", {"text": words})
    private = with_scopes("tickets:read", "tickets:private").get(f"{TICKETS}/{number}/events")

    assert answer.status_code == 201
    assert answer.json()["event"]["code"] == "supplement"
    assert words not in answer.text
    assert private.json()["items"][-1]["text"] == words


@pytest.mark.parametrize("text", ["", "  ", "长" * 5001])
def test_an_empty_or_endless_supplement_is_refused(caller: Caller, text: str) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    answer = caller.post(f"{TICKETS}/{number}/supplements", {"text": text})

    assert [one["field"] for one in answer.json()["errors"]] == ["text"]


def test_a_closed_ticket_takes_no_supplement(caller: Caller) -> None:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")
    caller.post(callback_path(number), SOLVED)

    answer = caller.post(f"{TICKETS}/{number}/supplements", {"text": "还有一件事"})

    assert answer.status_code == 409


def test_the_feed_gives_every_event_once_and_in_order(caller: Caller) -> None:
    a_ticket_to_call_back("Mon 2026-11-23 09:00")
    a_ticket("Mon 2026-11-23 09:30", content="门前道路积水，请协调排水")

    seen, after = [], 0
    while items := (page := caller.get(f"/api/v1/events?after={after}&limit=3").json())["items"]:
        seen += [one["id"] for one in items]
        after = page["next"]

    assert seen == sorted(set(seen))
    assert page["next"] == seen[-1]
    assert len(seen) == 6


def test_the_feed_waits_for_an_event_that_began_earlier_and_commits_later(
    caller: Caller, database: Database
) -> None:
    with Session(database.engine) as slow:
        praise = a_new_ticket(kind=TicketKind.PRAISE)
        accept_ticket(a_step(slow, "Mon 2026-11-23 09:00"), praise)
        a_ticket("Sun 2026-11-22 09:00")  # of another day: its number need not wait
        while_open = caller.get("/api/v1/events").json()["items"]
        slow.commit()

    after = caller.get("/api/v1/events").json()["items"]

    assert while_open == []
    assert len(after) == 2


def test_the_feed_holds_no_personal_data(with_scopes: Any) -> None:
    a_ticket_to_call_back("Mon 2026-11-23 09:00")

    answer = with_scopes("events:read").get("/api/v1/events")

    assert answer.json()["items"]
    assert not [one for one in ("演示企业甲", "2800000", "话务员") if one in answer.text]


def test_a_ticket_that_changed_since_it_was_read_takes_no_blind_write(caller: Caller) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")
    path = f"{TICKETS}/{number}/supplements"
    read = caller.get(f"{TICKETS}/{number}").headers["etag"]

    first = caller.post(path, {"text": "第一次补充"}, headers={"If-Match": read})
    second = caller.post(path, {"text": "第二次补充"}, headers={"If-Match": read})

    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["code"] == "stale"


def test_a_reminder_reaches_the_unit_and_is_written_down(caller: Caller) -> None:
    number = a_dispatched_ticket("Mon 2026-11-23 09:00")
    before = mails()

    answer = caller.client.post(f"{TICKETS}/{number}/reminders")

    assert answer.status_code == 201
    history = caller.get(f"{TICKETS}/{number}/events").json()["items"]
    assert history[-1]["event"]["code"] == "remind"
    assert mails() > before


def test_a_ticket_without_a_unit_has_nobody_to_remind(caller: Caller) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")

    assert caller.client.post(f"{TICKETS}/{number}/reminders").status_code == 409


def mails() -> int:
    with work() as session:
        return session.exec(select(func.count()).select_from(OutboxMessage)).one()
