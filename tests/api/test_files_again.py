"""A file sent again, as after an answer that was lost: it is there once, and the sender is told."""

from typing import Any

from tests import files
from tests.api.conftest import TICKETS, Caller, a_body
from tests.looking import event_names

OTHER = files.PNG + b"another"


def send(caller: Caller, number: str, data: bytes = files.PNG, **headers: str) -> Any:
    return caller.client.post(
        f"{TICKETS}/{number}/attachments", files={"file": ("现场.png", data)},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip


def tag_of(caller: Caller, number: str) -> str:
    return str(caller.get(f"{TICKETS}/{number}").headers["etag"])


def test_a_lost_answer_to_a_file_with_if_match_is_given_again(caller: Caller) -> None:
    number = caller.a_number()
    tag = tag_of(caller, number)

    first, again = (send(caller, number, If_Match=tag) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert again.json() == first.json()
    assert event_names(number).count("attach") == 1


def test_other_bytes_for_a_version_that_is_gone_are_stale(caller: Caller) -> None:
    number = caller.a_number()
    tag = tag_of(caller, number)
    send(caller, number, If_Match=tag)

    assert send(caller, number, OTHER, If_Match=tag).status_code == 412


def test_the_same_file_under_the_same_key_is_marked_as_repeated(caller: Caller) -> None:
    number = caller.a_number()
    guards = {"Idempotency_Key": "file-1", "If_Match": tag_of(caller, number)}

    first, again = (send(caller, number, **guards) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


def test_other_bytes_under_the_same_key_are_refused_and_not_kept(caller: Caller) -> None:
    number = caller.a_number()
    send(caller, number, Idempotency_Key="file-1")

    refused = send(caller, number, OTHER, Idempotency_Key="file-1")

    assert refused.status_code == 409
    assert [one["field"] for one in refused.json()["errors"]] == ["Idempotency-Key"]
    assert event_names(number).count("attach") == 1


def test_a_refused_file_leaves_its_key_free(caller: Caller) -> None:
    number = caller.a_number()
    assert send(caller, number, files.EXE, Idempotency_Key="file-1").status_code == 422

    assert send(caller, number, Idempotency_Key="file-1").status_code == 201


def test_a_key_of_a_ticket_is_not_free_for_a_file(caller: Caller) -> None:
    number = caller.post(TICKETS, a_body(), headers={"Idempotency-Key": "one"}).json()["number"]

    assert send(caller, number, Idempotency_Key="one").status_code == 409


def test_a_batch_takes_no_key_and_says_that_its_tickets_bring_their_names(caller: Caller) -> None:
    body = {"tickets": [a_body(external_id="B-1")]}

    refused = caller.post(f"{TICKETS}:batch", body, headers={"Idempotency-Key": "one"})

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["Idempotency-Key"]
    assert "external_id" in refused.json()["detail"]
    assert caller.get(TICKETS).json()["items"] == []
