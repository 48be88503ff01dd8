"""The embedded Prefect server itself: `python -m engine.serving.prefect_child PORT`.

Its standard input is a pipe that the parent holds open. When the parent lets go of it, or dies in
whatever way, the pipe ends and this process stops: no server is left behind.
"""

import gc
import logging
import os
import signal
import socket
import sys
import threading

import uvicorn

GRACE_SECONDS = 3.0
READY = threading.Event()


class PrefectWebServer(uvicorn.Server):
    """Uvicorn that notes when it has started, for it cannot be stopped in order before."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept requests; Prefect has migrated its database by then."""
        await super().startup(sockets=sockets)
        gc.freeze()
        gc.enable()
        READY.set()


def main() -> None:
    """Serve Prefect's API on loopback until told to stop or left alone."""
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    # A start makes no garbage worth looking for: half a second of four without the search.
    gc.disable()
    from prefect.server.api.server import create_app

    config = uvicorn.Config(
        create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    _log_to_standard_error()
    PrefectWebServer(config).run()


def _log_to_standard_error() -> None:
    """Say when it starts, can be reached and stops, and what goes wrong: the parent keeps it."""
    words = logging.Formatter("%(asctime)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
    handler = logging.StreamHandler()
    handler.setFormatter(words)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)


def _stop_with_parent() -> None:
    while os.read(0, 1024):
        pass
    # Cut off in its first migrations it takes them up again at the next start (tried).
    if not READY.is_set():
        os._exit(0)
    threading.Timer(GRACE_SECONDS, os._exit, (1,)).start()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
