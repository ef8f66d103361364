"""A database of its own for a storage measurement: filled, rolled up, weighed and compressed."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from benchmarks import storage_fleet
from benchmarks.storage_fleet import Recording
from devices import appliance, rollup, telemetry_block, telemetry_table, traces
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry_block import Block
from devices.traces import Traces
from storage import capability, embedded, migration, pool
from storage.capability import Capability
from storage.pool import Connection

CONFIGURED = {"shared_buffers": "512MB", "max_wal_size": "8GB"}
REGIONS = 5
HOURS_AT_ONCE = 5000
"""Stale device-hours that one transaction computes, as in the watch."""


@contextmanager
def embedded_server() -> Iterator[str]:
    """Run a plain PostgreSQL, with memory as for a server of this size."""
    with tempfile.TemporaryDirectory(prefix="hearthwatch-storage-") as name:
        folder = Path(name) / "postgres"
        with (
            embedded.running(folder, database="postgres") as url,
            pool.connect(url, autocommit=True) as server,
        ):
            for setting, value in CONFIGURED.items():
                server.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), value)
                )
        with embedded.running(folder, database="postgres") as url:
            yield url


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """Make a database on a server, and drop it afterwards."""
    name = f"hearthwatch_bench_{uuid.uuid4().hex[:8]}"
    with pool.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield psycopg.conninfo.make_conninfo(server_url, dbname=name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def region(number: int) -> str:
    """The name of a region."""
    return f"region-{number}"


def prepare(
    connection: Connection, catalogue: Catalogue, devices: int, at: datetime
) -> tuple[Capability, dict[str, NDArray[np.int32]]]:
    """Make the schema and register so many devices of each type; return the tier and their ids."""
    migration.migrate(connection)
    telemetry_table.ensure(connection, catalogue)
    ids = {}
    for name in sorted(catalogue):
        fleet = [
            Registration(f"{name}-{number}", name, region=region(number % REGIONS))
            for number in range(devices)
        ]
        known = appliance.register(connection, fleet, at)
        ids[name] = np.array(sorted(each.id for each in known), dtype=np.int32)
    tier = capability.detect(connection)
    connection.commit()
    return tier, ids


def quiet(block: Block) -> Traces:
    """Traces of readings that no alarm asks about."""
    return Traces.of_block(block, np.zeros(len(block), dtype=np.bool_))


def load(
    connection: Connection, recordings: list[Recording], ids: dict[str, NDArray[np.int32]]
) -> dict[str, int]:
    """Store what the devices report as ingest does, an hour a transaction.

    Return how many values of metrics that made, by type.
    """
    readings = dict.fromkeys(ids, 0)
    for recording in recordings:
        description = recording.description
        for blocks in storage_fleet.hours(recording, ids[description.type]):
            for block in blocks:
                telemetry_block.store(connection, description, block)
                readings[description.type] += int(np.isfinite(block.values).sum())
            traces.leave(connection, {description.type: _unremarkable(blocks)})
            connection.commit()
    return readings


def _unremarkable(blocks: list[Block]) -> Traces:
    """The traces of readings that are all within the bounds of alarms."""
    device_ids = np.concatenate([block.device_ids for block in blocks])
    times = np.concatenate([block.times for block in blocks])
    return Traces(device_ids, times, np.zeros(len(times), dtype=np.bool_))


def roll_up(connection: Connection, catalogue: Catalogue, until: datetime) -> int:
    """Compute every rollup up to an hour; return how many device-hours."""
    hours = 0
    for description in catalogue.values():
        while done := rollup.refresh(connection, description, until, HOURS_AT_ONCE):
            connection.commit()
            hours += done
    return hours


def settle(url: str) -> None:
    """Vacuum and analyse, as the server does by itself in time."""
    with pool.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def compress(connection: Connection, catalogue: Catalogue) -> None:
    """Move every chunk of readings and hours to the columnstore, whatever its age."""
    for name in catalogue:
        for table in (telemetry_table.table(name), telemetry_table.hourly_table(name)):
            connection.execute(
                "SELECT compress_chunk(chunk) FROM show_chunks(%s::regclass) AS chunk",
                (table.as_string(connection),),
            )
            connection.commit()


def bytes_of(connection: Connection, tier: Capability, table: sql.Identifier) -> int:
    """What a table takes on disk, with its indexes and all chunks."""
    weigh = "pg_total_relation_size" if tier is Capability.PLAIN else "hypertable_size"
    row = connection.execute(
        sql.SQL("SELECT {}(%s::regclass)").format(sql.Identifier(weigh)),
        (table.as_string(connection),),
    ).fetchone()
    return int(str(row[0])) if row else 0
