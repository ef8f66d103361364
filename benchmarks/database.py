"""A PostgreSQL of its own for a measurement, and how many rows a second it takes at most."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from psycopg import conninfo, errors, sql

from benchmarks import cost, fleet
from devices import telemetry_block, telemetry_table
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry_block import Block
from storage import embedded, migration, pool
from storage.capability import detect
from storage.pool import Connection

CONFIGURED = {
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "track_commit_timestamp": "on",
}
"""As for a server of this size; the last one tells when each row was committed."""
SHOWN = (
    *CONFIGURED,
    "fsync",
    "full_page_writes",
    "server_version",
    "synchronous_commit",
    "timescaledb.license",
    "wal_compression",
)
LIMIT_START = datetime(2025, 1, 1, tzinfo=UTC)
COPIED_FROM = 1_000_000
"""Ids of devices that are not of the fleet, for the rows that are only copied."""
COPIED_DEVICES = 1000
COPIED_TIMES = 5


@dataclass(frozen=True)
class Server:
    """A database to measure with, and the server that holds it."""

    url: str
    pid: int | None
    """Of the server, if it runs on this machine."""
    settings: dict[str, str]
    """What durability and speed depend on, as the server says."""


@contextmanager
def own(folder: Path, catalogue: Catalogue, devices: int) -> Iterator[Server]:
    """Run an embedded server with a fleet registered."""
    with embedded.running(folder) as url, pool.connect(url, autocommit=True) as connection:
        for name, value in CONFIGURED.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value)
            )
    # These settings need a start; leaving the block above was the end of the server.
    with embedded.running(folder) as url:
        yield _prepared(url, catalogue, devices)


@contextmanager
def given(url: str, catalogue: Catalogue, devices: int) -> Iterator[Server]:
    """Make a database of our own on a server that runs, with a fleet registered; drop it after."""
    name = f"hearthwatch_bench_{secrets.token_hex(4)}"
    with pool.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield _prepared(conninfo.make_conninfo(url, dbname=name), catalogue, devices)
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _prepared(url: str, catalogue: Catalogue, devices: int) -> Server:
    with pool.connect(url, autocommit=True) as connection:
        migration.migrate(connection)
        telemetry_table.ensure(connection, catalogue)
        fleet.register(connection, catalogue, devices)
        capability = detect(connection)
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        local = (connection.info.host or "/").startswith(("/", "127.", "localhost", "::1"))
        pid = cost.server_pid(int(str(row[0]))) if row and local else None
        return Server(url, pid, {"tier": capability.value, **_settings(connection)})


def _settings(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s) ORDER BY name",
        (list(SHOWN),),
    ).fetchall()
    return {str(name): str(value) for name, value in rows}


def settle(connection: Connection) -> None:
    """Write out what is in memory, so that no measurement pays for the one before it."""
    with suppress(errors.InsufficientPrivilege):
        connection.execute("CHECKPOINT")


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
        while rows == 0 or time.monotonic() < until:
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
    return Block(ids + COPIED_FROM * (number + 1), times, values)
