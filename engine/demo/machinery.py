"""Runs the demonstration's waiting work as real Prefect flows."""

import time
from collections.abc import Callable
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


def recorded_machinery(server: PrefectServer) -> Machinery:
    """Return the machinery whose every move is a flow run on `server`; it waits when first used."""
    environment.enter(environment.for_flows(server.home, server.api_url, server.password))
    # The narrator tells what happened; log lines still on their way would outlive the server.
    environment.enter({"PREFECT_LOGGING_TO_API_ENABLED": "false"})
    door = PrefectDoor(server.api_url)
    door.warm_up()

    def flow(name: str, waits: Callable[[datetime], bool]) -> Callable[[datetime], None]:
        def run(now: datetime) -> None:
            if waits(now):
                _wait_for(door, server)
                door.run(name, now, None)

        return run

    return Machinery(
        route=flow("route_tickets", lambda _: bool(background.tickets_to_route(1))),
        sweep=flow("watch_clocks", lambda now: bool(background.clocks_due(now, 1))),
        send=flow("send_messages", _mail_waits),
    )


def _mail_waits(now: datetime) -> bool:
    query = select(OutboxMessage.id).where(
        OutboxMessage.status == MessageStatus.PENDING, col(OutboxMessage.next_attempt_at) <= now
    )
    with work() as session:
        return session.exec(query.limit(1)).first() is not None


def _wait_for(door: PrefectDoor, server: PrefectServer) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not door.is_open():
        if time.monotonic() > deadline:
            message = f"Prefect 没有启动，日志在 {server.log_file}。"
            raise UnavailableError(message)
        time.sleep(0.1)
