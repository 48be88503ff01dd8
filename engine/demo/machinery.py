"""Runs the demonstration's waiting work as real Prefect flows."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import col, select

from engine.actions import background
from engine.demo.clockwork import Machinery
from engine.errors import UnavailableError
from engine.flows import environment
from engine.flows.door import PrefectDoor
from engine.models import OutboxMessage
from engine.serving.prefect_server import PrefectServer
from engine.store.database import work
from engine.terms import MessageStatus

PATIENCE_SECONDS = 60


@contextmanager
def recorded_machinery(server: PrefectServer) -> Iterator[Machinery]:
    """Yield the machinery whose every move is a flow run on `server`; it waits until that answers.

    One connection serves every run, and at the end what the server is still owed is sent first.
    """
    environment.enter(environment.for_flows(server.home, server.api_url, server.password))
    # The narrator tells what happened; log lines still on their way would outlive the server.
    environment.enter({"PREFECT_LOGGING_TO_API_ENABLED": "false"})
    door = PrefectDoor(server.api_url)
    door.load()
    _wait_for(door, server)
    from engine.flows.connection import one_connection

    with one_connection():
        yield Machinery(
            route=_flow(door, "route_tickets", lambda _: bool(background.tickets_to_route(1))),
            sweep=_flow(door, "watch_clocks", lambda now: bool(background.clocks_due(now, 1))),
            send=_flow(door, "send_messages", _mail_waits),
        )


def _flow(
    door: PrefectDoor, name: str, waits: Callable[[datetime], bool]
) -> Callable[[datetime], None]:
    def run(now: datetime) -> None:
        if waits(now):
            door.run(name, now, None)

    return run


def _mail_waits(now: datetime) -> bool:
    query = select(OutboxMessage.id).where(
        OutboxMessage.status == MessageStatus.PENDING, col(OutboxMessage.next_attempt_at) <= now
    )
    with work() as session:
        return session.exec(query.limit(1)).first() is not None


def _wait_for(door: PrefectDoor, server: PrefectServer) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not door.answers():
        if time.monotonic() > deadline or not server.lives():
            message = f"Prefect 没有启动，日志在 {server.log_file}。"
            raise UnavailableError(message)
        time.sleep(0.1)
