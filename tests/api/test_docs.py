"""What docs/api.md shows works: every curl body, every path, and the example client."""

import json
import re
import shlex
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from api.main import create_app
from docs.examples import api_client
from engine.store.database import Database
from tests.api.conftest import Caller
from tests.builders import a_ticket, a_ticket_to_call_back, an_api_key
from tests.files import MP3

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
SHOWN = "LZ2611230001"


def commands() -> list[list[str]]:
    text = DOCS.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.split("\n")
    ]
    return [shlex.split(line) for line in lines if line.startswith("curl")]


@pytest.mark.parametrize("command", commands(), ids=lambda one: " ".join(one)[:60])
def test_every_curl_line_works(caller: Caller, command: list[str]) -> None:
    address = next(word for word in command if word.startswith("$HOTLINE_URL"))
    made = a_ticket if address.endswith("/withdrawals") else a_ticket_to_call_back
    number = made("Mon 2026-11-23 09:00")
    path = address.removeprefix("$HOTLINE_URL").replace(SHOWN, number)

    if "-d" in command:
        answer = caller.post(path, json.loads(command[command.index("-d") + 1]))
    elif "-F" in command:
        kind = command[command.index("-F") + 1].removeprefix("kind=")
        sent = {"file": (command[-1].rsplit("@")[-1], MP3)}
        answer = caller.client.post(path, files=sent, data={"kind": kind})
    elif path.endswith("/reminders"):
        answer = caller.client.post(path)
        assert answer.status_code == 409  # 待回访: no longer with its unit
        return
    else:
        answer = caller.get(path)

    assert answer.status_code in (200, 201), answer.text


def test_every_path_of_the_contract_that_writes_is_in_the_docs(app: FastAPI) -> None:
    text = DOCS.read_text(encoding="utf-8")

    for path, methods in app.openapi()["paths"].items():
        if "post" in methods:
            assert path.replace("{number}", SHOWN) in text, path


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """Yield the address of a real server of this application."""
    config = uvicorn.Config(create_app(), port=0, log_level="error", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(timeout=10)


def test_the_example_client_takes_a_ticket_in_once(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api_client, "URL", address)
    monkeypatch.setattr(api_client, "KEY", an_api_key())

    api_client.main()
    api_client.main()

    lines: list[Any] = capsys.readouterr().out.splitlines()
    numbers = [
        line.split()[0] for line in lines if line.startswith("LZ") and "受理登记" not in line
    ]
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
    assert any("受理登记" in line for line in lines)


def test_the_example_client_says_in_one_line_what_is_wrong(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_client, "URL", address)

    with pytest.raises(SystemExit, match="请先登录：请带接口密钥"):
        api_client.main()


class Busy(BaseHTTPRequestHandler):
    """Answers the first call with 429 and the next with what was asked for."""

    calls = 0

    def do_GET(self) -> None:
        Busy.calls += 1
        self.send_response(429 if Busy.calls == 1 else 200)
        self.send_header("Retry-After", "2")
        self.end_headers()
        self.wfile.write(b'{"title": "", "detail": "", "items": []}')

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_the_example_client_waits_as_long_as_it_is_told_when_it_calls_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with HTTPServer(("127.0.0.1", 0), Busy) as busy:
        threading.Thread(target=busy.serve_forever, daemon=True).start()
        monkeypatch.setattr(api_client, "URL", f"http://127.0.0.1:{busy.server_port}")
        began = time.monotonic()

        said = api_client.call("GET", "/events?after=0")
        busy.shutdown()

    assert (said["items"], Busy.calls) == ([], 2)
    assert time.monotonic() - began >= 2


def test_the_reference_page_has_no_raw_marks_and_begins_in_the_readers_language(
    anonymous: Caller,
) -> None:
    page = anonymous.get("/api/docs").text

    assert "`" not in page
    assert "<code>Idempotency-Key</code>" in page
    assert "出错一律回答" in page
    assert "Everywhere: another method" not in page


def test_the_example_client_goes_on_over_a_page_that_is_empty_to_its_key() -> None:
    pages = {0: ([], 3), 3: ([{"id": 4}], 4), 4: ([], 5), 5: ([{"id": 6}], 6), 6: ([], 6)}

    def ask(_method: str, path: str) -> Any:
        items, after = pages[int(path.rsplit("=", maxsplit=1)[-1])]
        return {"items": items, "next": after}

    assert [one["id"] for one in api_client.events(ask=ask)] == [4, 6]
