"""Which time-series features the database has; asked once, nowhere else."""

from __future__ import annotations

from enum import Enum

from storage.pool import Connection


class Capability(Enum):
    """The three tiers that Hearthwatch runs on, with the same results on each."""

    PLAIN = "plain"
    """PostgreSQL 15 or newer: ordinary tables, our own rollups."""
    HYPERTABLE = "hypertable"
    """TimescaleDB, Apache edition: hypertables, our own rollups."""
    COMMUNITY = "community"
    """TimescaleDB, Community edition: hypertables and what its licence adds."""


def detect(connection: Connection) -> Capability:
    """Find the tier; TimescaleDB is enabled in this database where the server offers it."""
    offered = connection.execute(
        "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'"
    ).fetchone()
    preloaded = connection.execute("SELECT current_setting('timescaledb.license', true)").fetchone()
    if offered is None or preloaded is None or not preloaded[0]:
        return Capability.PLAIN
    connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    licence = connection.execute("SELECT current_setting('timescaledb.license')").fetchone()
    if licence is not None and licence[0] == "timescale":
        return Capability.COMMUNITY
    return Capability.HYPERTABLE
