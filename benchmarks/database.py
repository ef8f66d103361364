"""A PostgreSQL of its own for a measurement, and how many rows a second it takes at most."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from psycopg import sql

from benchmarks import fleet
from devices import telemetry_block, telemetry_table
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry_block import Block
from storage import embedded, migration, pool

CONFIGURED = {
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "track_commit_timestamp": "on",
}
"""As for a server of this size; the last one tells when each row was committed."""
LIMIT_START = datetime(2025, 1, 1, tzinfo=UTC)
COPIED_DEVICES = 1000
COPIED_TIMES = 5


@contextmanager
def running(folder: Path, catalogue: Catalogue, devices: int) -> Iterator[tuple[str, int]]:
    """Run one with a fleet registered; yield its URL and the process id of the server."""
    with embedded.running(folder) as url, pool.connect(url, autocommit=True) as connection:
        for name, value in CONFIGURED.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value)
            )
        migration.migrate(connection)
        telemetry_table.ensure(connection, catalogue)
        fleet.register(connection, catalogue, devices)
    with embedded.running(folder) as url:
        yield url, int((folder / "postmaster.pid").read_text().split()[0])


def rows_per_second(url: str, catalogue: Catalogue, connections: int, seconds: float) -> float:
    """COPY of ready-made rows with as many connections as there are workers, a type for each."""
    types = [catalogue[name] for name in sorted(catalogue)]
    started = time.monotonic()
    with ThreadPoolExecutor(connections) as threads:
        copied = threads.map(
            lambda number: _copy(url, types[number % len(types)], number, started + seconds),
            range(connections),
        )
        rows = sum(copied)
    return rows / (time.monotonic() - started)


def _copy(url: str, description: ApplianceType, number: int, until: float) -> int:
    """Rows that one connection has committed by then, in blocks as ingest writes them."""
    rows = 0
    with pool.connect(url) as connection:
        while time.monotonic() < until:
            telemetry_block.store(connection, description, _block(description, number, rows))
            connection.commit()
            rows += COPIED_DEVICES * COPIED_TIMES
    return rows


def _block(description: ApplianceType, number: int, after: int) -> Block:
    """Rows with as many values as the fleet's, on instants that nobody else uses."""
    ids = np.repeat(np.arange(COPIED_DEVICES, dtype=np.int32), COPIED_TIMES)
    first = telemetry_block.micros(LIMIT_START) + after * 1000
    times = first + np.tile(np.arange(COPIED_TIMES) * 1000, COPIED_DEVICES)
    values = np.full((len(ids), len(description.metrics)), np.nan)
    values[:, : fleet.METRICS] = 1.0
    return Block(ids + 1_000_000 * (number + 1), times, values)
