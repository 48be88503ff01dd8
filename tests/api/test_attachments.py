"""Files by the API: sent once however often, listed without names, fetched by whom they concern."""

from typing import Any

import pytest

from tests import files
from tests.api.conftest import TICKETS, Caller
from tests.looking import event_names

PLACE = "{0}/{1}/attachments"


def send(caller: Caller, number: str, name: str = "照片.png", data: bytes = files.PNG,
         **fields: str) -> Any:  # fmt: skip
    return caller.client.post(
        PLACE.format(TICKETS, number), files={"file": (name, data)}, data=fields
    )


def test_a_file_is_added_listed_and_fetched(caller: Caller) -> None:
    number = caller.a_number()

    made = send(caller, number, kind="contact_evidence")
    listed = caller.get(PLACE.format(TICKETS, number)).json()
    fetched = caller.get(f"{PLACE.format(TICKETS, number)}/{made.json()['id']}")

    assert made.status_code == 201
    assert made.json()["kind"] == {"code": "contact_evidence", "label": "联系证据"}
    assert made.json()["content_type"] == "image/png"
    assert listed["items"] == [made.json()]
    assert fetched.content == files.PNG
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert event_names(number)[-2:] == ["attach", "download"]


def test_the_same_bytes_sent_again_get_the_same_answer(caller: Caller) -> None:
    number = caller.a_number()

    first, again = send(caller, number), send(caller, number, "另一个名字.png")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert event_names(number).count("attach") == 1


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("大.pdf", files.PDF + bytes(10_000_001), 413),
        ("空.pdf", b"", 422),
        ("木马.exe", files.EXE, 422),
        ("照片.pdf", files.JPEG, 422),
    ],
)
def test_what_may_not_be_attached_is_a_documented_problem(
    caller: Caller, name: str, data: bytes, status: int
) -> None:
    answer = send(caller, caller.a_number(), name, data)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "file"


def test_a_body_beyond_every_limit_is_413_and_not_read(caller: Caller) -> None:
    answer = caller.client.post(
        PLACE.format(TICKETS, caller.a_number()), content=b"x",
        headers={"content-type": "multipart/form-data; boundary=b", "content-length": "99000000"},
    )  # fmt: skip

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_stream_without_a_length_is_stopped_when_it_is_too_much(caller: Caller) -> None:
    def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(80):
            yield bytes(1_000_000)

    answer = caller.client.post(
        PLACE.format(TICKETS, caller.a_number()), content=endless(),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )  # fmt: skip

    assert answer.status_code == 413


def test_an_unknown_kind_is_named_with_those_there_are(caller: Caller) -> None:
    answer = send(caller, caller.a_number(), kind="riddle")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "kind"
    assert "证件(credential)" in answer.json()["errors"][0]["detail"]


def test_a_kind_is_known_by_its_chinese_name_too(caller: Caller) -> None:
    made = send(caller, caller.a_number(), kind="证件")

    assert made.json()["kind"] == {"code": "credential", "label": "证件"}


def test_a_full_ticket_still_answers_for_a_file_that_it_has(caller: Caller) -> None:
    number = caller.a_number()
    for place in range(30):
        made = send(caller, number, data=files.PNG + bytes([place]))
        assert made.status_code == 201, made.text

    again = send(caller, number, data=files.PNG + bytes([29]))
    another = send(caller, number, data=files.PNG + bytes([30]))

    assert (again.status_code, again.json()) == (200, made.json())
    assert another.status_code == 422
    assert "最多 30 个附件" in another.json()["detail"]


PARTS = [
    ([("file", ("a.png", files.PNG)), ("file", ("b.pdf", files.PDF))], "file", "只能传一个"),
    ([("file", ("a.png", files.PNG)), ("kind", (None, "证件")), ("kind", (None, "handling"))],
     "kind", "只能传一个"),
    ([("file", ("a.png", files.PNG)), ("remark", (None, "营业执照"))], "remark", "没有这一部分"),
    ([("file", ("a.png", files.PNG)), ("photo", ("b.pdf", files.PDF))], "photo", "没有这一部分"),
    ([("file", (None, "just text"))], "file", "要带文件名"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "field", "words"), PARTS)
def test_a_part_that_would_not_be_kept_is_refused_by_name(
    caller: Caller, parts: Any, field: str, words: str
) -> None:
    number = caller.a_number()

    answer = caller.client.post(PLACE.format(TICKETS, number), files=parts)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert words in answer.json()["errors"][0]["detail"]
    assert caller.get(PLACE.format(TICKETS, number)).json()["items"] == []


def test_a_key_that_may_not_write_is_told_that_and_not_what_its_parts_are(
    caller: Caller, with_scopes: Any
) -> None:
    number = caller.a_number()
    reader = with_scopes("tickets:read")

    answer = reader.client.post(PLACE.format(TICKETS, number), files=PARTS[0][0])

    assert answer.status_code == 403


def test_without_a_file_the_missing_field_is_named(caller: Caller) -> None:
    answer = caller.post(PLACE.format(TICKETS, caller.a_number()), {"kind": "handling"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"


def test_a_ticket_that_changed_meanwhile_takes_no_file(caller: Caller) -> None:
    number = caller.a_number()
    tag = caller.get(f"{TICKETS}/{number}").headers["etag"]
    send(caller, number)

    answer = caller.client.post(
        PLACE.format(TICKETS, number), files={"file": ("b.pdf", files.PDF)},
        headers={"If-Match": tag},
    )  # fmt: skip

    assert answer.status_code == 412


def test_a_download_is_no_change_of_the_ticket(caller: Caller) -> None:
    number = caller.a_number()
    made = send(caller, number).json()
    tag = caller.get(f"{TICKETS}/{number}").headers["etag"]

    caller.get(f"{PLACE.format(TICKETS, number)}/{made['id']}")

    assert caller.get(f"{TICKETS}/{number}").headers["etag"] == tag


def test_names_and_bytes_are_for_keys_that_may_see_private_things(
    caller: Caller, with_scopes: Any
) -> None:
    number = caller.a_number()
    made = send(caller, number, "演示企业甲身份证.png").json()
    reader = with_scopes("tickets:read")

    listed = reader.get(PLACE.format(TICKETS, number)).json()["items"][0]
    fetched = reader.get(f"{PLACE.format(TICKETS, number)}/{made['id']}")

    assert made["name"] == "演示企业甲身份证.png"
    assert listed["name"] is None
    assert fetched.status_code == 403


def test_a_file_of_another_ticket_is_not_found_here(caller: Caller) -> None:
    made = send(caller, caller.a_number()).json()
    other = caller.a_number()

    assert caller.get(f"{PLACE.format(TICKETS, other)}/{made['id']}").status_code == 404
    assert caller.get(f"{PLACE.format(TICKETS, 'LZ0000000000')}").status_code == 404
