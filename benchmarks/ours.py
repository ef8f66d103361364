"""Hearthwatch's own ingest, as a user starts it, from the load generator to committed rows.

The judges of alarms run beside it, on the same database.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from benchmarks import database, delay, load, mosquitto, program
from benchmarks.database import COPIED_FROM, Server
from benchmarks.fleet import Frames
from benchmarks.load import Pace
from benchmarks.mosquitto import Broker
from benchmarks.window import Counter, Watch, Window
from devices import watermark
from storage import pool
from storage.pool import Connection

BACKLOG = 32_000
"""Messages on the way, for each worker: enough for full batches, far from the broker's bound."""
LAST_WORDS = 2000


@dataclass(frozen=True)
class Task:
    """What to measure."""

    frames: Frames
    server: Server
    type_name: str
    """The appliance type whose rows tell the delay."""
    workers: int
    seconds: float
    rate: float | None


@dataclass(frozen=True)
class Outcome:
    """What it showed."""

    window: Window
    lost: int
    duplicates: int
    p50_ms: float | None
    p99_ms: float | None


def measure(task: Task, folder: Path) -> Outcome:
    """Run it on a broker of its own and a database whose fleet is registered."""
    shared = load.counters()
    with (
        mosquitto.running(folder / "broker") as broker,
        pool.connect(task.server.url, autocommit=True) as connection,
    ):
        database.settle(connection)
        counter = Counter(
            lambda: watermark.tally(connection).received,
            lambda: watermark.tally(connection).stored,
        )
        pace = Pace(BACKLOG * task.workers, task.rate)
        with (
            _running(task, broker, folder, "ingest", "--workers", str(task.workers)) as process,
            _running(task, broker, folder, "watch") as judging,
        ):
            broker.wait_for_subscriptions(task.workers, alive=lambda: process.poll() is None)
            with load.running(broker.port, task.frames, shared, pace) as generator:
                pids = {
                    "worker": [process.pid],
                    "watch": [judging.pid],
                    "broker": [broker.pid],
                    "database": [task.server.pid] if task.server.pid else [],
                    "load": [generator.pid or 0],
                }
                watch = Watch(shared, counter, pids, weighed="worker")
                window = watch.measure(task.seconds)
            stored = watch.drain()
        lost = shared.acknowledged.value - stored
        duplicates = watermark.tally(connection).duplicates
        return Outcome(window, lost, duplicates, *_delays_ms(connection, task.type_name))


@contextmanager
def _running(
    task: Task, broker: Broker, folder: Path, *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A command of ours with no setting but what it needs; it is ended in the end."""
    known = {name: each for name, each in os.environ.items() if "HEARTHWATCH" not in name}
    needed = {
        "HEARTHWATCH_HOME": str(folder / "home"),
        "HEARTHWATCH_DATABASE_URL": task.server.url,
        "HEARTHWATCH_MQTT_URL": f"mqtt://127.0.0.1:{broker.port}",
    }
    command = [sys.executable, "-m", "cli", *arguments]
    journal = folder / f"{arguments[0]}.log"
    with program.running(command, journal, environment=known | needed) as process:
        try:
            yield process
        except mosquitto.BenchError as error:
            said = program.last_words(journal, LAST_WORDS)
            raise mosquitto.BenchError(f"{error}; {arguments[0]} said: {said}") from error


def _delays_ms(connection: Connection, type_name: str) -> tuple[float, float] | tuple[None, None]:
    rows = sql.SQL("{} WHERE device_id < {}").format(
        sql.Identifier("telemetry", type_name), COPIED_FROM
    )
    return delay.percentiles_ms(connection, sql.Identifier("time"), rows)
