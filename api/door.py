"""Serves the application over HTTP until asked to stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from api import app
from devices.catalogue.folder import Catalogue
from runtime import clock
from runtime.errors import ConfigurationError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database
from storage.pool import open_pool

MOST_CONNECTIONS = 8
DRAIN_S = 5
"""Requests in hand get so long to finish."""
START_CHECK_S = 0.02

log = structlog.get_logger()


def run(settings: Settings, catalogue: Catalogue, stop: Stop) -> None:
    """Serve on the settings' host and port until `stop` is set."""
    with database.opened(settings) as url:
        pool = open_pool(url, most=MOST_CONNECTIONS)
        try:
            made = app.create(settings, catalogue, pool, clock.from_setting(settings.clock), stop)
            with serving(made, settings.host, settings.port, stop) as address:
                log.info("serving", address=address)
                stop.wait()
        finally:
            pool.close()


@contextmanager
def serving(made: FastAPI, host: str, port: int, stop: Stop) -> Iterator[str]:
    """Serve in a thread of its own (on a free port for 0); yield the base address.

    Signals stay with the caller; `stop` is set on the way out so that open streams end.
    """
    listening = _listen(host, port)
    server = uvicorn.Server(
        uvicorn.Config(
            made,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_S,
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), name="api")
    thread.start()
    try:
        _await_start(server, thread)
        yield f"http://{_shown(host)}:{listening.getsockname()[1]}"
    finally:
        stop.set()
        server.should_exit = True
        thread.join()
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"cannot listen on {host}:{port}: {error.strerror}",
            hint="set HEARTHWATCH_PORT to a free port (0 finds one)",
        ) from error
    listening.listen(128)
    return listening


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    while not server.started:
        thread.join(START_CHECK_S)
        if not thread.is_alive():
            raise ConfigurationError("the HTTP server ended while it started")


def _shown(host: str) -> str:
    """The host as a browser on this machine can open it."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
