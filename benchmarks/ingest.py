"""`hearthwatch bench ingest`: what goes through, and what broker and database could at most."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path

from benchmarks import cost, database, fleet, load, mosquitto
from benchmarks.fleet import Frames
from benchmarks.load import Shared
from devices import watermark
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from devices.watermark import Tally
from ingest import workers as ingest_workers
from runtime.errors import HearthwatchError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import pool
from storage.pool import Connection

SPAWNING = multiprocessing.get_context("spawn")
DEVICES = 5000
LOOK_S = 0.05
WARM_UP_S = 3.0
LIMIT_SHARE = 0.25
"""Of the time asked for, each limit gets this part."""
BACKLOG = 32_000
"""Messages on the way, for each worker: enough for full batches, far from the broker's bound."""
START_S = 60.0


class BenchError(HearthwatchError):
    """The measurement could not be made."""

    title = "No figure"


@dataclass(frozen=True)
class Figures:
    """What one run showed."""

    messages_per_s: float
    readings_per_s: float
    broker_limit: float
    database_limit: float
    ratio: float
    """Ours to the lower limit."""
    cpu_us_per_message: dict[str, float]
    p50_ms: float
    p99_ms: float
    """From publishing to the commit."""
    lost: int
    duplicates: int
    rss_mb: float
    """The largest worker's memory at the end."""
    seconds: float
    workers: int


def run(seconds: float, workers: int) -> Figures:
    """Measure the two limits and then ours, on parts of its own."""
    catalogue = folder.load()
    frames = fleet.frames(catalogue, DEVICES)
    with tempfile.TemporaryDirectory(prefix="hearthwatch-bench-") as name:
        scratch = Path(name)
        with (
            mosquitto.running(scratch) as (port, broker_pid),
            database.running(scratch / "postgres", catalogue, DEVICES) as (url, server_pid),
        ):
            bench = _Bench(seconds, workers, catalogue, frames, port, url, SPAWNING)
            broker_limit = bench.broker_limit()
            database_limit = database.rows_per_second(
                url, catalogue, workers, seconds * LIMIT_SHARE
            )
            return bench.ours(broker_limit, database_limit, broker_pid, server_pid)


@dataclass
class _Bench:
    seconds: float
    workers: int
    catalogue: Catalogue
    frames: Frames
    port: int
    url: str
    spawning: SpawnContext

    def broker_limit(self) -> float:
        """Messages a second through the broker when they are acknowledged at once."""
        shared = self._shared()
        consumer = self._process(load.consume, shared)
        consumer.start()
        Stop().wait(1.0)
        with self._loaded(shared):
            Stop().wait(1.0)
            before, since = shared.taken.value, time.monotonic()
            Stop().wait(self.seconds * LIMIT_SHARE)
            rate = (shared.taken.value - before) / (time.monotonic() - since)
        consumer.join()
        return rate

    def ours(
        self, broker_limit: float, database_limit: float, broker_pid: int, server_pid: int
    ) -> Figures:
        """Messages a second from the generator to committed rows."""
        shared = self._shared()
        with self._ingesting() as ingesters, pool.connect(self.url, autocommit=True) as connection:
            self._wait_for_workers(connection)
            with self._loaded(shared) as generator:
                self._follow(connection, shared, WARM_UP_S)
                pids = {
                    "worker": [each.pid or 0 for each in ingesters],
                    "broker": [broker_pid],
                    "database": cost.with_children(server_pid),
                    "load": [generator.pid or 0],
                }
                spent = {name: cost.cpu_seconds(each) for name, each in pids.items()}
                before, since = watermark.tally(connection).stored, time.monotonic()
                self._follow(connection, shared, self.seconds)
                lasted = time.monotonic() - since
                messages = watermark.tally(connection).stored - before
                spent = {name: cost.cpu_seconds(pids[name]) - spent[name] for name in pids}
            tally = self._drained(connection, shared)
            p50_ms, p99_ms = self._delays_ms(connection)
            memory = max(map(cost.resident_mb, pids["worker"]))
        rate = messages / lasted
        return Figures(
            messages_per_s=round(rate),
            readings_per_s=round(rate * fleet.METRICS),
            broker_limit=round(broker_limit),
            database_limit=round(database_limit),
            ratio=round(rate / min(broker_limit, database_limit), 3),
            cpu_us_per_message={
                name: round(each / max(messages, 1) * 1e6, 1) for name, each in spent.items()
            },
            p50_ms=p50_ms,
            p99_ms=p99_ms,
            lost=shared.acknowledged.value - tally.stored,
            duplicates=tally.duplicates,
            rss_mb=round(memory),
            seconds=round(lasted, 1),
            workers=self.workers,
        )

    @contextmanager
    def _ingesting(self) -> Iterator[list[SpawnProcess]]:
        settings = Settings(
            database_url=self.url, mqtt_url=f"mqtt://127.0.0.1:{self.port}", idle_after_s=0
        )
        started = [
            self.spawning.Process(target=ingest_workers.work, args=(settings, name, self.shared))
            for name in ingest_workers.names(self.workers)
        ]
        try:
            for process in started:
                process.start()
            yield started
        finally:
            for process in started:
                process.terminate()
                process.join()

    @property
    def shared(self) -> bool:
        return self.workers > 1

    @contextmanager
    def _loaded(self, shared: Shared) -> Iterator[SpawnProcess]:
        generator = self._process(load.generate, shared, BACKLOG * self.workers)
        generator.start()
        try:
            yield generator
        finally:
            shared.enough.set()
            generator.join()

    def _process(self, target: object, *arguments: object) -> SpawnProcess:
        return self.spawning.Process(
            target=target,  # type: ignore[arg-type]
            args=(self.port, self.frames, *arguments),
            daemon=True,
        )

    def _shared(self) -> Shared:
        sent, acknowledged, taken = (self.spawning.Value("q", 0) for _ in range(3))
        return Shared(sent, acknowledged, taken, self.spawning.Event())

    def _wait_for_workers(self, connection: Connection) -> None:
        deadline = time.monotonic() + START_S
        while len(watermark.workers(connection, fleet.REGISTERED_AT)) < self.workers:
            if time.monotonic() > deadline:
                raise BenchError("the workers do not subscribe")
            Stop().wait(LOOK_S)

    def _follow(self, connection: Connection, shared: Shared, seconds: float) -> None:
        """Tell the generator what has been committed, so that no backlog grows."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            shared.taken.value = watermark.tally(connection).received
            Stop().wait(LOOK_S)

    def _drained(self, connection: Connection, shared: Shared) -> Tally:
        deadline = time.monotonic() + START_S
        while (tally := watermark.tally(connection)).received < shared.acknowledged.value:
            if time.monotonic() > deadline:
                break
            Stop().wait(LOOK_S)
        return tally

    def _delays_ms(self, connection: Connection) -> tuple[float, float]:
        """Median and 99th percentile from the time in the message to that of its commit."""
        name = min(self.catalogue)
        row = connection.execute(
            "SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY"
            " extract(epoch FROM pg_xact_commit_timestamp(xmin) - time) * 1000)"
            f" FROM telemetry.{name} WHERE device_id < 1000000"
        ).fetchone()
        p50, p99 = row[0] if row and isinstance(row[0], list) else (0.0, 0.0)
        return round(p50, 1), round(p99, 1)
