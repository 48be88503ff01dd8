"""A request that broke off in the middle is carried out not at all; sent again, it is done once."""

import socket
import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlmodel import select

from engine.models import Ticket
from engine.store.database import Database, work
from tests.builders import an_api_key

WORDS = "办理招牌设置许可已逾承诺时限，窗口三次退回材料，并要求另找他们指定的公司制作。"
HEAD = b"POST /open311/v2/requests.json HTTP/1.1\r\nHost: x\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def a_form() -> bytes:
    fields = {"api_key": an_api_key(), "service_code": "complaint",
              "phone": "0772-2800000", "address_string": "潭中中路1号",
              "description": WORDS}  # fmt: skip
    return urlencode(fields).encode()


def whole(body: bytes) -> bytes:
    return HEAD + FORM + b"Content-Length: %d\r\n\r\n" % len(body) + body


def cut(body: bytes, kept: int) -> bytes:
    return HEAD + FORM + b"Content-Length: %d\r\n\r\n" % len(body) + body[:kept]


def never_ended(body: bytes, kept: int) -> bytes:
    chunk = b"%x\r\n" % kept + body[:kept] + b"\r\n"
    return HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n" + chunk


def said(port: int, request: bytes, *, wait: bool) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(request)
        if not wait:
            time.sleep(0.1)  # the server reads what there is, and then that there is no more
        return one.recv(65536) if wait else b""


@pytest.mark.parametrize("broken", [cut, never_ended])
@pytest.mark.parametrize("missing", [9 * 12, 9 * 12 + 7, 1])
def test_half_a_form_writes_no_ticket_and_the_whole_one_after_it_does(
    port: int, database: Database, broken: Callable[[bytes, int], bytes], missing: int
) -> None:
    body = a_form()

    said(port, broken(body, len(body) - missing), wait=False)
    answer = said(port, whole(body), wait=True)

    assert b" 201 " in answer.split(b"\r\n", 1)[0], answer.decode()
    with work() as session:
        found = session.exec(select(Ticket)).all()
        assert [one.content for one in found] == [WORDS]
