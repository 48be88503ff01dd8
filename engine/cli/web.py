"""Runs the desks and the API under uvicorn, on a socket that is held already."""

import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from engine.serving.memory import settle

STOP_SECONDS = 5


class WebServer(uvicorn.Server):
    """Uvicorn that says when it can be reached."""

    ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept requests, then tell."""
        await super().startup(sockets=sockets)
        if not self.should_exit:
            settle()
            self.ready()


def run_web(application: Any, holder: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal comes, then let requests under way finish for a few seconds."""
    config = uvicorn.Config(
        application, log_config=None, access_log=False, server_header=False,
        proxy_headers=False,  # api/proxy.py believes only HOTLINE_TRUSTED_PROXIES
        timeout_graceful_shutdown=STOP_SECONDS,
    )  # fmt: skip
    server = WebServer(config)
    server.ready = ready
    server.run(sockets=[holder])
