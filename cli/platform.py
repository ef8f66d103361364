"""A whole platform for one command: database, broker and processes, ended when it leaves."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cli import running
from cli.children import Children
from customers.secrecy import sealed_store
from devices import telemetry_table, watermark
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from runtime.errors import HearthwatchError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database, migration, pool
from storage.pool import Pool

READY_TIMEOUT_S = 180.0
LOOK_S = 0.1


@dataclass
class Platform:
    """What a command needs to work with a running platform."""

    settings: Settings
    catalogue: Catalogue
    pool: Pool
    children: Children
    base_url: str


class NotReadyError(HearthwatchError):
    """Something did not come up in time."""

    title = "Not ready"


@contextmanager
def opened(
    settings: Settings, *, clock: Path | None = None, broker_port: int = 0
) -> Iterator[Platform]:
    """Open and migrate the database, start a broker if none is set; no door is open yet.

    The broker listens on `broker_port` if that is free, else on one that is.
    """
    with ExitStack() as stack:
        catalogue = folder.load(settings.catalogue)
        url = stack.enter_context(database.opened(settings))
        connections = pool.open_pool(url)
        stack.callback(connections.close)
        with connections.connection() as connection:
            migration.migrate(connection)
            telemetry_table.ensure(connection, catalogue)
            after = timedelta(days=settings.compress_after_days)
            telemetry_table.compress(connection, catalogue, after)
            connection.commit()
            sealed_store.ensure(connection)
        own_broker = "mqtt_url" not in settings.model_fields_set
        broker_port = _free_port("127.0.0.1", broker_port)
        port = _free_port(settings.host, settings.port)
        chosen = {
            "database_url": url,
            "port": port,
            "secret_key": settings.secret(),
            "master_keys": settings.master_key_text(),
        }
        if own_broker:
            chosen["mqtt_url"] = f"mqtt://hearthwatch:embedded@127.0.0.1:{broker_port}"
        if clock is not None:
            chosen |= {"clock": str(clock), "idle_after_s": 0.0}
        settings = settings.model_copy(update=chosen)
        children = Children(_environment(settings), settings.home / "logs")
        stack.callback(children.end)
        if own_broker:
            children.start("broker", "broker", "--port", str(broker_port))
            wait_until(_listening(broker_port), children, Stop(), "the embedded broker is silent")
        stack.enter_context(running.told(settings))
        yield Platform(settings, catalogue, connections, children, f"http://{settings.host}:{port}")


def start_ingest(platform: Platform, stop: Stop) -> None:
    """Start ingest and wait until what is published will reach it."""
    with platform.pool.connection() as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    asked_at: datetime = row[0]  # type: ignore[index,assignment]
    platform.children.start("ingest", "ingest")

    def subscribed() -> bool:
        with platform.pool.connection() as connection:
            return bool(watermark.workers(connection, asked_at))

    wait_until(subscribed, platform.children, stop, "ingest does not subscribe")


def start_serving(platform: Platform, stop: Stop) -> None:
    """Start the console and the API, and wait until they answer."""
    platform.children.start("serve", "serve")
    answers = _listening(platform.settings.port)
    wait_until(answers, platform.children, stop, "the console does not answer")


def wait_until(
    done: Callable[[], bool],
    children: Children,
    stop: Stop,
    complaint: str,
    timeout_s: float = READY_TIMEOUT_S,
) -> None:
    """Wait for a condition; raise if a process ends or it takes too long; return if stopped."""
    deadline = time.monotonic() + timeout_s
    while not stop.is_set() and not done():
        children.check()
        if time.monotonic() > deadline:
            raise NotReadyError(f"{complaint} within {timeout_s:g} s")
        stop.wait(LOOK_S)


def _free_port(host: str, wanted: int) -> int:
    """The wanted port, or another where somebody listens on it already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError:
            return _free_port(host, 0)
        return int(probe.getsockname()[1])


def _listening(port: int) -> Callable[[], bool]:
    def asked() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return asked


def _environment(settings: Settings) -> dict[str, str]:
    """The settings as the variables that a child reads."""
    told = {
        "HEARTHWATCH_HOME": str(settings.home.resolve()),
        "HEARTHWATCH_DATABASE_URL": str(settings.database_url),
        "HEARTHWATCH_MQTT_URL": settings.mqtt_url,
        "HEARTHWATCH_SECRET_KEY": str(settings.secret_key),
        "HEARTHWATCH_MASTER_KEYS": str(settings.master_keys),
        "HEARTHWATCH_CATALOGUE": ":".join(str(path.resolve()) for path in settings.catalogue),
        "HEARTHWATCH_CLOCK": settings.clock,
        "HEARTHWATCH_IDLE_AFTER_S": str(settings.idle_after_s),
        "HEARTHWATCH_LATE_AFTER_S": str(settings.late_after_s),
        "HEARTHWATCH_HOST": settings.host,
        "HEARTHWATCH_PORT": str(settings.port),
        "HEARTHWATCH_LOG_LEVEL": settings.log_level,
    }
    return told | ({"HEARTHWATCH_CHANNELS": settings.channels} if settings.channels else {})
