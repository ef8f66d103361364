"""`hearthwatch bench storage`: what a reading costs on disk, and what it takes to ask for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks import storage_fleet, storage_questions, storage_tier
from benchmarks.storage_fleet import Recording
from benchmarks.storage_questions import Latency, Question
from devices import telemetry_table
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from storage import pool
from storage.capability import Capability
from storage.pool import Connection

MINUTES = 8 * 1440
"""Eight days: a week and something before it."""
START = datetime(2026, 6, 1, tzinfo=UTC)
ASKED_TYPE = "refrigerator"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class State:
    """What a tier takes and how it answers, in one state of its tables."""

    bytes_a_reading: float
    bytes_a_row: float
    bytes_a_reading_by_type: dict[str, float]
    rollup_bytes_a_reading: float
    """What the hourly rollup takes beside the readings, for each reading."""
    latency: dict[str, Latency]


@dataclass(frozen=True)
class Figures:
    """What one tier showed."""

    rows: int
    readings: int
    device_hours: int
    seconds: dict[str, float]
    """What it took to store, to roll up and to compress."""
    states: dict[str, State]
    """As stored, and compressed where the tier can."""


@dataclass(frozen=True)
class Outcome:
    """Every tier that could be reached."""

    devices: int
    days: float
    tiers: dict[str, Figures]
    left_out: list[str]
    """Tiers that no server was given for."""


def run(
    readings: int,
    server_urls: Sequence[str],
    *,
    with_embedded: bool = True,
    minutes: int = MINUTES,
    runs: int = storage_questions.WARM_RUNS,
    tell: Tell = print,
) -> Outcome:
    """Measure on an embedded PostgreSQL and on the servers given, in databases of its own."""
    catalogue = folder.load()
    metrics = sum(len(each.metrics) for each in catalogue.values())
    devices = max(round(readings / (metrics * minutes)), storage_tier.REGIONS)
    tell(f"simulating {len(catalogue)} types for {minutes / 1440:.1f} days ...")
    recordings = [
        storage_fleet.record(catalogue[name], START, minutes) for name in sorted(catalogue)
    ]
    tiers = {}
    with ExitStack() as stack:
        servers = [stack.enter_context(storage_tier.embedded_server())] if with_embedded else []
        for server in [*servers, *server_urls]:
            with storage_tier.database(server) as url, pool.connect(url) as connection:
                tier, ids = storage_tier.prepare(connection, catalogue, devices, START)
                trial = _Trial(catalogue, recordings, url, connection, tier, ids, runs, tell)
                tiers[tier.value] = trial.figures()
    left_out = [each.value for each in Capability if each.value not in tiers]
    return Outcome(devices * len(catalogue), round(minutes / 1440, 2), tiers, left_out)


@dataclass
class _Trial:
    """One tier's turn."""

    catalogue: Catalogue
    recordings: list[Recording]
    url: str
    connection: Connection
    tier: Capability
    ids: dict[str, NDArray[np.int32]]
    runs: int
    tell: Tell
    readings: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        return self.recordings[0].minutes

    @property
    def until(self) -> datetime:
        return START + timedelta(minutes=self.minutes)

    @property
    def rows(self) -> int:
        return sum(map(len, self.ids.values())) * self.minutes

    def figures(self) -> Figures:
        with self._taking("store"):
            self.readings = storage_tier.load(self.connection, self.recordings, self.ids)
        with self._taking("roll up"):
            hours = storage_tier.roll_up(self.connection, self.catalogue, self.until)
        states = {"stored": self._state()}
        if self.tier is Capability.COMMUNITY:
            with self._taking("compress"):
                storage_tier.compress(self.connection, self.catalogue)
            states["compressed"] = self._state()
        return Figures(self.rows, sum(self.readings.values()), hours, self.seconds, states)

    @contextmanager
    def _taking(self, what: str) -> Iterator[None]:
        since = time.monotonic()
        yield
        self.seconds[what] = round(time.monotonic() - since, 1)
        self.tell(f"{self.tier.value}: {what} {self.rows:,} rows, {self.seconds[what]} s")

    def _state(self) -> State:
        storage_tier.settle(self.url)
        readings = sum(self.readings.values())
        sizes, hourly = (
            {
                name: storage_tier.bytes_of(self.connection, self.tier, table(name))
                for name in self.catalogue
            }
            for table in (telemetry_table.table, telemetry_table.hourly_table)
        )
        # Whoever asks must not wait for this connection, nor it for them.
        self.connection.rollback()
        return State(
            bytes_a_reading=round(sum(sizes.values()) / readings, 3),
            bytes_a_row=round(sum(sizes.values()) / self.rows, 1),
            bytes_a_reading_by_type={
                name: round(size / self.readings[name], 3) for name, size in sizes.items()
            },
            rollup_bytes_a_reading=round(sum(hourly.values()) / readings, 3),
            latency=storage_questions.latencies(self.url, self._questions(), self.runs),
        )

    def _questions(self) -> list[Question]:
        device_id = int(self.ids[ASKED_TYPE][0])
        region = storage_tier.region(0)
        return storage_questions.questions(
            self.catalogue, ASKED_TYPE, device_id, region, self.until
        )
