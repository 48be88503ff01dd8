"""A line to a receiver: real sockets, real TLS, and receivers that behave as badly as they can."""

import threading
import time
from datetime import timedelta
from ipaddress import ip_network

import pytest

from engine.delivery.line import Line, trust
from engine.delivery.outside import Policy
from engine.settings import load_settings
from tests.builders import moment
from tests.delivery.conftest import free_port
from tests.delivery.receiver import certificate, receiving, speaking

NOW = moment("Mon 2026-11-23 09:00")
QUICK = timedelta(seconds=0.6)
PATIENT = timedelta(seconds=5)


def policy_for(*ports: int) -> Policy:
    return Policy((ip_network("127.0.0.0/8"),), frozenset(ports))


def public_on(port: int) -> Policy:
    return Policy(ports=frozenset({port}))


def posted(url, port, *, longest=PATIENT, resolve=None, body=b"{}"):
    more = {} if resolve is None else {"resolve": resolve}
    with Line(url, longest, policy_for(port), **more) as line:
        return line.post(body, {"webhook-id": "msg_1"}, NOW)


def test_a_body_arrives_as_it_was_with_its_headers():
    with receiving() as receiver:
        reply = posted(receiver.url, receiver.port, body="{“}".encode())

    (got,) = receiver.got
    assert (reply.status, reply.taken, reply.error) == (204, True, "")
    assert got.body.decode() == "{“}"
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert "cookie" not in got.headers


def test_one_connection_carries_many_messages():
    with receiving() as receiver, Line(receiver.url, PATIENT, policy_for(receiver.port)) as line:
        statuses = [line.post(b"{}", {}, NOW).status for _ in range(5)]

    assert statuses == [204] * 5
    assert receiver.connections == 1


def test_the_address_that_was_checked_is_the_one_connected_to():
    """A name server that answers otherwise the second time (DNS rebinding) is not asked again."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with receiving() as receiver:
        url = f"http://hook.example:{receiver.port}/a"
        with Line(url, PATIENT, policy_for(receiver.port), rebinding) as line:
            for _ in range(3):
                assert line.post(b"{}", {}, NOW).taken

    assert asked == ["hook.example"]
    assert {one.headers["host"] for one in receiver.got} == {f"hook.example:{receiver.port}"}


def test_a_private_address_is_refused_before_anything_is_sent():
    with receiving() as receiver, Line(receiver.url, PATIENT, public_on(receiver.port)) as line:
        reply = line.post(b"{}", {}, NOW)

    assert not reply.reached
    assert "属于内部或特殊网络" in reply.error
    assert receiver.connections == 0


def test_a_redirect_is_not_followed():
    with receiving() as inner, receiving() as outer:
        outer.answer = lambda _: (302, {"Location": inner.url})
        reply = posted(outer.url, outer.port)

    assert (reply.status, reply.taken) == (302, False)
    assert "不跟随跳转" in reply.error
    assert inner.connections == 0


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with receiving() as receiver:
        assert posted(receiver.url, receiver.port).taken


def test_nobody_there_is_not_reached():
    port = free_port()

    reply = posted(f"http://127.0.0.1:{port}/", port)

    assert (reply.status, reply.reached) == (None, False)
    assert "连不上" in reply.error


def test_a_name_nobody_knows_is_not_reached():
    def unknown(_host, _port):
        raise OSError

    reply = posted("http://none.example:8080/", 8080, resolve=unknown)

    assert not reply.reached
    assert "none.example" in reply.error


def silent(one):
    one.recv(65536)
    time.sleep(3)


def dripping(one):
    one.recv(65536)
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
        one.sendall(bytes([letter]))
        time.sleep(0.1)


def endless(one):
    one.recv(65536)
    one.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(600):
        one.sendall(b"5\r\nhello\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("talk", [silent, dripping, endless])
def test_a_slow_receiver_holds_the_line_no_longer_than_its_time(talk):
    with speaking(talk) as port:
        begun = time.monotonic()
        reply = posted(f"http://127.0.0.1:{port}/", port, longest=QUICK)
        took = time.monotonic() - begun

    assert (reply.status, reply.reached) == (None, True)
    assert "0.6 秒内没有回答" in reply.error
    assert took < 2.5


def huge(one):
    one.recv(65536)
    one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(200):
        one.sendall(b"x" * 65536)


def test_of_a_huge_answer_only_the_beginning_is_read():
    with speaking(huge) as port:
        assert posted(f"http://127.0.0.1:{port}/", port).status == 200


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000],
    ids=["nothing", "nonsense", "no status", "endless header"],
)
def test_an_answer_that_is_no_http_is_a_failure_and_never_an_exception(answer):
    with receiving() as receiver:
        receiver.answer = lambda _: answer
        reply = posted(receiver.url, receiver.port)

    assert (reply.status, reply.reached, reply.taken) == (None, True, False)
    assert reply.error


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), ("0", 0), ("99999999999", 86400), ("-5", None), ("soon", None), ("", None),
        ("Mon, 23 Nov 2026 01:10:00 GMT", 600), ("Mon, 23 Nov 2020 01:10:00 GMT", 0),
    ],
)  # fmt: skip
def test_what_retry_after_asks_is_understood_and_bounded(header, seconds):
    with receiving() as receiver:
        receiver.answer = lambda _: (503, {"Retry-After": header})
        reply = posted(receiver.url, receiver.port)

    expected = None if seconds is None else timedelta(seconds=seconds)
    assert (reply.status, reply.retry_after) == (503, expected)


@pytest.fixture
def believed(tmp_path, monkeypatch):
    """Return a TLS context for hook.example whose authority this installation believes."""
    context, authority = certificate(tmp_path, "hook.example")
    monkeypatch.setenv("HOTLINE_WEBHOOK_CA_FILE", str(authority))
    load_settings.cache_clear()
    return context


def test_a_certificate_is_checked_against_the_name_not_the_number(believed):
    with receiving(believed) as receiver:
        right = posted(f"https://hook.example:{receiver.port}/", receiver.port,
                       resolve=lambda _host, _port: ["127.0.0.1"])  # fmt: skip
        wrong = posted(f"https://other.example:{receiver.port}/", receiver.port,
                       resolve=lambda _host, _port: ["127.0.0.1"])  # fmt: skip

    assert right.taken
    assert (wrong.status, wrong.reached) == (None, False)
    assert "证书" in wrong.error
    assert len(receiver.got) == 1


def test_an_unknown_authority_is_not_believed(tmp_path):
    context, _ = certificate(tmp_path, "hook.example")

    with receiving(context) as receiver:
        reply = posted(f"https://hook.example:{receiver.port}/", receiver.port,
                       resolve=lambda _host, _port: ["127.0.0.1"])  # fmt: skip

    assert "证书" in reply.error
    assert trust(None).check_hostname


def test_lines_of_several_threads_do_not_disturb_each_other():
    with receiving() as receiver:
        replies = []
        threads = [
            threading.Thread(
                target=lambda: replies.append(posted(receiver.url, receiver.port).status)
            )
            for _ in range(8)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    assert replies == [204] * 8
